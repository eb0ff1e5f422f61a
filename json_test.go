package spideriq

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// walked is v as encoding/json would decode it into an any, built by walking.
func walked(v value) any {
	r := reader{text: v}
	switch v[0] {
	case '{':
		object := map[string]any{}
		r.members(func(name value) { object[name.text()] = walked(r.take()) })
		return object
	case '[':
		array := []any{}
		r.members(func(value) { array = append(array, walked(r.take())) })
		return array
	case '"':
		return v.text()
	case 't', 'f':
		return v == "true"
	case 'n':
		return nil
	}
	return json.Number(v.text())
}

// assertWalkedAlike compares the walker with encoding/json on one body.
func assertWalkedAlike(t *testing.T, body string) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	var want any
	bad := !json.Valid([]byte(body))
	if !bad {
		require.NoError(t, d.Decode(&want))
	}
	v, err := parse([]byte(body))
	require.Equal(t, bad, err != nil, "%.200q: %v", body, err)
	if !bad {
		require.Equal(t, want, walked(v), "%.200q", body)
	}
}

func TestWalkerReadsLikeEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		``, ` `, `null`, `true`, `false`, ` 0 `, `-0.5e+10`, `""`, `"a"`, `[]`, `{}`, `[ ]`, "{ \n\t\r}", `[[]]`, `[{}]`, `{"a":{}}`, `{"":""}`, `[null,true,false]`,
		`[1,2,3]`, `[ 1 , 2 , 3 ]`, `{"a":1,"b":[1,{"c":"d"}],"e":null}`, "{\"a\"\n:\t1\r,\"b\" : 2 }", `{"a":1,"a":2}`, `{"a":{"a":{"a":[]}}}`, `[1e5,1E-5,0.0,-0]`,
		`"\""`, `"\\"`, `"\\\\"`, `"\\\""`, `["\\","\"",""]`, `{"\"":"\\"}`, `{"a\\":1,"b":2}`, `"\u0041\u00e9\ud83d\ude00"`, `"\ud83d"`, `"\ude00\ud83d"`, `"\ud83dx"`, `"\b\f\n\r\t\/"`,
		`"]"`, `["]","}",",",":"]`, `{"}":"{","]":"["}`, `{"a b":" c "}`, `"é日本😀"`, "\"\u2028\"", "\"\x7f\"", "[\"\\ud800\\\"\", 1]",
		`{`, `}`, `[`, `]`, `"`, `"\"`, `[1,]`, `[,1]`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{a:1}`, `'a'`, `[1 2]`, `01`, `1.`, `.5`, `+1`, `1e`, `nul`, `NULL`, `True`, `NaN`, `// x`, `[]//`,
		`[] []`, `{}x`, `1 2`, `""""`, "\"\n\"", "\"\x00\"", `"\x"`, `"\u12"`, "\x00", "[\x0b]", "\u00a0[]", `[1}`, `{"a":1]`, "nullnull", "[[[[[[", strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001),
		strings.Repeat("[", 2_000) + strings.Repeat("]", 2_000), strings.Repeat(`{"a":`, 2_000) + "1" + strings.Repeat("}", 2_000),
	} {
		assertWalkedAlike(t, body)
	}
}

// randomJSON writes a value with odd strings, odd spaces and names that repeat.
func randomJSON(r *rand.Rand, b *strings.Builder, depth int) {
	pick := func(of ...string) { b.WriteString(of[r.IntN(len(of))]) }
	space := func() { pick("", "", "", " ", "\n", "\t\r ") }
	text := func() {
		b.WriteByte('"')
		for range r.IntN(6) {
			pick("a", "id", " ", "é", "😀", `\"`, `\\`, `\n`, `\u0041`, `\ud83d\ude00`, `\ud800`, "{", "}", "[", "]", ",", ":", "\u2028", "/", `\/`)
		}
		b.WriteByte('"')
	}
	list := func(open, end string, one func()) {
		b.WriteString(open)
		for i := range r.IntN(5) {
			if i > 0 {
				b.WriteByte(',')
			}
			space()
			one()
			space()
		}
		space()
		b.WriteString(end)
	}
	switch kind := r.IntN(8); {
	case kind < 2 && depth > 0:
		list("{", "}", func() { text(); space(); b.WriteByte(':'); space(); randomJSON(r, b, depth-1) })
	case kind < 4 && depth > 0:
		list("[", "]", func() { randomJSON(r, b, depth-1) })
	case kind < 6:
		text()
	default:
		pick("0", "-1", "12.50", "1e9", "-0.5E-3", "9007199254740993", "true", "false", "null")
	}
}

func TestWalkerReadsRandomBodiesLikeEncodingJSON(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 5_000 {
		var b strings.Builder
		randomJSON(r, &b, 5)
		body := b.String()
		assertWalkedAlike(t, body)
		if len(body) > 0 { // and with one byte changed or cut
			at := r.IntN(len(body))
			if broken := body[:at] + string("{}[]\",:\\ 0"[r.IntN(10)]) + body[at+1:]; strings.ToValidUTF8(broken, "") == broken {
				assertWalkedAlike(t, broken)
			}
			assertWalkedAlike(t, strings.ToValidUTF8(body[:at], ""))
		}
	}
}

func TestInvalidUTF8IsReplaced(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{"\"a\xffb\"": "a\uFFFDb", "\"\xc3\"": "\uFFFD", "\"\\n\xff\"": "\n\uFFFD"} {
		v, err := parse([]byte(body))
		require.NoError(t, err)
		assert.Equal(t, want, v.text())
		assertWalkedAlike(t, body)
		assertWalkedAlike(t, "{"+body+":["+body+"]}")
	}
}

func TestRunsOfInvalidUTF8AreReplacedLikeEncodingJSON(t *testing.T) {
	t.Parallel()
	assertWalkedAlike(t, "\"\xff\xfe\xfd\"")
}

func TestOneByteOrderMarkIsSkipped(t *testing.T) {
	t.Parallel()
	v, err := parse([]byte("\uFEFF \n[1]"))
	require.NoError(t, err)
	assert.Equal(t, value("[1]"), v)
	for _, body := range []string{"\uFEFF", "\uFEFF\uFEFF[1]", " \uFEFF[1]", "[1]\uFEFF", "\xfe\xff[1]"} {
		_, err := parse([]byte(body))
		assert.Error(t, err, "%q", body)
	}
}

func TestDeepNestingIsRefusedWithoutACrash(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"[", `{"a":`, `[{"a":`} {
		_, err := parse([]byte(strings.Repeat(part, 100_000)))
		assert.Error(t, err)
	}
	_, err := parse([]byte(strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)))
	assert.Error(t, err)
}

// What takes linear time is done in milliseconds; in quadratic time, in minutes.
func TestLargeBodiesAreWalkedQuickly(t *testing.T) {
	t.Parallel()
	const size = 1 << 18
	for name, body := range map[string]string{
		"escapes":     `{"a":"` + strings.Repeat(`\\`, size/2) + `","id":1}`,
		"quotes":      `{"a":"` + strings.Repeat(`\"`, size/2) + `","id":1}`,
		"members":     `{` + strings.Repeat(`"a":1,`, size/6) + `"id":1}`,
		"elements":    `{"a":[` + strings.Repeat(`1,`, size/2) + `1],"id":1}`,
		"spaces":      `{"a":1` + strings.Repeat(` `, size) + `,"id":1}`,
		"key preview": `{"key_preview":{` + strings.Repeat(`"":[],`, size/6) + `"a":1},"id":1}`,
	} {
		began := time.Now()
		i, err := read(body)
		require.NoError(t, err, name)
		assert.Equal(t, int64(1), i.ID)
		_ = readErrorBody([]byte(body), strings.NewReplacer())
		assert.Less(t, time.Since(began), 10*time.Second, name)
	}
}

func read(body string) (i Integration, err error) {
	v, err := parse([]byte(body))
	if err == nil {
		err = (&reader{text: v}).set(reflect.ValueOf(&i).Elem())
	}
	return i, err
}

func integrationOf(t *testing.T, members string) Integration {
	t.Helper()
	i, err := read(`{"id": 1, ` + members + `}`)
	require.NoError(t, err, members)
	return i
}

func TestTimesOfAnAnswer(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 2, 26, 15, 30, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		`"2026-02-26T15:30:00Z"`: at, `"2026-02-26T15:30:00"`: at, `"2026-02-26 15:30:00"`: at, `"2026-02-26 15:30:00Z"`: at, `"2026-02-26T17:30:00+02:00"`: at,
		`"2026-02-26T15:30:00+00:00"`: at, `"2026-02-26 10:30:00-05:00"`: at, `"2026-02-26T15:30:00+0000"`: at, `"2026-02-26T15:30:00\u005A"`: at,
		`"2026-02-26T15:30:00.123Z"`: at.Add(123 * time.Millisecond), `"2026-02-26T15:30:00.123456789"`: at.Add(123456789), `"2026-02-26 15:30:00.5+00:00"`: at.Add(time.Second / 2),
		`"2024-02-29T00:00:00Z"`: time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC),
		`null`:                   {}, `""`: {}, `"never"`: {}, `"2026-02-26"`: {}, `"2026-02-30T00:00:00Z"`: {}, `"2026-13-01T00:00:00Z"`: {}, `"2026-02-26T25:00:00Z"`: {}, `"26.02.2026 15:30"`: {}, `1772119800`: {},
		`1e999999999`: {}, `true`: {}, `{}`: {}, `["2026-02-26T15:30:00Z"]`: {}, `"2026-02-26T15:30:00Z "`: {}, `"` + strings.Repeat("2", 1<<20) + `"`: {}, "\"2026-02-26\xffT\"": {},
	} {
		i := integrationOf(t, `"updated_at": `+text+`, "created_at": `+text)
		assert.True(t, want.Equal(i.UpdatedAt), "%.60s: %v", text, i.UpdatedAt)
		if want.IsZero() {
			assert.Nil(t, i.CreatedAt, "%.60s", text)
		} else if assert.NotNil(t, i.CreatedAt, text) {
			assert.True(t, want.Equal(*i.CreatedAt), text)
		}
	}
	assert.Equal(t, time.UTC, integrationOf(t, `"updated_at": "2026-02-26T15:30:00"`).UpdatedAt.Location())
}

func TestNumbersOfAnAnswer(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{`9007199254740993`: 1<<53 + 1, `"9007199254740993"`: 1<<53 + 1, `9223372036854775807`: 1<<63 - 1, `1`: 1} {
		assert.Equal(t, want, integrationOf(t, `"id": `+text).ID, text)
	}
	for _, text := range []string{`9223372036854775808`, `1.5`, `1e3`, `"x"`, `""`, `true`, `{}`, `0`, `-1`} {
		_, err := read(`{"id": ` + text + `}`)
		assert.Error(t, err, text)
	}
	for text, want := range map[string]*int{`null`: nil, `0`: new(0), `"200"`: new(200), `-1`: new(-1)} {
		assert.Equal(t, want, integrationOf(t, `"daily_limit": `+text).DailyLimit, text)
	}
	i := integrationOf(t, `"daily_count": null, "is_active": null, "key_label": null, "health_status": null, "spend_limit_period": null, "updated_at": null, "key_preview": null, "spend_limit_exceeded": null`)
	assert.Equal(t, Integration{ID: 1}, i)
}

func TestOddMembersOfAnAnswer(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]map[string]string{
		`{"api_key": "sk-o...123", "account_id": null, "n": 5, "o": {"a": [1]}, "": ""}`: {"api_key": "sk-o...123", "account_id": "", "n": "5", "o": `{"a": [1]}`, "": ""},
		`{}`: nil, `null`: nil, `"sk-..."`: nil, `["sk"]`: nil, `5`: nil,
	} {
		assert.Equal(t, want, integrationOf(t, `"key_preview": `+text).KeyPreview, text)
	}
	i := integrationOf(t, `"health_status": "paused", "spend_limit_period": "weekly", "spend_limit_action": "page", "provider_name": "brand_new"`)
	assert.Equal(t, []string{"paused", "weekly", "page", "brand_new"}, []string{string(i.HealthStatus), string(i.SpendLimitPeriod), string(i.SpendLimitAction), i.ProviderName})
	for _, wrong := range []string{`"is_active": "maybe"`, `"is_active": 1`, `"daily_limit": "many"`, `"daily_limit": []`, `"priority": 1.5`} {
		_, err := read(`{"id": 1, ` + wrong + `}`)
		name, _, _ := strings.Cut(wrong[1:], `"`)
		assert.ErrorContains(t, err, name)
	}
}

// Of members with one name the last wins, and case does not count.
func TestNamesMatchLikeEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"id": 1, "id": 2}`, `{"ID": 3, "id": 1}`, `{"id": 1, "Id": 4}`, `{"i\u0064": 5}`, `{"Key_Label": "a", "KEY_LABEL": "b", "id": 1}`,
		`{"daily_limit": 5, "DAILY_LIMIT": null, "id": 1}`, `{"keylabel": "x", "key-label": "y", "id": 1, "idd": 2}`, "{\"\u212aey_label\": \"kelvin\", \"id\": 1}", "{\"i\u017f_active\": true, \"id\": 1}",
		`{"updated_at": "2026-02-26T15:30:00Z", "id": 1, "provider_name": "out of order"}`,
	} {
		var want Integration
		require.NoError(t, json.Unmarshal([]byte(body), &want), body)
		got, err := read(body)
		require.NoError(t, err, body)
		assert.Equal(t, want, got, body)
	}
}

func TestErrorsOfRowsTellWhere(t *testing.T) {
	t.Parallel()
	var page []Integration
	set := func(v value) error { return (&reader{text: v}).set(reflect.ValueOf(&page).Elem()) }
	assert.ErrorContains(t, set(`[{"id": 1}, {"id": "x"}]`), "row 2: id")
	for _, wrong := range []value{`{}`, `null`, `"x"`, `[1]`, `[null]`, `[[]]`} {
		assert.Error(t, set(wrong), fmt.Sprint(wrong))
	}
}

func TestFieldOfAnotherKindIsAnError(t *testing.T) {
	t.Parallel()
	var wrong struct {
		Ratio float64  `json:"ratio"`
		Texts []string `json:"texts"`
		ID    int64    `json:"id"`
	}
	for _, member := range []string{`"ratio": 0.5`, `"texts": ["a", "b"]`} {
		r := reader{text: value("{" + member + `, "id": 7}`)}
		assert.ErrorContains(t, r.set(reflect.ValueOf(&wrong).Elem()), strings.Split(member, `"`)[1])
		assert.EqualValues(t, 7, wrong.ID, "what follows is read all the same")
		wrong.ID = 0
	}
}
