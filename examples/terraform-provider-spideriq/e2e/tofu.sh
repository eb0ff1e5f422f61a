#!/usr/bin/env bash
# Prints the path of an OpenTofu binary. It builds one from the Go module proxy when
# the cache has none: some minutes on two cores, once. Needs Go and nothing else.
#
#   TOFU=$(e2e/tofu.sh)        build it if necessary
#   TOFU=$(e2e/tofu.sh -only)  use the one in the cache; exit 1 when there is none
#
# The cache is ${SPIDERIQ_TOFU_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/spideriq-tofu}.
set -euo pipefail

version=1.12.6
module=github.com/opentofu/opentofu
sum=h1:0VT4P8pMmGcCUnQ9JDrJ+Qg2d35Vzm4FFd/9+H7oF98= # of the module, as go.sum writes it

cache=${SPIDERIQ_TOFU_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/spideriq-tofu}
tofu=$cache/$version/tofu
if [[ -x $tofu ]]; then
	echo "$tofu"
	exit
fi
if [[ ${1:-} == -only ]]; then
	echo "there is no $tofu: e2e/tofu.sh builds it" >&2
	exit 1
fi

mkdir -p "$cache/$version"
scratch=$(mktemp -d "$cache/build-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export GOFLAGS=-mod=mod GOWORK=off

echo "building tofu $version, which takes some minutes" >&2
go mod init scratch 2>init.log || { cat init.log >&2; exit 1; }
downloaded=$(go mod download -json "$module@v$version") || { echo "$downloaded" >&2; exit 1; }
field() { sed -n 's/^\t"'"$1"'": "\(.*\)",\{0,1\}$/\1/p' <<<"$downloaded"; }
if [[ $(field Sum) != "$sum" ]]; then
	echo "$module v$version is not the module that was pinned: $(field Sum)" >&2
	exit 1
fi
dir=$(field Dir)

# A replacement counts in the main module only, so this module repeats it. The sums of
# the dependencies are the ones that OpenTofu ships.
replaced=$(sed -n 's/^replace \(.*hashicorp\/hcl.*\) => \(.*\) \(.*\)$/\1=\2@\3/p' "$dir/go.mod")
go mod edit -require="$module@v$version" -replace="${replaced/ v/@v}"
cp "$dir/go.sum" go.sum
chmod u+w go.sum
nice go build -trimpath -buildvcs=false -ldflags "-s -w -X $module/version.dev=no" -o tofu "$module/cmd/tofu"
./tofu version >&2
mv tofu "$tofu"
echo "$tofu"
