package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

type outcome string

const (
	sending outcome = "sending" // written before a row is sent; as the last word on a row it means unknown
	done    outcome = "done"
	failed  outcome = "failed"  // and nothing was changed
	unknown outcome = "unknown" // sent, and perhaps applied
)

// A record is one line of the results file.
type record struct {
	line     int // in the CSV file
	id       int64
	settings string
	outcome  outcome
	attempts int
	message  string
}

var resultsHeader = []string{"time", "line", "id", "settings", "outcome", "attempts", "message"}

// results is the file that survives a kill: each line is on disk before write
// returns, and holds no line break but the one at its end, so that a line is whole
// when that is there.
type results struct {
	mu   sync.Mutex
	file *os.File
	err  error // the first; nothing is written behind a line that may be torn
}

// openResults opens the file for writing behind its intact part. A torn line after
// that is cut off: what it was to say has not been relied on.
func openResults(name string, intact int64) (*results, error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	r := &results{file: file}
	r.err = errors.Join(file.Truncate(intact), seek(file, intact))
	if intact == 0 {
		r.append(resultsHeader)
		r.err = errors.Join(r.err, syncFolder(filepath.Dir(name)))
	}
	return r, r.err
}

func seek(file *os.File, to int64) error {
	_, err := file.Seek(to, 0)
	return err
}

// syncFolder makes the name of a new file last as well. Not every system can.
func syncFolder(name string) error {
	folder, err := os.Open(name)
	if err != nil {
		return err
	}
	_ = folder.Sync()
	return folder.Close()
}

func (r *results) write(rec record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	attempts := ""
	if rec.outcome != sending {
		attempts = strconv.Itoa(rec.attempts)
	}
	return r.append([]string{
		time.Now().UTC().Format(time.RFC3339), strconv.Itoa(rec.line), strconv.FormatInt(rec.id, 10),
		rec.settings, string(rec.outcome), attempts, strings.Join(strings.Fields(rec.message), " "),
	})
}

func (r *results) append(fields []string) error {
	if r.err != nil {
		return r.err
	}
	var line bytes.Buffer
	w := csv.NewWriter(&line)
	_ = w.Write(fields) // to a buffer
	w.Flush()
	if _, r.err = r.file.Write(line.Bytes()); r.err == nil {
		r.err = r.file.Sync()
	}
	return r.err
}

// failure returns the error that ended writing.
func (r *results) failure() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

func (r *results) close() error {
	return errors.Join(r.err, r.file.Close())
}

// readResults returns the last record of each id, and how much of the file is
// intact: all but a torn last line.
func readResults(name string) (last map[int64]record, intact int64, err error) {
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, 0, err
	}
	last = make(map[int64]record)
	header := strings.Join(resultsHeader, ",") + "\n"
	if strings.HasPrefix(header, string(content)) {
		return last, 0, nil
	}
	if !bytes.HasPrefix(content, []byte(header)) { // and perhaps dear to somebody
		return nil, 0, fmt.Errorf("%s is no results file of this program", name)
	}
	content = content[:bytes.LastIndexByte(content, '\n')+1]
	lines, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", name, err)
	}
	for i, fields := range lines[1:] {
		rec, err := parseRecord(fields)
		if err != nil {
			return nil, 0, fmt.Errorf("%s:%d: %w", name, i+2, err)
		}
		last[rec.id] = rec
	}
	return last, int64(len(content)), nil
}

func parseRecord(fields []string) (rec record, err error) {
	rec = record{settings: fields[3], outcome: outcome(fields[4]), message: fields[6]}
	var wrong error
	if rec.line, wrong = strconv.Atoi(fields[1]); wrong != nil {
		err = errors.New("line is no number")
	}
	if rec.id, wrong = strconv.ParseInt(fields[2], 10, 64); wrong != nil {
		err = errors.New("id is no number")
	}
	switch rec.outcome {
	case sending:
		rec.outcome = unknown
	case done, failed, unknown:
	default:
		err = fmt.Errorf("unknown outcome %q", fields[4])
	}
	return rec, err
}
