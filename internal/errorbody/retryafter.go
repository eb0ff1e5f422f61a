package errorbody

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// retryAfterSeconds reads a number of seconds: 60, 0.5, "60". The first one counts. One
// that is negative or no number is not read. One that is too large is the largest
// Duration.
func (d *decoder) retryAfterSeconds(raw json.RawMessage) {
	text := strings.TrimSpace(codeOf(raw))
	if d.hasRetryAfter || text == "" || strings.Trim(text, "0123456789.eE+-") != "" {
		return
	}
	// An error of ParseFloat leaves 0, or infinity for a number that is too large.
	seconds, err := strconv.ParseFloat(text, 64)
	if seconds < 0 || err != nil && !math.IsInf(seconds, 1) {
		return
	}
	d.hasRetryAfter = true
	d.retryAfter = math.MaxInt64
	if nanoseconds := math.Ceil(seconds * float64(time.Second)); nanoseconds < math.MaxInt64 {
		d.retryAfter = time.Duration(nanoseconds)
	}
}
