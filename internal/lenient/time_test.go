package lenient_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go/internal/lenient"
)

func TestTimesMayBeWrittenInSeveralForms(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 2, 26, 15, 30, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		`"2026-02-26T15:30:00Z"`: at, `"2026-02-26T15:30:00"`: at, `"2026-02-26 15:30:00"`: at,
		`"2026-02-26 15:30:00Z"`:      at,
		`"2026-02-26T17:30:00+02:00"`: at, `"2026-02-26T15:30:00+00:00"`: at, `"2026-02-26 10:30:00-05:00"`: at,
		`"2026-02-26T15:30:00+0000"`: at, `"2026-02-26 17:30:00+0200"`: at, `"2026-02-26T15:30:00\u005A"`: at,
		`"2026-02-26T15:30:00.123Z"`:         at.Add(123 * time.Millisecond),
		`"2026-02-26T15:30:00.123456789"`:    at.Add(123456789),
		`"2026-02-26 15:30:00.5+00:00"`:      at.Add(time.Second / 2),
		`"2024-02-29T00:00:00Z"`:             time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC),
		`"0001-01-01T00:00:00Z"`:             {},
		`"9999-12-31T23:59:59.999999999Z"`:   time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC),
		`"2026-02-26T15:30:00.000000000000"`: at,
	} {
		got := integrationOf(t, `"updated_at": `+text+`, "created_at": `+text)
		assert.True(t, want.Equal(got.UpdatedAt), "%s: %v", text, got.UpdatedAt)
		if assert.NotNil(t, got.CreatedAt, text) {
			assert.True(t, want.Equal(*got.CreatedAt), text)
		}
	}
	assert.Equal(t, time.UTC, integrationOf(t, `"updated_at": "2026-02-26T15:30:00"`).UpdatedAt.Location())
}

func TestUnreadableTimeIsZero(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`""`, `"never"`, `"2026-02-26"`, `"2026-02-30T00:00:00Z"`, `"2026-13-01T00:00:00Z"`, `"2026-02-26T25:00:00Z"`,
		`"26.02.2026 15:30"`, `1772119800`, `1e999999999`, `true`, `{}`, `["2026-02-26T15:30:00Z"]`,
		`"2026-02-26T15:30:00Z "`,
		`"2026-02-26 15:30:00 +00:00"`, `"` + strings.Repeat("2", 1<<20) + `"`, "\"2026-02-26\xffT\"",
	} {
		got := integrationOf(t, `"updated_at": "2026-02-26T15:30:00Z", "created_at": "2026-02-26T15:30:00Z",
			"updated_at": `+text+`, "created_at": `+text+`, "key_label": "kept"`)
		assert.Equal(t, integration{ID: 1, KeyLabel: "kept"}, got, "%.60s", text)
		assert.Equal(t, []time.Time{{}}, decoded[[]time.Time](t, "["+text+"]"))
		assert.Equal(t, []*time.Time{nil}, decoded[[]*time.Time](t, "["+text+"]"))
		assert.Error(t, lenient.Unmarshal([]byte(text), new(time.Time)), "as a whole response")
		assert.Error(t, lenient.Unmarshal([]byte(text), new(*time.Time)))
	}
	got := integrationOf(t, `"updated_at": null, "created_at": null`)
	assert.Equal(t, integration{ID: 1}, got)
}

// Any string may stand for a time. It never fails the response, and what RFC 3339
// allows is read exactly.
func FuzzTimestamp(f *testing.F) {
	for _, text := range []string{
		"2026-02-26T15:30:00Z", "2026-02-26 15:30:00", "2026-02-26T15:30:00.123456789+14:00",
		"2026-02-26T15:30:00+0000",
		"2026-02-26 15:30:00 +00:00", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:60Z",
		"2026-02-30T00:00:00Z", "2026-02-26T15:30:00,5Z", "", "now", "2026-02-26\xffT", "1772119800",
		"２０２６-02-26T15:30:00Z",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		members := fmt.Sprintf(`"updated_at": %s, "created_at": %s, "key_label": "kept"`, quoted, quoted)
		got := integrationOf(t, members)
		if got.KeyLabel != "kept" {
			t.Errorf("%q: %+v", text, got)
		}
		var exact time.Time
		isExact := json.Unmarshal(quoted, &exact) == nil
		parsed, err := time.Parse(time.RFC3339, strings.Replace(text, " ", "T", 1))
		switch created := got.CreatedAt; {
		case created == nil:
			if isExact || err == nil || !got.UpdatedAt.IsZero() {
				t.Errorf("%q: none beside %v", text, got.UpdatedAt)
			}
		case !created.Equal(got.UpdatedAt), isExact && !created.Equal(exact), err == nil && !created.Equal(parsed):
			t.Errorf("%q: %v beside %v", text, created, got.UpdatedAt)
		}
	})
}
