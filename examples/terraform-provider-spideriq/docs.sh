#!/usr/bin/env bash
# Writes docs/ from the schema of the provider, examples/ and templates/.
#
#   ./docs.sh         writes it anew
#   ./docs.sh -check  says what would change, and fails when something would
#
# The schema comes from a real OpenTofu, see e2e/tofu.sh.
set -euo pipefail
cd "$(dirname "$0")"

generator=github.com/hashicorp/terraform-plugin-docs/cmd/tfplugindocs@v0.25.0
tofu=$(e2e/tofu.sh)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

go build -o "$scratch/bin/terraform-provider-spideriq" .
cat >"$scratch/tofurc" <<END
provider_installation {
  dev_overrides { "spideriq/spideriq" = "$scratch/bin" }
}
END
export TF_CLI_CONFIG_FILE=$scratch/tofurc
# The generator looks for the bare name, and OpenTofu puts its registry before it.
"$tofu" -chdir=examples/provider providers schema -json |
	sed 's|"[^"]*/spideriq/spideriq":|"spideriq":|' >"$scratch/schema.json"

mkdir "$scratch/provider"
cp -R examples templates "$scratch/provider"
go run "$generator" generate --provider-dir "$scratch/provider" --provider-name spideriq \
	--rendered-provider-name SpiderIQ --providers-schema "$scratch/schema.json" >"$scratch/log" 2>&1 ||
	{ cat "$scratch/log" >&2; exit 1; }

if [[ ${1:-} == -check ]]; then
	diff -r docs "$scratch/provider/docs"
	exit
fi
rm -rf docs
cp -R "$scratch/provider/docs" docs
