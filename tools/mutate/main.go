// Mutate changes the library in one place at a time and sees whether its tests notice.
// Gremlins makes the mutants of the root package and of internal/transport, and the
// tests of both packages judge each. It fails when fewer than 90 % of the mutants of a
// package are killed, or when one lives that explained.txt does not explain. In tools,
// on a machine that does little else, as a late test is a failed test:
//
//	go run ./mutate                                       # all, most of an hour
//	go run ./mutate url.go internal/transport/limit.go    # these files only
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
)

const (
	leastKilled = 90 // percent
	explained   = "mutate/explained.txt"
	goCommand   = "MUTATE_GO" // tells this program that it stands in for the go command
)

var packages = []string{"internal/transport", "."} // those with the quick tests first

// INVERT_NEGATIVES would only repeat mutants of ARITHMETIC_BASE, and nearly all of
// INVERT_BITWISE make |x of &x, which does not compile.
var flags = []string{
	"unleash",
	"--integration",
	"--exclude-files=^(contract|examples|spideriqtest|tools)/",
	"--invert-negatives=false",
	"--invert-logical",
	"--invert-assignments",
	"--invert-loopctrl",
	"--remove-self-assignments",
}

func main() {
	log.SetFlags(0)
	if program := os.Getenv(goCommand); program != "" {
		os.Exit(standIn(program, os.Args[1:]))
	}
	if err := mutate(os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func mutate(only []string) error {
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program, err1 := exec.LookPath("go")
	self, err2 := os.Executable()
	if err := errors.Join(err1, err2, os.Symlink(self, path.Join(dir, "go"))); err != nil {
		return err
	}
	gremlins, result := path.Join(dir, "gremlins"), path.Join(dir, "result")
	if run(program, "build", "-o", gremlins, "github.com/go-gremlins/gremlins/cmd/gremlins") != 0 {
		return errors.New("gremlins does not build")
	}
	args := append(flags, "--output="+result)
	for _, file := range files("..") {
		if len(only) > 0 && !slices.Contains(only, file) {
			args = append(args, "--exclude-files=^"+file+"$")
		}
	}
	cmd := exec.Command(gremlins, args...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), goCommand+"="+program, "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("gremlins: %w", err)
	}
	return report(result, len(only) == 0)
}

// files returns the files of the packages, relative to root.
func files(root string) (all []string) {
	for _, pkg := range packages {
		names, _ := fs.Glob(os.DirFS(root), path.Join(pkg, "*.go"))
		all = append(all, names...)
	}
	return all
}

// standIn is the go command that gremlins sees. With the real one, the tests of every
// package of the module would run. A mutant that does not compile would count as
// killed, as go test exits with 1 for both. And no mutant would be tried in a constant
// or in the condition of a case, as a coverage profile has neither.
func standIn(program string, args []string) int {
	if args[0] != "test" {
		return run(program, args...)
	}
	if at := slices.Index(args, "-coverprofile"); at >= 0 {
		profile := "mode: set\n"
		for _, file := range files(".") {
			profile += "github.com/spideriq/spideriq-go/" + file + ":1.1,1000000.1 1 1\n"
		}
		if err := os.WriteFile(args[at+1], []byte(profile), 0o644); err != nil {
			log.Fatal(err)
		}
		args = []string{"test", "-count=1", "./..."} // not cached, as its time sets the timeout of the mutants
	}
	for _, pkg := range packages {
		args[len(args)-1] = "./" + pkg
		if code := run(program, append([]string{"test", "-vet=off"}, args[1:]...)...); code != 0 {
			return code
		}
	}
	return 0
}

// run returns 0 for success, 2 for code that does not compile, and else 1.
func run(program string, args ...string) int {
	output, err := exec.Command(program, args...).CombinedOutput()
	os.Stderr.Write(output)
	if bytes.Contains(output, []byte("[build failed]")) {
		return 2
	} else if err != nil {
		return 1
	}
	return 0
}

type mutants struct {
	Name      string `json:"file_name"`
	Mutations []struct {
		Type, Status string
		Line, Column int
	}
}

// report prints the figures and the mutants that live.
func report(result string, all bool) error {
	reasons, err1 := readReasons()
	text, err2 := os.ReadFile(result)
	var found struct{ Files []mutants }
	err := errors.Join(err1, err2, json.Unmarshal(text, &found))
	if err != nil {
		return err
	}
	slices.SortFunc(found.Files, func(a, b mutants) int { return strings.Compare(a.Name, b.Name) })
	number, unexplained := map[string]int{}, 0 // of mutants by package and status
	for _, file := range found.Files {
		source, err := os.ReadFile(path.Join("..", file.Name))
		if err != nil {
			return err
		}
		for _, m := range file.Mutations {
			number[path.Dir(file.Name)+m.Status]++
			if m.Status != "LIVED" {
				continue
			}
			line, at := strings.Split(string(source), "\n")[m.Line-1], m.Column-1
			key := file.Name + " " + m.Type + " " + strings.TrimSpace(line[:at]+"▶"+line[at:])
			if len(reasons[key]) == 0 {
				reasons[key] = []string{"NOT EXPLAINED"}
				unexplained++
			}
			fmt.Printf("%s:%d\n    %s\n        %s\n", file.Name, m.Line, key, reasons[key][0])
			reasons[key] = reasons[key][1:]
		}
	}
	for key, of := range reasons {
		if all && len(of) > 0 {
			fmt.Println("explained, but does not live:", key)
		}
	}
	if unexplained > 0 {
		err = fmt.Errorf("%d live that %s does not explain", unexplained, explained)
	}
	for _, pkg := range packages {
		killed := number[pkg+"KILLED"] + number[pkg+"TIMED OUT"]
		all := killed + number[pkg+"LIVED"]
		fmt.Printf(
			"%-18s %4d mutants, %4d killed, %d of them by the time limit: %.1f %% (%d more do not compile)\n",
			pkg,
			all,
			killed,
			number[pkg+"TIMED OUT"],
			100*float64(killed)/float64(max(all, 1)),
			number[pkg+"NOT VIABLE"],
		)
		if 100*killed < leastKilled*all {
			err = errors.Join(err, fmt.Errorf("fewer than %d %% are killed in %s", leastKilled, pkg))
		}
	}
	return err
}

// readReasons returns why mutants live, by what report prints of them.
func readReasons() (map[string][]string, error) {
	text, err := os.ReadFile(explained)
	reasons, key := map[string][]string{}, ""
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, " ") {
			reasons[key] = append(reasons[key], strings.TrimSpace(line))
		} else {
			key = strings.TrimSpace(line)
		}
	}
	return reasons, err
}
