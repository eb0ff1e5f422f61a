package acceptance_test

import (
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// childVariable is set in the environment of a process that runAsChild starts.
const childVariable = "SPIDERIQ_TEST_CHILD"

// runAsChild runs the test of that name in a process of its own and returns what it
// printed.
func runAsChild(t *testing.T, name string, env ...string) string {
	t.Helper()
	program := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+name+"$")
	program.Env = slices.Concat(os.Environ(), env, []string{childVariable + "=1"})
	output, err := program.CombinedOutput()
	require.NoError(t, err, "%s", output)
	return string(output)
}
