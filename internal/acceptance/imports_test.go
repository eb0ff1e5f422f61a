package acceptance_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const modulePath = "github.com/spideriq/spideriq-go"

// A sourceFile is a Go file of this repository and what it imports.
type sourceFile struct {
	dir     string // relative to the root of the repository; "." for the root
	nested  bool   // in a module of its own
	name    string
	imports []string
}

func (f sourceFile) isTest() bool { return strings.HasSuffix(f.name, "_test.go") }

// internal returns the name of the internal package that f belongs to; "" when it belongs
// to none.
func (f sourceFile) internal() string { return internalName(path.Join(modulePath, f.dir)) }

// internalName returns the name of an internal package of this module by its import path;
// "" for any other package.
func internalName(importPath string) string {
	name, found := strings.CutPrefix(importPath, modulePath+"/internal/")
	if !found {
		return ""
	}
	return name
}

var (
	// testSupport are the internal packages that only tests import.
	testSupport = []string{"fakeapi", "wireserver"}

	// blackBox are the internal packages that hold tests of the exported API.
	blackBox = []string{"acceptance", "benchmark"}

	// onlyImporters are the third-party modules of the library, and the one file that
	// imports each.
	onlyImporters = map[string]string{
		"github.com/hashicorp/go-retryablehttp":  "internal/transport/retry.go",
		"github.com/google/go-querystring/query": "internal/apiurl/query.go",
	}
)

// checkImport returns why f must not import importPath; "" when it may.
func checkImport(f sourceFile, importPath string) string {
	if !strings.HasPrefix(importPath, modulePath) {
		return checkThirdParty(f, importPath)
	}
	target := internalName(importPath)
	switch {
	case slices.Contains(blackBox, target):
		return "black-box tests are not imported"
	case slices.Contains(testSupport, target) && !f.isTest():
		return "test support is imported by tests only"
	case slices.Contains(blackBox, f.internal()):
		return checkBlackBoxImport(target)
	case f.internal() != "":
		return checkInternalImport(f, target)
	case f.dir == ".":
		return checkRootImport(f, importPath)
	case target != "" && (strings.HasPrefix(f.dir, "examples/") || strings.HasPrefix(f.dir, "contrib/")):
		return "it uses what users can use"
	}
	return ""
}

// checkThirdParty keeps the two libraries in their one file, and any other out of what
// users compile. A module of its own imports what it wants.
func checkThirdParty(f sourceFile, importPath string) string {
	if f.nested || isStandard(importPath) {
		return ""
	}
	if importer, found := onlyImporters[importPath]; found {
		return checkOnlyImporter(f, importer)
	}
	isSupport := slices.Contains(testSupport, f.internal())
	isLibrary := f.dir == "." || f.dir == "spideriqtest" || f.internal() != ""
	if isLibrary && !isSupport && !f.isTest() {
		return "it is no dependency of the library"
	}
	return ""
}

// checkOnlyImporter allows a library its one importer, and the tests beside that.
func checkOnlyImporter(f sourceFile, importer string) string {
	isBeside := f.isTest() && f.dir == path.Dir(importer)
	if isBeside || path.Join(f.dir, f.name) == importer {
		return ""
	}
	return "only " + importer + " imports it"
}

// isStandard reports whether a package is of the standard library: its path does not begin
// with a host.
func isStandard(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return !strings.Contains(first, ".")
}

func checkBlackBoxImport(target string) string {
	if target != "" && !slices.Contains(testSupport, target) {
		return "black-box tests use the exported API"
	}
	return ""
}

// checkInternalImport allows an internal package its own tests of both kinds, and test
// support in them.
func checkInternalImport(f sourceFile, target string) string {
	isOwn := target == f.internal() && f.isTest()
	isSupport := slices.Contains(testSupport, target) && f.isTest() && !slices.Contains(testSupport, f.internal())
	if isOwn || isSupport {
		return ""
	}
	return "an internal package imports neither the root nor a sibling"
}

func checkRootImport(f sourceFile, importPath string) string {
	if internalName(importPath) != "" || f.isTest() {
		return ""
	}
	return "the root imports internal packages only"
}

// badImports returns the imports of files that are not allowed.
func badImports(files []sourceFile) []string {
	var bad []string
	for _, f := range files {
		for _, importPath := range f.imports {
			if reason := checkImport(f, importPath); reason != "" {
				bad = append(bad, path.Join(f.dir, f.name)+" imports "+importPath+": "+reason)
			}
		}
	}
	return bad
}

// readSources parses the imports of every Go file below root, whatever its build tags.
func readSources(t *testing.T, root string) []sourceFile {
	t.Helper()
	var files []sourceFile
	var nested []string // directories of modules below the root
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := strings.HasPrefix(entry.Name(), ".") && name != root
		if entry.IsDir() && (hidden || entry.Name() == "testdata") {
			return filepath.SkipDir
		}
		if entry.Name() == "go.mod" && filepath.Dir(name) != filepath.Clean(root) {
			nested = append(nested, filepath.Dir(name))
		}
		if entry.IsDir() || filepath.Ext(name) != ".go" {
			return nil
		}
		file, err := readSource(root, name)
		files = append(files, file)
		return err
	})
	require.NoError(t, err)
	for i, f := range files {
		files[i].nested = slices.ContainsFunc(nested, func(module string) bool {
			dir := filepath.Join(root, filepath.FromSlash(f.dir))
			return dir == module || strings.HasPrefix(dir, module+string(filepath.Separator))
		})
	}
	return files
}

func readSource(root, name string) (sourceFile, error) {
	dir, err := filepath.Rel(root, filepath.Dir(name))
	if err != nil {
		return sourceFile{}, err
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
	if err != nil {
		return sourceFile{}, err
	}
	file := sourceFile{dir: filepath.ToSlash(dir), name: filepath.Base(name)}
	for _, spec := range parsed.Imports {
		importPath, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return sourceFile{}, err
		}
		file.imports = append(file.imports, importPath)
	}
	return file, nil
}

func TestImportsPointDown(t *testing.T) {
	t.Parallel()
	files := readSources(t, "../..")
	require.Greater(t, len(files), 50, "the repository has been found")
	assert.Empty(t, badImports(files))
	for importPath, importer := range onlyImporters {
		found := slices.ContainsFunc(files, func(f sourceFile) bool {
			return path.Join(f.dir, f.name) == importer && slices.Contains(f.imports, importPath)
		})
		assert.True(t, found, "%s does not import %s any more", importer, importPath)
	}
}

// What the rules allow and refuse, so that the test above is known to be able to fail.
func TestImportRules(t *testing.T) {
	t.Parallel()
	const internal = modulePath + "/internal/"
	for _, c := range []struct {
		file, imports string
		allowed       bool
	}{
		{"call.go", internal + "transport", true},
		{"call.go", internal + "fakeapi", false},
		{"call.go", modulePath + "/spideriqtest", false},
		{"example_test.go", modulePath + "/spideriqtest", true},
		{"call.go", "github.com/hashicorp/go-retryablehttp", false},
		{"call.go", "github.com/stretchr/testify/assert", false},
		{"call_test.go", "github.com/stretchr/testify/assert", true},
		{"internal/transport/retry.go", "github.com/hashicorp/go-retryablehttp", true},
		{"internal/transport/attempt.go", "github.com/hashicorp/go-retryablehttp", false},
		{"internal/transport/retry_test.go", "github.com/hashicorp/go-retryablehttp", true},
		{"internal/apiurl/query.go", "github.com/google/go-querystring/query", true},
		{"internal/apiurl/path.go", "github.com/google/go-querystring/query", false},
		{"internal/lenient/lenient.go", "github.com/buger/jsonparser", false},
		{"internal/transport/retry.go", modulePath, false},
		{"internal/transport/retry_test.go", modulePath, false},
		{"internal/transport/retry.go", internal + "safetext", false},
		{"internal/transport/retry_test.go", internal + "safetext", false},
		{"internal/transport/retry_test.go", internal + "transport", true},
		{"internal/transport/retry_test.go", internal + "wireserver", true},
		{"internal/transport/retry.go", internal + "wireserver", false},
		{"internal/fakeapi/fakeapi.go", internal + "wireserver", false},
		{"internal/fakeapi/fakeapi_test.go", internal + "wireserver", false},
		{"internal/fakeapi/fakeapi.go", modulePath, false},
		{"internal/acceptance/retries_test.go", modulePath, true},
		{"internal/acceptance/retries_test.go", modulePath + "/spideriqtest", true},
		{"internal/acceptance/retries_test.go", internal + "fakeapi", true},
		{"internal/acceptance/retries_test.go", internal + "transport", false},
		{"internal/benchmark/floor_test.go", internal + "acceptance", false},
		{"spideriqtest/server.go", modulePath, true},
		{"spideriqtest/server.go", internal + "acceptance", false},
		{"examples/update/main.go", modulePath, true},
		{"examples/update/main.go", internal + "apiurl", false},
		{"internal/transport/retry.go", "net/http", true},
	} {
		f := sourceFile{dir: path.Dir(c.file), name: path.Base(c.file), imports: []string{c.imports}}
		assert.Equal(t, c.allowed, len(badImports([]sourceFile{f})) == 0, "%s imports %s", c.file, c.imports)
	}
}
