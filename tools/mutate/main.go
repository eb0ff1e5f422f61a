// Command mutate changes the library in one place at a time and checks that a test
// fails. Gremlins makes the mutants. The tests of the package that has the mutant run
// first, and those of internal/acceptance run when they pass.
//
// The command fails when fewer than 90 % of the mutants of a package are killed, and
// when a mutant lives that explained.txt does not explain. Run it in the folder tools,
// on an idle machine, because a test that runs out of time counts as failed:
//
//	go run ./mutate                                      # all packages, for more than an hour
//	go run ./mutate options.go internal/apiurl/path.go   # these files only
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path"
	"runtime"
	"slices"
	"strings"
)

const module = "github.com/spideriq/spideriq-go"

// mutatedPackages are the folders of the packages that are mutated.
var mutatedPackages = []string{
	"internal/transport",
	"internal/lenient",
	"internal/errorbody",
	"internal/safetext",
	"internal/apiurl",
	"internal/requestbody",
	".",
}

// gremlinsFlags leave out two operators. INVERT_NEGATIVES repeats mutants of
// ARITHMETIC_BASE. INVERT_BITWISE mostly turns |x into &x, which does not compile.
var gremlinsFlags = []string{
	"unleash",
	"--exclude-files=^(benchmarks|contract|contrib|examples|spideriqtest|tools)/",
	"--exclude-files=^internal/(acceptance|benchmark|fakeapi|wireserver)/",
	"--invert-negatives=false",
	"--invert-logical",
	"--invert-assignments",
	"--invert-loopctrl",
	"--remove-self-assignments",
}

func main() {
	log.SetFlags(0)
	if goCommand := os.Getenv(goCommandVariable); goCommand != "" {
		os.Exit(runAsGo(goCommand, os.Args[1:]))
	}
	if err := mutate(os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

// mutate mutates the named files, or all files when none is named, and prints a report.
func mutate(names []string) error {
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	excluded, packages, err := selectFiles(names)
	if err != nil {
		return err
	}
	result := path.Join(dir, "result.json")
	if err := runGremlins(dir, result, excluded, packages); err != nil {
		return fmt.Errorf("gremlins: %w", err)
	}
	return report(result, packages, len(names) == 0)
}

// selectFiles returns the files that are not mutated and the packages that are.
func selectFiles(names []string) (excluded, packages []string, err error) {
	all := sourceFiles("..")
	for _, name := range names {
		if !slices.Contains(all, name) {
			return nil, nil, fmt.Errorf("%s is not a file of a mutated package", name)
		}
	}
	if len(names) == 0 {
		return nil, mutatedPackages, nil
	}
	for _, file := range all {
		if !slices.Contains(names, file) {
			excluded = append(excluded, file)
		} else if !slices.Contains(packages, path.Dir(file)) {
			packages = append(packages, path.Dir(file))
		}
	}
	return excluded, packages, nil
}

// sourceFiles returns the paths below root of the Go files of the mutated packages.
func sourceFiles(root string) []string {
	var files []string
	for _, pkg := range mutatedPackages {
		found, _ := fs.Glob(os.DirFS(root), path.Join(pkg, "*.go")) // fails for a bad pattern only
		for _, file := range found {
			if !strings.HasSuffix(file, "_test.go") {
				files = append(files, file)
			}
		}
	}
	return files
}

// runGremlins runs gremlins in the root of the repository. It puts this program first
// in PATH under the name go.
func runGremlins(dir, result string, excluded, packages []string) error {
	goCommand, err := exec.LookPath("go")
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.Symlink(self, path.Join(dir, "go")); err != nil {
		return err
	}
	gremlins := path.Join(dir, "gremlins")
	if runGo(goCommand, "build", "-o", gremlins, "github.com/go-gremlins/gremlins/cmd/gremlins") != exitOK {
		return errors.New("it does not compile")
	}

	args := append(slices.Clone(gremlinsFlags), "--output="+result)
	// The tests of one mutant keep about two CPUs busy.
	args = append(args, fmt.Sprintf("--workers=%d", max(1, runtime.NumCPU()/2)))
	for _, file := range excluded {
		args = append(args, "--exclude-files=^"+file+"$")
	}
	cmd := exec.Command(gremlins, args...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(),
		goCommandVariable+"="+goCommand,
		packagesVariable+"="+strings.Join(packages, " "),
		"PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return cmd.Run()
}
