package lenient

import (
	"reflect"
	"strings"
	"time"
)

var timeType = reflect.TypeFor[time.Time]()

// layouts are the forms of a time, with a T before the hours, that RFC 3339 does not
// allow.
var layouts = []string{
	time.RFC3339, // with a space in the place of the T
	"2006-01-02T15:04:05",
	"2006-01-02T15:04:05Z0700",
}

// decodeTime reads a time. A value that is no time is unreadable.
func (d *decoder) decodeTime(v reflect.Value) error {
	value := d.value()
	switch value[0] {
	case 'n':
		return nil
	case '"':
		t, ok := parseTime(d.unquote(value))
		if ok {
			*v.Addr().Interface().(*time.Time) = t // v.Set would allocate
			return nil
		}
	}
	err := newTypeError(value, timeType, "not a time")
	err.unreadable = true
	return err
}

// parseTime reads a time as RFC 3339 writes it, or in one of the layouts. Without a
// zone it is in UTC.
func parseTime(text []byte) (time.Time, bool) {
	var t time.Time
	if t.UnmarshalText(text) == nil {
		return t, true
	}
	s := strings.Replace(string(text), " ", "T", 1)
	for _, layout := range layouts {
		t, err := time.Parse(layout, s)
		if err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
