package main

import (
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"sync"
)

// An exception is a command that is not run as it stands.
type exception struct {
	why     string
	instead string // what is run, if anything; a transcript must show what that prints
	step    string // text of .ci/run that runs it
	test    string // name of a test that runs it
}

// exceptions are all of them.
var exceptions = map[string]exception{
	"git clone https://github.com/spideriq/spideriq-go && cd spideriq-go": {why: "it is cloned already"},
	"go mod init example.com/first":                                       {why: "the first program is run below it", instead: "true"},
	"go -C tools run ./readme":                                            {why: "this is it", step: "go -C tools run ./readme"},
	"go tool -modfile=tools/lint/go.mod golangci-lint run ./...": {
		why: "a step of its own", step: "golangci-lint",
	},
	"go run .": {
		why: "runs the first program, which a reader has put into a folder of its own",
		instead: sandbox + `
			mkdir first && sed -n '/^package main$/,/^}$/p' README.md >first/main.go
			printf 'module example.com/first\ngo 1.26.0\nreplace github.com/spideriq/spideriq-go => ../\n' >first/go.mod
			(cd first && go mod tidy && go run . | grep '"daily_limit":20000')`,
	},
	".ci/run":                            {why: "this program is a step of it", step: "go -C tools run ./readme"},
	"go test ./...":                      {why: "a step of its own", step: "go test ./..."},
	"go test -race ./...":                {why: "a step of its own", step: "go test -race ./..."},
	"GOTOOLCHAIN=go1.27.4 go test ./...": {why: "a step of its own", step: "newer=go1.27.4"},
	"go -C tools run ./mutate":           {why: "takes long, so it is run by hand"},
	"go -C tools test ./outage -update":  {why: "a step runs it without drawing", step: "nested go test -race ./..."},

	"go get github.com/spideriq/spideriq-go": {
		why:     "gets what is published, and not what is here",
		instead: "go list github.com/spideriq/spideriq-go",
	},
	"spideriq: PATCH /integrations/42: 404 Not Found: Integration not found": {
		why:  "the text of an error, and no command",
		test: "ExampleIntegrationsService_Update_errors",
	},
	// What runs until it is stopped, or is there a moment later only.
	"go run ./examples/sandbox": {
		why: "runs until it is stopped; the line that it says to try is tried",
		instead: sandbox + `sleep 0.1; cat log
			eval "$(sed -n 's/^Try: curl/curl -sS -o answer --fail-with-body/p' log)" || cat answer`,
	},
	"go -C ../.. run ./examples/sandbox >/dev/null &":                 {why: "must be waited for", instead: sandbox},
	"go -C ../.. run ./examples/sandbox -rate-limit 10 >/dev/null &":  {why: "must be waited for", instead: "limit=10; " + sandbox},
	"go -C ../.. run ./examples/sandbox -rate-limit 100 >/dev/null &": {why: "must be waited for", instead: "limit=100; " + sandbox},
	"redis-server --port 6399 --save '' >/dev/null & REDIS=$!": {
		why: "must be waited for, where there is one",
		instead: `command -v redis-server >/dev/null || exit 77
			address=127.0.0.1:6399; redis-server --port ${address#*:} --save '' >/dev/null & REDIS=$!; up 127.0.0.1:6399`,
	},
	"go run . -demo -interval 1s": {why: "runs until it is stopped", instead: `go build && timeout -s INT 23 ./guard -demo -interval 1s`},
	"./bulk -demo -rate 6000 demo.csv & sleep 0.6; kill -9 $!": {
		why: "ends at another row each time; this leaves what a kill at row 79 leaves",
		instead: `./bulk -demo -rate 600000 -workers 1 demo.csv 2>&1 | head -79
			head -158 demo.results.csv >cut; mv cut demo.results.csv`,
	},
}

const sandbox = `go build -o sandbox github.com/spideriq/spideriq-go/examples/sandbox
	./sandbox -addr 127.0.0.1:8089 -rate-limit ${limit:-0} >log & up 127.0.0.1:8089; `

var (
	mutex     sync.Mutex
	met       = make(map[string]bool) // exceptions that a document has
	measuring = regexp.MustCompile(`(-fuzztime|-benchtime) \S+`)
)

// typed returns what bash is to run for a command; "" when something else runs it.
func (c command) typed() (string, error) {
	e, ok := exceptions[c.text]
	if !ok {
		return measuring.ReplaceAllString(c.text, "$1 1x"), nil // enough to know that it works
	}
	mutex.Lock()
	met[c.text] = true
	mutex.Unlock()
	for what, command := range map[string]*exec.Cmd{
		"a step with " + e.step: exec.Command("grep", "-qF", e.step, "../.ci/run"),
		"a test " + e.test:      exec.Command("grep", "-rqE", `^func `+e.test+`\(`, "--include=*_test.go", ".."),
	} {
		if command.Run() != nil {
			return "", errors.New("there is no " + what)
		}
	}
	return e.instead, nil
}

// unused finds exceptions that are no longer needed.
func unused() error {
	for text := range exceptions {
		if !met[text] {
			return fmt.Errorf("no document has the command %q: take it out of elsewhere.go", text)
		}
	}
	return nil
}
