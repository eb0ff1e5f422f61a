package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// After a kill the next run does not wait for leases: nobody else can have the rows.
func TestKilledRunIsNotWaitedFor(t *testing.T) {
	api := newAPI(t, 2)
	csv := writeFile(t, "keys.csv", limits(2))
	name := "spideriq.Client(" + api.URL + "/api/v1)"
	q, conn := openJobIn(t, strings.TrimSuffix(csv, ".csv")+".bulk", settings{job: "keys", lease: time.Hour}, name)
	enqueueRows(t, q, 2)
	claimed(t, q, take(t, q)) // row 1 is on its way
	take(t, q)                // row 2 waits for its turn
	conn.close()

	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	code, _, stderr := bulk(t, ctx, api.URL, csv, "-lease", "1h")
	assert.Equal(t, exitUnknown, code, stderr)
	assert.Equal(t, map[string]string{"1": "unknown", "2": "done"}, outcomes(t, resultsName(csv)))
	assert.Len(t, sent(api), 1)
}

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
			assert.NotContains(t, stderr, "could not be recorded")
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
