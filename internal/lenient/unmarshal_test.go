package lenient_test

import (
	"encoding/json"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/internal/lenient"
)

// decoded returns a T decoded from text, which must succeed.
func decoded[T any](t *testing.T, text string) T {
	t.Helper()
	var v T
	require.NoError(t, lenient.Unmarshal([]byte(text), &v), "%.200s", text)
	return v
}

// integrationOf returns an integration with an id and the members.
func integrationOf(t *testing.T, members string) integration {
	t.Helper()
	return decoded[integration](t, `{"id": 1, `+members+`}`)
}

func TestBodyThatIsNotOneValueIsAnError(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"": "the body is empty", " \r\n\t": "the body is empty", "\uFEFF": "the body is empty",
		"null": "the body is null", "\uFEFF null\n": "the body is null",
		"{": "the body is not JSON", "{}{}": "the body is not JSON", "[] <!-- x -->": "the body is not JSON",
		"<html>": "the body is not JSON", "\u00a0[]": "the body is not JSON", " \uFEFF{}": "the body is not JSON",
		"\uFEFF\uFEFF{}": "the body is not JSON", "{}\uFEFF": "the body is not JSON",
		"\xfe\xff{}": "the body is not JSON",
	} {
		for _, target := range []any{new(map[string]int), new(any), new(json.RawMessage), new(*integration)} {
			assert.EqualError(t, lenient.Unmarshal([]byte(body), target), want, "%q into %T", body, target)
		}
		kept := integration{ID: 7}
		assert.Error(t, lenient.Unmarshal([]byte(body), &kept))
		assert.Equal(t, integration{ID: 7}, kept)
	}
}

func TestTargetThatIsNoPointerIsAnError(t *testing.T) {
	t.Parallel()
	for _, target := range []any{nil, integration{}, (*integration)(nil), map[string]int{}} {
		err := lenient.Unmarshal([]byte(`{}`), target)
		assert.ErrorAs(t, err, new(*json.InvalidUnmarshalError), "%T", target)
	}
}

func TestOneByteOrderMarkIsSkipped(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []int{1}, decoded[[]int](t, "\uFEFF \n[1]"))
}

func TestDeepNestingIsAnErrorWithoutACrash(t *testing.T) {
	t.Parallel()
	type list []list
	type node struct{ A *node }
	for _, part := range []struct{ open, end string }{{"[", "]"}, {`{"a":`, "}"}} {
		for _, depth := range []int{9_000, 100_000, 1 << 20} {
			body := []byte(strings.Repeat(part.open, depth) + "[]" + strings.Repeat(part.end, depth))
			for _, target := range []any{new(any), new(list), new(node), new(map[string]any), new(response)} {
				err := lenient.Unmarshal(body, target)
				assert.True(t, err != nil || depth == 9_000, "%d of %s into %T", depth, part.open, target)
			}
			assert.Error(t, lenient.Unmarshal(body[:len(body)/2], new(list)))
		}
	}
	decoded[list](t, strings.Repeat("[", 9_000)+strings.Repeat("]", 9_000))
	decoded[node](t, strings.Repeat(`{"a":`, 9_000)+"null"+strings.Repeat("}", 9_000))
}

func TestInvalidUTF8IsReplaced(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"\"a\xffb\"": "a\uFFFDb", "\"\xc3\"": "\uFFFD", "\"\\n\xff\"": "\n\uFFFD", "\"\xff\xfe\"": "\uFFFD\uFFFD",
	} {
		assert.Equal(t, want, decoded[string](t, text))
		assert.Equal(t, map[string]string{want: want}, decoded[map[string]string](t, "{"+text+":"+text+"}"))
	}
}

func TestNullListIsEmptyAndMissingListIsNil(t *testing.T) {
	t.Parallel()
	type lists struct {
		Rows  []*integration
		Texts *[]string
		Deep  [][]int
		Bytes []byte
		Raw   json.RawMessage
	}
	got := decoded[lists](t, `{"rows": null, "texts": null, "deep": [null], "bytes": null, "raw": null}`)
	assert.Equal(t, lists{Rows: []*integration{}, Deep: [][]int{{}}, Raw: json.RawMessage("null")}, got)
	assert.Equal(t, lists{}, decoded[lists](t, `{}`))
	assert.Equal(t, []*integration{}, decoded[lists](t, `{"rows": []}`).Rows)
}

func TestNullLeavesAValueAsItIs(t *testing.T) {
	t.Parallel()
	got := integrationOf(t, `"daily_count": null, "is_active": null, "key_label": null, "health_status": null,
		"updated_at": null, "key_preview": null, "spend_limit_exceeded": null, "spend_limit_amount": null`)
	assert.Equal(t, integration{ID: 1}, got)
	for _, members := range []string{
		`"daily_count": 5, "daily_count": null`, `"key_label": "a", "KEY_LABEL": null`,
		`"is_active": true, "is_active": null`,
		`"daily_limit": 5, "DAILY_LIMIT": null`, `"updated_at": "2026-02-26T15:30:00Z", "updated_at": null`,
	} {
		text := `{"id": 1, ` + members + `}`
		var want integration
		require.NoError(t, json.Unmarshal([]byte(text), &want))
		assert.Equal(t, want, decoded[integration](t, text))
	}
}

func TestStringTakesAnyValueAsItsText(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		`"a"`: "a", `5`: "5", `-1.50`: "-1.50", `true`: "true", `{"a": [1]}`: `{"a": [1]}`, `["b" ]`: `["b" ]`,
		`null`: "",
	} {
		got := integrationOf(t, `"key_label": `+value+`, "health_status": `+value+`, "key_preview": {"x": `+value+`}`)
		assert.Equal(t, want, got.KeyLabel)
		assert.Equal(t, status(want), got.HealthStatus)
		assert.Equal(t, map[string]string{"x": want}, got.KeyPreview)
	}
}

func TestMapOfStringsThatIsNoObjectIsNil(t *testing.T) {
	t.Parallel()
	for _, value := range []string{`"sk-..."`, `["sk"]`, `5`, `true`, `null`} {
		assert.Nil(t, integrationOf(t, `"key_preview": {"a": "b"}, "key_preview": `+value).KeyPreview, value)
	}
	for _, text := range []string{`[1]`, `5`} {
		assert.Error(t, lenient.Unmarshal([]byte(text), new(map[string]string)), "as a whole response")
		assert.Error(t, lenient.Unmarshal([]byte(`{"a": `+text+`}`), new(map[string]map[string]int)))
	}
}

func TestUnreadableValueOfAForgivingTypeIsZero(t *testing.T) {
	t.Parallel()
	type values struct {
		Plain   amount
		Pointer *amount
		List    []amount
		Maps    map[string]*amount
		After   int
	}
	for _, bad := range []string{`"n/a"`, `true`, `{}`, `[500]`} {
		got := decoded[values](t, `{"plain": 1, "pointer": 2, "plain": `+bad+`, "pointer": `+bad+
			`, "list": [1, `+bad+`, "2.50"], "maps": {"a": `+bad+`, "b": 3}, "after": 9}`)
		maps := map[string]*amount{"a": nil, "b": new(amount("3"))}
		assert.Equal(t, values{List: []amount{"1", "", "2.50"}, Maps: maps, After: 9}, got)
		assert.ErrorIs(t, lenient.Unmarshal([]byte(bad), new(amount)), errAmount, "as a whole response")
		assert.ErrorIs(t, lenient.Unmarshal([]byte(bad), new(*amount)), errAmount)
	}
}

// strict is a type that forgives nothing.
type strict struct{ err error }

func (s *strict) UnmarshalJSON([]byte) error { return s.err }

func (s *strict) UnmarshalText([]byte) error { return s.err }

func TestOtherErrorOfAMethodIsAnError(t *testing.T) {
	t.Parallel()
	problem := errors.New("no such thing")
	for _, err := range []error{problem, readable{problem}} {
		v := struct{ A, B strict }{B: strict{err: err}}
		got := lenient.Unmarshal([]byte(`{"a": 1, "b": 2}`), &v)
		assert.ErrorIs(t, got, problem)
		assert.ErrorContains(t, got, "B: ")
	}
	err := lenient.Unmarshal([]byte(`{"a": "x", "b": 5}`), new(struct{ A, B netip.Addr }))
	assert.ErrorContains(t, err, "A: ")
	assert.ErrorContains(t, lenient.Unmarshal([]byte(`{"b": 5}`), new(struct{ B netip.Addr })), "B: not text")
}

// readable is an error that could leave its field zero, and does not.
type readable struct{ error }

func (readable) Unreadable() bool { return false }

func (r readable) Unwrap() error { return r.error }

func TestNumbersInAnInterfaceKeepTheirDigits(t *testing.T) {
	t.Parallel()
	got := decoded[map[string]any](t, `{"n": 9007199254740993, "list": [1.50]}`)
	assert.Equal(t, map[string]any{"n": json.Number("9007199254740993"), "list": []any{json.Number("1.50")}}, got)
}
