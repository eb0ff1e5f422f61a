package safetext

import (
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// requireLinear fails when a text that is 8 times as long takes far more than 8 times
// as long.
func requireLinear(t *testing.T, piece string, work func(text string)) {
	t.Helper()
	short, long := strings.Repeat(piece, 8<<10/len(piece)), strings.Repeat(piece, 64<<10/len(piece))
	measure := func(text string) time.Duration {
		best := time.Hour
		for range 3 {
			began := time.Now()
			work(text)
			best = min(best, time.Since(began))
		}
		return best
	}
	// Quadratic work grows by 64, and takes seconds for the long text.
	before, after := measure(short), measure(long)
	require.Less(t, after, 32*before+200*time.Millisecond, "%.20q", piece)

}

// allocated returns how many bytes work allocates. It is exact in a test that is not
// parallel.
func allocated(work func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	work()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestLongTextsAreRedactedInLinearTime(t *testing.T) {
	t.Parallel()
	key := pemKey(4096)
	r := NewRedactor(key, strings.Repeat("a", 4096), "client_51f0aa:key_9c27d03e:secret_55ab8114")
	pieces := []string{"a", " ", `\`, `\\`, "%25", "&amp;", "&", "&#", `\u0061`, "%", key, key[:4000], "-----BEGIN ",
		"0000000", "client_51f0aa:key_", strconv.Quote(key), url.QueryEscape(key)}
	for _, piece := range pieces {
		requireLinear(t, piece, func(text string) { r.Redact(text) })
	}
}

func TestRedactingTakesLittleMemory(t *testing.T) {
	r := NewRedactor(pemKey(4096), "client_51f0aa:key_9c27d03e:secret_55ab8114")
	r.Redact("the first text")
	token := "client_51f0aa:key_9c27d03e:secret_55ab8114 "
	for _, piece := range []string{"x", "%25", "&amp;", `\u0061`, pemKey(4096), token} {
		text := strings.Repeat(piece, 64<<10/len(piece))
		assert.Less(t, allocated(func() { r.Redact(text) }), uint64(2<<20), "%.20q", piece)
	}
}
