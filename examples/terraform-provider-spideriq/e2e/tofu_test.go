// Package e2e holds one whole run of the provider with a real OpenTofu.
package e2e

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	_ "github.com/spideriq/spideriq-go/examples/terraform-provider-spideriq/internal/provider" // what go test caches depends on it
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// A folder is a configuration in a folder of its own, with what OpenTofu needs to run
// there: the provider as it is now, and no network.
type folder struct {
	t    *testing.T
	path string
	tofu string
	env  []string
}

// findTofu returns the OpenTofu in the cache. Without one it skips the test and says
// so: go test shows the line when it runs with -v.
func findTofu(t *testing.T) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	find := exec.Command("./tofu.sh", "-only")
	find.Stdout, find.Stderr = &stdout, &stderr
	if err := find.Run(); err != nil {
		reason := "the run with a real tofu: " + strings.TrimSpace(stderr.String())
		fmt.Println("skipped:", reason)
		t.Skip(reason)
	}
	return strings.TrimSpace(stdout.String())
}

// newFolder builds the provider and copies a configuration.
func newFolder(t *testing.T, fake *spideriqtest.Server, tofu string) *folder {
	t.Helper()
	dir := t.TempDir()
	bin := filepath.Join(dir, "bin")
	build := exec.Command("go", "build", "-o", filepath.Join(bin, "terraform-provider-spideriq"), "..")
	output, err := build.CombinedOutput()
	require.NoError(t, err, string(output))

	config := filepath.Join(dir, "tofurc")
	overrides := fmt.Sprintf("provider_installation {\n  dev_overrides { \"spideriq/spideriq\" = %q }\n}\n", bin)
	require.NoError(t, os.WriteFile(config, []byte(overrides), 0o600))
	f := &folder{t: t, path: filepath.Join(dir, "work"), tofu: tofu, env: []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir,
		"TF_CLI_CONFIG_FILE=" + config, "TF_IN_AUTOMATION=1", "TF_INPUT=0", "TF_CLI_ARGS=-no-color",
		"HTTPS_PROXY=http://127.0.0.1:1", // a request that leaves this machine fails
		"SPIDERIQ_TOKEN=" + fake.Token, "SPIDERIQ_API_URL=" + fake.URL,
	}}
	require.NoError(t, os.Mkdir(f.path, 0o700))
	f.add("main.tf")
	return f
}

// add copies a file of testdata into the folder.
func (f *folder) add(name string) {
	f.t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(f.t, err)
	require.NoError(f.t, os.WriteFile(filepath.Join(f.path, name), content, 0o600))
}

// set sets a variable of the configuration.
func (f *folder) set(name, value string) { f.env = append(f.env, "TF_VAR_"+name+"="+value) }

// run runs tofu, expects an exit code, and returns all that it prints.
func (f *folder) run(code int, args ...string) string {
	f.t.Helper()
	cmd := exec.CommandContext(f.t.Context(), f.tofu, args...)
	cmd.Dir, cmd.Env = f.path, f.env
	output, _ := cmd.CombinedOutput()
	require.Equal(f.t, code, cmd.ProcessState.ExitCode(), "tofu %s\n%s", strings.Join(args, " "), output)
	return string(output)
}

// contains reports whether a file of the folder has a text in it, plain or in Base64.
// It looks into the members of a plan, which is a zip file.
func (f *folder) contains(name, text string) bool {
	f.t.Helper()
	content, err := os.ReadFile(filepath.Join(f.path, name))
	require.NoError(f.t, err)
	encoded := base64.StdEncoding.EncodeToString([]byte(text))
	for _, part := range append(unzip(f.t, content), content) {
		if bytes.Contains(part, []byte(text)) || bytes.Contains(part, []byte(encoded)) {
			return true
		}
	}
	return false
}

// unzip returns the members of a zip file, and none of any other file.
func unzip(t *testing.T, content []byte) [][]byte {
	t.Helper()
	if !bytes.HasPrefix(content, []byte("PK")) {
		return nil
	}
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	require.NoError(t, err)
	var members [][]byte
	for _, file := range archive.File {
		reader, err := file.Open()
		require.NoError(t, err)
		member, err := io.ReadAll(reader)
		require.NoError(t, err)
		members = append(members, member)
	}
	return members
}

// filesWith returns the files of the folder that have a text in them.
func (f *folder) filesWith(text string) []string {
	f.t.Helper()
	var found []string
	err := filepath.WalkDir(f.path, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(f.path, path)
		if err == nil && f.contains(name, text) {
			found = append(found, name)
		}
		return err
	})
	require.NoError(f.t, err)
	return found
}
