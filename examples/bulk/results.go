package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

var resultsHeader = []string{"time", "line", "id", "settings", "outcome", "attempts", "message"}

// checkResults refuses to overwrite a file that this program has not written, and one
// that cannot be written.
func checkResults(name string) error {
	if name == "" {
		return nil
	}
	folder, err := os.Stat(filepath.Dir(name))
	if err != nil {
		return fmt.Errorf("-results: %w", err)
	}
	if !folder.IsDir() {
		return fmt.Errorf("-results: %s is no folder", filepath.Dir(name))
	}
	file, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("-results: %w", err)
	}
	defer func() { _ = file.Close() }()
	header := []byte(strings.Join(resultsHeader, ",") + "\n")
	begin, err := io.ReadAll(io.LimitReader(file, int64(len(header))))
	if err != nil {
		return fmt.Errorf("-results: %w", err)
	}
	if !bytes.Equal(begin, header) { // and perhaps dear to somebody
		return fmt.Errorf("%s is no results file of this program", name)
	}
	return nil
}

// writeResults writes the outcome of each row. The file takes the place of an older one
// when it is whole.
func writeResults(name string, rows []row, records map[int64]record) error {
	if name == "" {
		return nil
	}
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	_ = w.Write(resultsHeader) // to a buffer
	for _, r := range rows {
		_ = w.Write(resultOf(r, records[r.id]))
	}
	w.Flush()
	return replaceFile(name, text.Bytes())
}

func resultOf(r row, stored record) []string {
	outcome, at, attempts := string(stored.State), "", ""
	switch stored.State {
	case "", queued:
		outcome = "not sent"
		if r.settings == "{}" {
			outcome = string(unchanged)
		}
	case sending:
		outcome = string(unknown)
	}
	if !stored.Time.IsZero() {
		at = stored.Time.Format(time.RFC3339)
	}
	if stored.Attempts > 0 {
		attempts = strconv.Itoa(stored.Attempts)
	}
	line, id := strconv.Itoa(r.line), strconv.FormatInt(r.id, 10)
	return []string{at, line, id, r.settings, outcome, attempts, stored.Message}
}

func replaceFile(name string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(name), ".bulk-*")
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}
