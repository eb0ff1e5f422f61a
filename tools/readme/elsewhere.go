package main

import (
	"fmt"
	"os/exec"
	"regexp"
	"sync"
)

// An exception is a command that is not run as it stands.
type exception struct {
	why     string
	instead string // runs in its place, if anything; a transcript must show the output
	step    string // the text in .ci/run of a step that runs it
	test    string // the name of a test that runs it
}

// exceptions are the commands that are not run as they stand, by their text.
var exceptions = map[string]exception{
	"git clone https://github.com/spideriq/spideriq-go && cd spideriq-go": {
		why: "needs the network, and the repository is here",
	},
	"go mod init example.com/first": {
		why:     "the first program has a module of its own, see below",
		instead: "true",
	},
	"go -C tools run ./readme": {
		why:  "is this command",
		step: "go -C tools run ./readme",
	},
	"go tool -modfile=tools/lint/go.mod golangci-lint run ./...": {
		why:  "is a step of its own",
		step: "golangci-lint",
	},
	`export PATH="$(dirname "$(e2e/tofu.sh)"):$PATH"`: {
		why:     "builds an OpenTofu for minutes; one in the cache is used",
		instead: `tofu=$(e2e/tofu.sh -only) || exit 77; export PATH="$(dirname "$tofu"):$PATH"`,
	},
	"go -C benchmarks run .":      {why: "takes minutes, so it is run by hand"},
	"go -C benchmarks test ./...": {why: "a step runs it", step: "nested go test -race ./..."},
	"go run .": {
		why: "runs the first program, which a reader has copied to another folder",
		instead: sandbox + `
			mkdir first && sed -n '/^package main$/,/^}$/p; /^}$/q' README.md >first/main.go
			awk '/^package main$/ { n++ } n == 2 && /^\x60\x60\x60$/ { exit } n == 2' README.md >first/main_test.go
			printf 'module example.com/first\ngo 1.26.0\nreplace github.com/spideriq/spideriq-go => ../\n' >first/go.mod
			(cd first && go mod tidy && go vet . && go test . && go run . | grep '"daily_limit":20000')`,
	},
	".ci/run":                            {why: "runs this command", step: "go -C tools run ./readme"},
	"go test ./...":                      {why: "is a step of its own", step: "go test ./..."},
	"go test -race ./...":                {why: "is a step of its own", step: "go test -race ./..."},
	"GOTOOLCHAIN=go1.27.4 go test ./...": {why: "is a step of its own", step: "newer=go1.27.4"},
	"go -C tools run ./mutate":           {why: "takes more than an hour"},
	"go -C tools test ./outage -update": {
		why:  "changes the drawing; a step runs the test",
		step: "nested go test -race ./...",
	},

	"go get github.com/spideriq/spideriq-go": {
		why:     "gets the published version",
		instead: "go list github.com/spideriq/spideriq-go",
	},
	"spideriq: PATCH /integrations/42: 404 Not Found: Integration not found": {
		why:  "is the text of an error",
		test: "ExampleIntegrationsService_Update_errors",
	},

	// These run until they are stopped, or need time to start.
	"go run ./examples/sandbox": {
		why: "runs until it is stopped; the command that it prints is run",
		instead: sandbox + `sleep 0.1; cat log
			eval "$(sed -n 's/^Try: curl/curl -sS -o answer --fail-with-body/p' log)" || cat answer`,
	},
	"go -C ../.. run ./examples/sandbox >/dev/null &": {why: "must be waited for", instead: sandbox},
	"go -C ../.. run ./examples/sandbox -rate-limit 100 >/dev/null &": {
		why:     "must be waited for",
		instead: "limit=100; " + sandbox,
	},
	"redis-server --port 6399 --save '' >/dev/null & REDIS=$!": {
		why: "must be waited for, and may not be installed",
		instead: `need redis-server; address=127.0.0.1:6399
			redis-server --port ${address#*:} --save '' >/dev/null & REDIS=$!; up $address`,
	},
	"go run . -demo -interval 1s": {
		why:     "runs until it is stopped",
		instead: `go build && timeout -s INT 23 ./guard -demo -interval 1s`,
	},
	"go tool nats-server -a 127.0.0.1 -p 4233 -js -sd nats >nats.log 2>&1 &": {
		why: "must be waited for, on a free port",
		instead: `address=127.0.0.1:4233; go build -o nats-server github.com/nats-io/nats-server/v2
			./nats-server -a 127.0.0.1 -p ${address#*:} -js -sd nats >nats.log 2>&1 & up $address`,
	},
	"./guard -demo -interval 1s -metrics 127.0.0.1:9464 >/dev/null & GUARD=$!": {
		why: "must be waited for",
		instead: `./guard -demo -interval 1s -metrics 127.0.0.1:9464 >/dev/null & GUARD=$!; up 127.0.0.1:9464
			until curl -s http://127.0.0.1:9464/metrics | grep -q Integrations.All; do sleep 0.05; done`,
	},
	"cd prometheus; promtool check config prometheus.yml; promtool test rules alerts_test.yml": {
		why: "may not be installed",
		instead: `need promtool; cd prometheus
			promtool check config prometheus.yml; promtool test rules alerts_test.yml`,
	},
}

// sandbox starts the sandbox and waits for it.
const sandbox = `go build -o sandbox github.com/spideriq/spideriq-go/examples/sandbox
	./sandbox -addr 127.0.0.1:8089 -rate-limit ${limit:-0} >log & up 127.0.0.1:8089; `

var (
	usedMutex sync.Mutex
	used      = make(map[string]bool) // exceptions for a command of a document
)

var measuring = regexp.MustCompile(`(-fuzztime|-benchtime) \S+`)

// script returns what bash runs for a command. It is empty when nothing is run.
func (c command) script() (string, error) {
	e, ok := exceptions[c.text]
	if !ok {
		// One iteration shows that the command works.
		return measuring.ReplaceAllString(c.text, "$1 1x"), nil
	}
	usedMutex.Lock()
	used[c.text] = true
	usedMutex.Unlock()
	return e.instead, e.validate()
}

// validate checks that the step and the test of an exception exist.
func (e exception) validate() error {
	if e.step != "" && exec.Command("grep", "-qF", e.step, "../.ci/run").Run() != nil {
		return fmt.Errorf(".ci/run has no step with %s", e.step)
	}
	pattern := `^func ` + e.test + `\(`
	if e.test != "" && exec.Command("grep", "-rqE", pattern, "--include=*_test.go", "..").Run() != nil {
		return fmt.Errorf("there is no test %s", e.test)
	}
	return nil
}

// unusedException returns an error when no document has the command of an exception.
func unusedException() error {
	for text := range exceptions {
		if !used[text] {
			return fmt.Errorf("no document has the command %q: remove it from elsewhere.go", text)
		}
	}
	return nil
}
