package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spideriq/spideriq-go"
)

// A state says what has become of a row.
type state string

const (
	queued    state = "queued"    // in the queue; not sent, or sent and surely not applied
	sending   state = "sending"   // recorded before the first request; unknown when the worker is gone
	done      state = "done"      // applied
	unchanged state = "unchanged" // not sent, because the integration had these settings
	failed    state = "failed"    // not applied
	unknown   state = "unknown"   // sent, and perhaps applied
)

func (s state) isFinal() bool { return s != queued && s != sending }

// A record is what the job keeps of a row.
type record struct {
	Line     int       `json:"line"` // in the CSV file
	ID       int64     `json:"id"`
	Settings string    `json:"settings"` // the JSON that is sent
	State    state     `json:"state"`
	Time     time.Time `json:"time"`               // of the latest change of the state
	Attempts int       `json:"attempts,omitempty"` // requests of the latest call
	Message  string    `json:"message,omitempty"`
	Claim    string    `json:"claim,omitempty"`    // of the worker that sends or has sent the row
	Delivery uint64    `json:"delivery,omitempty"` // of the message that the claim belongs to
	Calls    int       `json:"calls,omitempty"`    // that failed without being applied

	revision uint64 // of the key in the bucket; 0 for a record that is not stored yet
}

// changedTo returns the record with another state and message.
func (r record) changedTo(s state, message string) record {
	r.State = s
	r.Message = strings.Join(strings.Fields(message), " ")
	r.Time = time.Now().UTC().Truncate(time.Millisecond)
	return r
}

func (r record) params() (spideriq.UpdateParams, error) {
	var p spideriq.UpdateParams
	if err := json.Unmarshal([]byte(r.Settings), &p); err != nil {
		return p, fmt.Errorf("the settings in the queue are not valid: %w", err)
	}
	return p, nil
}

const keyPrefix = "row."

func keyOf(id int64) string { return keyPrefix + strconv.FormatInt(id, 10) }

func decodeRecord(key string, value []byte, revision uint64) (record, error) {
	r := record{revision: revision}
	if err := json.Unmarshal(value, &r); err != nil {
		return r, fmt.Errorf("%s in the job is not valid: %w", key, err)
	}
	return r, nil
}
