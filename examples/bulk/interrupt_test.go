package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The API of these tests ends the run on its third update.
func TestInterrupt(t *testing.T) {
	for name, c := range map[string]struct {
		answers bool // after the interruption
		flags   []string
		says    string
		last    state
	}{
		"rows in flight finish": {true, nil, "       done  3\n   not sent  7\n", done},
		"or are recorded as unknown in the end": {
			false, []string{"-grace", "1ms"}, "      done  2\n   unknown  1\n  not sent  7\n", unknown,
		},
	} {
		t.Run(name, func(t *testing.T) {
			csv := writeFile(t, "keys.csv", limits(10))
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			var updates atomic.Int32
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body) // only then does the server see the client leave
				if r.Method == http.MethodGet {
					_, _ = io.WriteString(w, `{"success": true, "integrations": []}`)
					return
				}
				if updates.Add(1) == 3 {
					interrupt()
					if !c.answers {
						<-r.Context().Done()
						return
					}
				}
				_, _ = io.WriteString(w, `{"success": true, "integration": {"id": 7}}`)
			}))
			defer api.Close()
			code, stdout, stderr := bulk(t, ctx, api.URL, csv, append(c.flags, "-workers", "1")...)
			assert.Equal(t, exitInterrupted, code)
			assert.Contains(t, strings.ReplaceAll(stdout, " ", ""), strings.ReplaceAll(c.says, " ", ""))
			assert.Contains(t, stderr, "stopped early: context canceled\n")
			got := outcomes(t, resultsName(csv))
			assert.Equal(t, string(c.last), got["3"])
			assert.Equal(t, "not sent", got["4"])

			updates.Store(10) // and the rest is sent by the same command
			code, _, _ = bulk(t, t.Context(), api.URL, csv)
			assert.Equal(t, map[state]int{done: exitDone, unknown: exitUnknown}[c.last], code)
			assert.EqualValues(t, 17, updates.Load(), "no row is sent twice")
		})
	}
}
