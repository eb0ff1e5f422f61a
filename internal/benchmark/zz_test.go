package benchmark_test

import (
	"net/http"
	"testing"

	"github.com/spideriq/spideriq-go"
)

func BenchmarkZZ(b *testing.B) {
	c := newLibrary(b, spideriq.WithHTTPClient(&http.Client{Transport: fixedAnswer(updateAnswer)}))
	b.ReportAllocs()
	for b.Loop() {
		_ = c.updateLimits(b.Context())
	}
}
