package lenient_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/internal/lenient"
)

// maxBody is the longest body that a response may have.
const maxBody = 4 << 20

// allocated returns how many bytes the whole process allocates while f runs.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// hostileBody returns a body of the maximal length.
func hostileBody(head, repeated, tail string) []byte {
	n := (maxBody - len(head) - len(tail)) / len(repeated)
	return []byte(head + strings.Repeat(repeated, n) + tail)
}

// Not parallel, because allocations of other tests would count.
func TestHostileListsTakeLittleMemory(t *testing.T) {
	const list = `"integrations":[`
	for _, body := range [][]byte{
		hostileBody("{"+list, "{},", "{}]}"),
		hostileBody("{"+list, `{"id":1},`, "{}]}"),
		hostileBody("{"+list, "0,", "0]}"),
		hostileBody("{"+list, "null,", "null]}"),
		hostileBody("{"+list, `{"daily_limit":1},`, "{}]}"),
		hostileBody("{"+list, `{"key_preview":{}},`, "{}]}"),
		hostileBody("{"+list, `{"key_preview":{"":5}},`, "{}]}"),
		hostileBody("{"+list, `{"updated_at":0},`, "{}]}"),
		hostileBody("{", list+"],", list+"]}"),
		hostileBody("{", list+`{"id":1}],`, list+"]}"),
		hostileBody("{", list+`0],`, list+"]}"),
		hostileBody(`{"integration":{`, `"key_label":"ab",`, `"id":1}}`),
		hostileBody(`{"integration":{`, `"is_active":1,`, `"id":1}}`),
		hostileBody(`{"integration":{`, `"updated_at":0,`, `"id":1}}`),
		hostileBody(`{"integration":{"key_label":"`, `\u0041`, `"}}`),
		hostileBody(`{"integration":{"key_label":"`, "\xff", `"}}`),
		hostileBody(`{"x":"`, `\\`, `","integration":{}}`),
		hostileBody("", "[", ""),
		hostileBody("{"+list, "[", ""),
		hostileBody(`{"x":`, `{"x":`, ""),
	} {
		var err error
		began := time.Now()
		used := allocated(func() { err = lenient.Unmarshal(body, new(response)) })
		assert.Less(t, used>>20, uint64(64), "MiB for %.40s", body)
		assert.Less(t, time.Since(began), 10*time.Second, "%.40s", body) // quadratic time would take minutes
		t.Logf("%3d MiB, %4d ms for %.40s: %v", used>>20, time.Since(began).Milliseconds(), body, err)
	}
}

func TestListThatTakesTooMuchMemoryIsAnError(t *testing.T) {
	var got response
	body := hostileBody(`{"integrations":[`, "{},", `{}],"success":false}`)
	assert.ErrorContains(t, lenient.Unmarshal(body, &got), "takes too much memory")
	require.NotNil(t, got.Success, "what follows is read all the same")

	type large struct{ _ [1 << 10]byte }
	rows := hostileBody("[", `{},`, "{}]")
	for _, target := range []any{new([]large), new([]*large), new([][]large), new([]struct{ L *large })} {
		used := allocated(func() { _ = lenient.Unmarshal(rows, target) })
		assert.Less(t, used>>20, uint64(64), "MiB for %T", target)
	}
	var members strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&members, `"%d":{},`, i)
	}
	object := []byte("{" + members.String() + `"x":{}}`)
	assert.ErrorContains(t, lenient.Unmarshal(object, new(map[string]large)), "takes too much memory")
	assert.ErrorContains(t, lenient.Unmarshal(object, new(map[string]*large)), "takes too much memory")

	partly := make(map[string]large)
	require.Error(t, lenient.Unmarshal(object, &partly))
	assert.Less(t, len(partly), 20_000, "no member is read after that")

	emptyMaps := []byte("[" + strings.Repeat("{},", 5_000) + "{}]")
	assert.ErrorContains(t, lenient.Unmarshal(emptyMaps, new([]map[string]large)), "takes too much memory")
}

// A large response that makes sense is no hostile one.
func TestLongListIsDecoded(t *testing.T) {
	t.Parallel()
	body := listBody(maxBody / len(listRow) * 9 / 10)
	rows := decoded[response](t, body).Integrations
	assert.Greater(t, len(rows), 4_000)
	assert.EqualValues(t, len(rows), rows[len(rows)-1].ID)
}

func TestLongMapIsDecoded(t *testing.T) {
	t.Parallel()
	var members strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&members, `"%d":%d,`, i, i)
	}
	got := decoded[map[int]int](t, "{"+members.String()+`"-1":-1}`)
	assert.Len(t, got, 50_001)
	assert.Equal(t, 49_999, got[49_999])
}

// Not parallel, because allocations of other tests would count.
func TestResultDoesNotKeepTheBodyAlive(t *testing.T) {
	body := `{"x": "` + strings.Repeat("x", 1<<20) + `", ` + updateBody[1:]
	kept := make([]response, 30)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range kept {
		require.NoError(t, lenient.Unmarshal([]byte(body), &kept[i]))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	assert.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(4<<20))
	runtime.KeepAlive(kept)
}

// The caller may use the memory of a body again.
func TestResultSharesNoMemoryWithTheBody(t *testing.T) {
	t.Parallel()
	body := []byte(listBody(2))
	text := string(body)
	var got response
	require.NoError(t, lenient.Unmarshal(body, &got))
	assert.Equal(t, text, string(body), "the body is not written to")
	for i := range body {
		body[i] = 'X'
	}
	assert.Equal(t, decoded[response](t, text), got)
}

// An update allocates for its strings and pointers, and for nothing else.
func TestUpdateAllocatesLittle(t *testing.T) {
	body := []byte(updateBody)
	var got response
	allocs := testing.AllocsPerRun(100, func() {
		got = response{}
		_ = lenient.Unmarshal(body, &got)
	})
	assert.LessOrEqual(t, allocs, 14.0)
}

// The way to a wrong value may be as long as the response is deep. Not parallel, because
// allocations of other tests would count.
func TestErrorDeepDownTakesLittleMemory(t *testing.T) {
	type node struct{ A *node }
	const depth = 9_000
	body := []byte(strings.Repeat(`{"a":`, depth) + "5" + strings.Repeat("}", depth))
	var text string
	used := allocated(func() { text = lenient.Unmarshal(body, new(node)).Error() })
	assert.Equal(t, strings.Repeat("A: ", depth)+"not an object", text)
	assert.Less(t, used>>20, uint64(8), "MiB")
}

func TestPointerTypeThatLeadsToNoValueIsRefused(t *testing.T) {
	t.Parallel()
	type pointer *pointer
	var p pointer
	require.Error(t, lenient.Unmarshal([]byte(`{"a": 1}`), &p))
	var s struct {
		P pointer
		N int
	}
	require.ErrorContains(t, lenient.Unmarshal([]byte(`{"P": 1, "N": 2}`), &s), "P: ")
	assert.Equal(t, 2, s.N)
}
