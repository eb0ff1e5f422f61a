package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTranscriptsMatchOutput(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		shown, printed string
		want           bool
	}{
		{"a\nb", "a\nb\n", true},
		{"a\nb", "a\nc\n", false},
		{"a", "a\nb\n", false},
		{"a\nb", "a\n", false},
		{"", "a\n", false},
		{"", "", true},
		{"a\n\n", "\na  \n", true},
		{"a.c", "abc", false},
		{"a\n…\nd", "a\nb\nc\nd\n", true},
		{"a\n…\nd", "a\nd\n", true},
		{"a\n…\nd", "a\nb\n", false},
		{"…\na", "b\na", true},
		{"a … z", "a b c z", true},
		{"a … z", "a b\nc z", false},
		{"took 1.45ms", "took 2m0.1s", true},
		{"took 1.45ms", "took long", false},
		{"1 in 0.001 s", "1 in 0.204 s", true},
		{"1 in 0.001 s", "2 in 0.001 s", false},
		{"at 2026-11-23T15:37:24.280Z", "at 2027-01-01T00:00:00.001+02:00", true},
		{"row 78", "row 79", false},
	} {
		if got := matches(strings.Split(c.shown, "\n"), c.printed); got != c.want {
			t.Errorf("%q shows %q: %v, want %v", c.shown, c.printed, got, c.want)
		}
	}
}

func TestCommandsAndSnippetsAreFound(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	text := "Run `go vet`, not `go.mod` or `-json`.\n\n" +
		"    go build\n    ./it\n\n" +
		"```console\n$ ./it a\nb\n\nc\n$ ./it\n```\n" +
		"```go\nvar x int\n```\n" +
		"| `FOO=1 go test` | `.ci/api \\| wc` |\n\n" +
		"    $ ./it d\n    e\n"
	if err := os.WriteFile(filepath.Join(root, "A.md"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	d, err := read(root, filepath.Join(root, "A.md"))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, s := range d.shells {
		for _, c := range s {
			found = append(found, c.text+" > "+strings.Join(c.output, ","))
		}
	}
	want := "go vet > |go build > |./it > |./it a > b,,c|./it > |./it d > e,|FOO=1 go test > |.ci/api | wc > "
	if got := strings.Join(found, "|"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if len(d.snippets) != 1 || d.snippets[0].line != 14 || d.snippets[0].text != "var x int\n" {
		t.Errorf("%+v", d.snippets)
	}
}

func TestStepsAndTestsOfExceptionsExist(t *testing.T) {
	t.Chdir("..")
	for text, e := range exceptions {
		if _, err := (command{text: text}).script(); err != nil {
			t.Error(err)
		}
		if e.why == "" {
			t.Errorf("%s: there is no reason", text)
		}
	}
	exceptions["wrong"] = exception{why: "for this test", test: "TestThatIsNowhere"}
	defer delete(exceptions, "wrong")
	if text, err := (command{text: "wrong"}).script(); err == nil {
		t.Errorf("%q runs for a test that does not exist", text)
	}
}

func TestTextIsInsertedBeforeTheOnlyLineWithTheAnchor(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a.go")
	for _, c := range []struct {
		anchor, text, want string
		ok                 bool
	}{
		{"", "one\ntwo\n", "one\ntwo\n", true},
		{"", "again\n", "one\ntwo\n", false},
		{"two", "three\n", "one\nthree\ntwo\n", true},
		{"four", "x\n", "one\nthree\ntwo\n", false},
		{"t", "x\n", "one\nthree\ntwo\n", false}, // in two lines
	} {
		err := insert(file, c.anchor, c.text)
		got, _ := os.ReadFile(file)
		if string(got) != c.want || (err == nil) != c.ok {
			t.Errorf("before %q: %q, %v", c.anchor, got, err)
		}
	}
}

func TestShellChecksWhatHasRunBeforeAProgramIsMissing(t *testing.T) {
	t.Parallel()
	s := shell{
		{line: 1, text: "echo one", shown: true, output: []string{"one"}},
		{line: 2, text: "need no-such-program", shown: true, output: []string{"two"}},
		{line: 3, text: "echo three", shown: true, output: []string{"four"}},
	}
	if err := s.run(t.TempDir(), make(addresses), nil); err != nil {
		t.Error(err)
	}
	s[0].output = []string{"two"}
	if err := s.run(t.TempDir(), make(addresses), nil); err == nil {
		t.Error("a wrong output before the missing program is not found")
	}
}

func TestShellFailsWhenACommandFails(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"false":  "ends with 1",
		"exit 3": "exit status 3",
	} {
		err := shell{{line: 7, text: text}}.run(t.TempDir(), make(addresses), nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestAddressesAreReplacedByFreeOnes(t *testing.T) {
	t.Parallel()
	a := make(addresses)
	text := a.replace("127.0.0.1:8089 127.0.0.1:6399 127.0.0.1:8089 127.0.0.1:0")
	fields := strings.Fields(text)
	if fields[0] == "127.0.0.1:8089" || fields[0] == fields[1] || fields[0] != fields[2] || fields[3] != "127.0.0.1:0" {
		t.Error(text)
	}
}
