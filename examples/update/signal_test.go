package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestInterruptedBeforeTheFirstRequest(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	args := []string{"-demo", "-id", "42", "-daily-limit", "5"}
	var stdout, stderr bytes.Buffer
	assert.Equal(t, exitInterrupted, run(ctx, args, &stdout, &stderr))
	assert.Empty(t, stdout.String())
	assert.Contains(t, stderr.String(), "Interrupted. Nothing was changed.\n")
}

// A signal while the update is on its way: the program says that it may have
// been applied.
func TestSignalDuringTheUpdate(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			arrived := make(chan struct{})
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					_, _ = io.WriteString(w, `{"success": true, "integrations": []}`)
					return
				}
				_, _ = io.Copy(io.Discard, r.Body) // only then does the server see the client leave
				close(arrived)
				<-r.Context().Done()
			}))
			defer api.Close()
			program := exec.CommandContext(t.Context(), os.Args[0], "-id", "42", "-is-active=false")
			program.Env = append(os.Environ(), "UPDATE_TEST_AS_PROGRAM=1")
			program.Env = append(program.Env, "SPIDERIQ_TOKEN="+token, "SPIDERIQ_API_URL="+api.URL)
			var stderr bytes.Buffer
			program.Stderr = &stderr
			require.NoError(t, program.Start())
			<-arrived
			require.NoError(t, program.Process.Signal(sig))
			exit, ok := errors.AsType[*exec.ExitError](program.Wait())
			require.True(t, ok)
			assert.Equal(t, exitInterrupted, exit.ExitCode())
			assert.Equal(t, "update: Interrupted. The change may have been made all the same.\n", stderr.String())
		})
	}
}
