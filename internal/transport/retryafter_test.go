package transport

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

const (
	apiTime   = "Mon, 23 Nov 2026 12:00:00 GMT" // in the Date header
	apiUnix   = "1795435200"                    // the same
	farFuture = 9223372036 * time.Second        // the most whole seconds that a Duration holds
	unstated  = -1
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		header http.Header
		want   time.Duration
	}{
		{"no header", header(), unstated},
		{"empty", header("Retry-After", ""), unstated},
		{"seconds", header("Retry-After", "120"), 2 * time.Minute},
		{"seconds in spaces", header("Retry-After", " 120\t"), 2 * time.Minute},
		{"leading zeros", header("Retry-After", "007"), 7 * time.Second},
		{"zero", header("Retry-After", "0"), 0},
		{"negative", header("Retry-After", "-1"), unstated},
		{"signed", header("Retry-After", "+5"), unstated},
		{"fraction", header("Retry-After", "1.5"), unstated},
		{"exponent", header("Retry-After", "1e3"), unstated},
		{"hexadecimal", header("Retry-After", "0x10"), unstated},
		{"underscore", header("Retry-After", "1_000"), unstated},
		{"list", header("Retry-After", "5, 7"), unstated},
		{"unit", header("Retry-After", "5s"), unstated},
		{"words", header("Retry-After", "soon"), unstated},
		{"other digits", header("Retry-After", "٣"), unstated},
		{"largest that fits", header("Retry-After", "9223372036"), farFuture},
		{"smallest that does not fit", header("Retry-After", "9223372037"), maxDuration},
		{"largest int64", header("Retry-After", "9223372036854775807"), maxDuration},
		{"far beyond an int64", header("Retry-After", strings.Repeat("9", 1000)), maxDuration},

		{"IMF date", header("Date", apiTime, "Retry-After", "Mon, 23 Nov 2026 12:01:30 GMT"), 90 * time.Second},
		{"IMF date in spaces", header("Date", apiTime, "Retry-After", " Mon, 23 Nov 2026 12:01:30 GMT "),
			90 * time.Second},
		{"RFC 850 date", header("Date", apiTime, "Retry-After", "Monday, 23-Nov-26 12:01:30 GMT"), 90 * time.Second},
		{"asctime date", header("Date", apiTime, "Retry-After", "Mon Nov 23 12:01:30 2026"), 90 * time.Second},
		{"past date", header("Date", apiTime, "Retry-After", "Mon, 23 Nov 2026 11:59:59 GMT"), 0},
		{"ISO date", header("Date", apiTime, "Retry-After", "2026-11-23T12:01:30Z"), unstated},
		{"last date", header("Date", apiTime, "Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"), maxDuration},
		{"date without Date", header("Retry-After", "Sat, 01 Jan 2000 00:00:10 GMT"), 10 * time.Second},
		{"broken Date", header("Date", "now", "Retry-After", "Sat, 01 Jan 2000 00:00:10 GMT"), 10 * time.Second},

		{"reset of a status that is not 429", header("Date", apiTime, "X-RateLimit-Reset", "1795435230"), unstated},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // where it is the beginning of the year 2000
				wait, stated := RetryAfter(&Response{StatusCode: http.StatusServiceUnavailable, Header: tt.header})
				assert.Equal(t, tt.want != unstated, stated)
				assert.Equal(t, max(tt.want, 0), wait)
			})
		})
	}
}

func TestRateLimitResetIsMeasuredAgainstTheAPIsClock(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		header http.Header
		want   time.Duration
	}{
		{"absent", header("Date", apiTime), unstated},
		{"local clock decades behind", header("Date", apiTime, "X-RateLimit-Reset", "1795435230"), 30 * time.Second},
		{"local clock ahead", header("Date", "Fri, 31 Dec 1999 23:00:00 GMT", "X-RateLimit-Reset", "946681230"),
			30 * time.Second},
		{"now", header("Date", apiTime, "X-RateLimit-Reset", apiUnix), 0},
		{"past", header("Date", apiTime, "X-RateLimit-Reset", "1795435199"), 0},
		{"no Date", header("X-RateLimit-Reset", "946684830"), 30 * time.Second},
		{"zero", header("Date", apiTime, "X-RateLimit-Reset", "0"), 0},
		{"milliseconds", header("Date", apiTime, "X-RateLimit-Reset", apiUnix+"000"), maxDuration},
		{"far beyond an int64", header("Date", apiTime, "X-RateLimit-Reset", strings.Repeat("9", 99)), maxDuration},
		{"last of the year 9999", header("Date", apiTime, "X-RateLimit-Reset", "253402300799"), maxDuration},
		{"last of the year 9999, which is near",
			header("Date", "Fri, 31 Dec 9999 23:59:50 GMT", "X-RateLimit-Reset", "253402300799"), 9 * time.Second},
		{"largest int64", header("Date", apiTime, "X-RateLimit-Reset", "9223372036854775807"), maxDuration},
		{"in spaces", header("Date", apiTime, "X-RateLimit-Reset", " 1795435230 "), 30 * time.Second},
		{"negative", header("Date", apiTime, "X-RateLimit-Reset", "-30"), unstated},
		{"fraction", header("Date", apiTime, "X-RateLimit-Reset", "1795435230.5"), unstated},
		{"words", header("Date", apiTime, "X-RateLimit-Reset", "later"), unstated},
		{"Retry-After wins", header("Date", apiTime, "X-RateLimit-Reset", "1795435230", "Retry-After", "7"),
			7 * time.Second},
		{"Retry-After of zero wins", header("Date", apiTime, "X-RateLimit-Reset", "1795435230", "Retry-After", "0"), 0},
		{"unreadable Retry-After does not",
			header("Date", apiTime, "X-RateLimit-Reset", "1795435230", "Retry-After", "soon"), 30 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				wait, stated := RetryAfter(&Response{StatusCode: http.StatusTooManyRequests, Header: tt.header})
				assert.Equal(t, tt.want != unstated, stated)
				assert.Equal(t, max(tt.want, 0), wait)
			})
		})
	}
}

func TestRateLimitResetSaturatesWhateverTheDate(t *testing.T) {
	t.Parallel()
	wait, stated := RetryAfter(&Response{StatusCode: http.StatusTooManyRequests,
		Header: header("Date", "Mon, 01 Jan 0001 00:00:00 GMT", "X-RateLimit-Reset", "1795435230")})
	assert.True(t, stated)
	assert.Equal(t, maxDuration, wait)
}

func TestNoResponseStatesNoWait(t *testing.T) {
	t.Parallel()
	_, stated := RetryAfter(nil)
	assert.False(t, stated)
	_, stated = RetryAfter(&Response{StatusCode: http.StatusTooManyRequests})
	assert.False(t, stated)
}

// FuzzRetryAfter gives any headers about waiting. The wait is never negative, and that of
// a number is exact or the longest there is.
func FuzzRetryAfter(f *testing.F) {
	for _, seed := range [][3]string{
		{"17", "", ""}, {" 17 ", "", ""}, {"0", "", ""}, {"-1", "", ""}, {"+1", "", ""}, {"1.5", "", ""},
		{"1e9", "", ""}, {"9223372037", "", ""}, {"99999999999999999999", "", ""}, {"１７", "", ""},
		{"Thu, 26 Feb 2026 15:30:17 GMT", "Thu, 26 Feb 2026 15:30:00 GMT", ""},
		{"Thursday, 26-Feb-26 15:30:17 GMT", "Thu, 26 Feb 2026 15:30:00 GMT", ""},
		{"Thu Feb 26 15:30:17 2026", "Thu, 26 Feb 2026 15:30:00 GMT", ""},
		{"Thu, 26 Feb 1926 15:30:17 GMT", "", ""},
		{"Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", ""},
		{"soon", "", "1772119860"}, {"", "Thu, 26 Feb 2026 15:30:00 GMT", "1772119860"},
		{"", "", "99999999999999999999"}, {"", "x", "-5"}, {"", "", "1.5"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	digits := regexp.MustCompile(`\A[0-9]+\z`)
	f.Fuzz(func(t *testing.T, after, date, reset string) {
		response := &Response{
			StatusCode: http.StatusTooManyRequests,
			Header:     header("Retry-After", after, "Date", date, "X-Ratelimit-Reset", reset),
		}
		wait, stated := RetryAfter(response)
		assert.GreaterOrEqual(t, wait, time.Duration(0))
		assert.True(t, stated || wait == 0)
		if after = strings.TrimSpace(after); !digits.MatchString(after) {
			return
		}
		want := maxDuration
		if seconds, err := strconv.ParseInt(after, 10, 64); err == nil && seconds <= int64(farFuture/time.Second) {
			want = time.Duration(seconds) * time.Second
		}
		assert.True(t, stated)
		assert.Equal(t, want, wait)
	})
}
