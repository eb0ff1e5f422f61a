package spideriq

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/spideriq/spideriq-go/internal/safetext"
)

// The longest text of each part of an error, in bytes. A longer one is cut.
const (
	maxMessageLength     = 512
	maxPathLength        = 256
	maxCodeLength        = 128
	maxContentTypeLength = 128
)

// errorLine puts the parts of an error into the order of operation, object, cause.
// Empty causes are left out.
func errorLine(method, path string, attempts int, mayHaveApplied bool, causes ...string) string {
	parts := []string{"spideriq"}
	for _, cause := range append([]string{operation(method, path)}, causes...) {
		if line := safetext.OneLine(cause, maxMessageLength); line != "" {
			parts = append(parts, line)
		}
	}
	return strings.Join(parts, ": ") + attemptsNote(attempts, mayHaveApplied)
}

// operation names the request. Both parts may be empty.
func operation(method, path string) string {
	return safetext.OneLine(method+" "+path, maxPathLength)
}

// attemptsNote is the end of an error text. It is empty for a single attempt with a
// known outcome.
func attemptsNote(attempts int, mayHaveApplied bool) string {
	switch {
	case attempts > 1 && mayHaveApplied:
		return fmt.Sprintf(" (after %d attempts; may have been applied)", attempts)
	case attempts > 1:
		return fmt.Sprintf(" (after %d attempts)", attempts)
	case mayHaveApplied:
		return " (may have been applied)"
	default:
		return ""
	}
}

// logGroup returns a group of the text of err and those attributes that are not
// empty. Every text is one bounded line.
func logGroup(err error, attrs ...slog.Attr) slog.Value {
	group := []slog.Attr{slog.String("error", err.Error())}
	for _, attr := range attrs {
		if attr.Value.Kind() == slog.KindString {
			attr.Value = slog.StringValue(safetext.OneLine(attr.Value.String(), maxMessageLength))
		}
		if !isEmpty(attr.Value) {
			group = append(group, attr)
		}
	}
	return slog.GroupValue(group...)
}

// isEmpty reports whether v is the zero value of its kind.
func isEmpty(v slog.Value) bool {
	switch v.Kind() {
	case slog.KindString:
		return v.String() == ""
	case slog.KindInt64:
		return v.Int64() == 0
	case slog.KindDuration:
		return v.Duration() == 0
	case slog.KindBool:
		return !v.Bool()
	default:
		return false
	}
}
