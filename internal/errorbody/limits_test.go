package errorbody_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go/internal/errorbody"
)

func TestSecondsToWait(t *testing.T) {
	t.Parallel()
	tests := []struct {
		body  string
		wait  time.Duration
		found bool
	}{
		{`{"retry_after_seconds": 60}`, time.Minute, true},
		{`{"retry_after_seconds": "60"}`, time.Minute, true},
		{`{"retry_after_seconds": 0.5}`, time.Second / 2, true},
		{`{"retry_after_seconds": 6e1}`, time.Minute, true},
		{`{"retry_after_seconds": 60, "detail": {"retry_after_seconds": 5}}`, time.Minute, true},
		{`{"retry_after_seconds": 0}`, 0, true},
		{`{"retry_after_seconds": 1e-12}`, 1, true},
		{`{"detail": {"retry_after_seconds": 60}}`, time.Minute, true},
		{`{"error": {"retry_after_seconds": 60}}`, time.Minute, true},
		{`{"retry_after_seconds": 9999999999999}`, math.MaxInt64, true},
		{`{"retry_after_seconds": 9223372036.854775807}`, math.MaxInt64, true},
		{`{"retry_after_seconds": 1e9999}`, math.MaxInt64, true},
		{`{"retry_after_seconds": "99999999999999999999"}`, math.MaxInt64, true},
		{`{"retry_after_seconds": -1}`, 0, false},
		{`{"retry_after_seconds": "-1e9999"}`, 0, false},
		{`{"retry_after_seconds": "soon"}`, 0, false},
		{`{"retry_after_seconds": "NaN"}`, 0, false},
		{`{"retry_after_seconds": "Inf"}`, 0, false},
		{`{"retry_after_seconds": "0x10"}`, 0, false},
		{`{"retry_after_seconds": "1e"}`, 0, false},
		{`{"retry_after_seconds": ""}`, 0, false},
		{`{"retry_after_seconds": true}`, 0, false},
		{`{"retry_after_seconds": [60]}`, 0, false},
		{`{"retry_after_seconds": null}`, 0, false},
		{`{}`, 0, false},
	}
	for _, tt := range tests {
		got := errorbody.Parse([]byte(tt.body), nil)
		assert.Equal(t, tt.wait, got.RetryAfter, tt.body)
		assert.Equal(t, tt.found, got.HasRetryAfter, tt.body)
	}
}

func TestFinalCodesAreFoundEverywhere(t *testing.T) {
	t.Parallel()
	final := []string{
		`{"code": "CODE"}`,
		`{"error": "CODE"}`,
		`{"detail": "CODE"}`,
		`{"error": {"code": "CODE"}}`,
		`{"error": {"type": "CODE"}}`,
		`{"detail": {"error": "CODE"}}`,
		`{"reason_code": "CODE"}`,
		`{"refusal": "CODE", "detail": "No"}`,
		`{"detail": {"reason_code": "CODE"}}`,
		`{"code": 429, "error": {"type": "limit", "code": "CODE"}}`,
		`{"code": "limit", "errors": [{"code": "other"}, {"code": "CODE"}]}`,
		`{"detail": [{"type": "CODE"}]}`,
		`{"error": {"message": "{'code': 'CODE', 'limit': 5}"}}`,
		`{"error": {"code": "LIMIT", "message": "CODE: Your plan allows 5"}}`,
		`["CODE"]`,
		`"CODE"`,
		`CODE`,
		`<h1>CODE</h1>`,
	}
	passing := []string{
		`{"what_you_sent": "CODE"}`,
		`{"error": {"code": "limit", "input": "CODE"}}`,
		`{"request": "CODE`,
		``,
	}
	for _, code := range []string{"MAX_CAMPAIGNS_PER_CLIENT", "bulk_records_per_job_exceeded"} {
		for _, shape := range final {
			body := []byte(strings.ReplaceAll(shape, "CODE", code))
			assert.True(t, errorbody.IsFinal(body), "%s", body)
			assert.Equal(t, code, errorbody.Parse(body, nil).Code, "%s", body)
		}
		for _, shape := range passing {
			body := []byte(strings.ReplaceAll(shape, "CODE", code))
			assert.False(t, errorbody.IsFinal(body), "%s", body)
		}
	}
}
