package spideriq

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A value is the text of one JSON value without the white space around it. It is
// always cut from a body that json.Valid has passed, so walking it needs no
// error paths: an answer is checked once, read once, and never decoded by
// reflection.
type value string

const null value = "null"

// parse returns the one JSON value that body is, without a byte order mark.
func parse(body []byte) (value, error) {
	body = bytes.TrimPrefix(body, []byte("\uFEFF"))
	if !json.Valid(body) {
		if len(bytes.TrimSpace(body)) == 0 {
			return "", errors.New("the body is empty")
		}
		return "", errors.New("the body is not JSON")
	}
	return value(bytes.Trim(body, " \t\r\n")), nil
}

// A cursor steps through the members of an object or the elements of an array.
type cursor struct {
	in   value
	at   int
	name string // of the member; "" in an array
	v    value
}

// members returns a cursor before the first member of an object; of anything else
// there is none.
func (v value) members() cursor { return v.inside('{') }

// elements returns a cursor before the first element of an array; of anything else
// there is none.
func (v value) elements() cursor { return v.inside('[') }

func (v value) inside(open byte) cursor {
	if v == "" || v[0] != open {
		v = "[]"
	}
	return cursor{in: v, at: 1}
}

// next steps on, and says false at the end.
func (c *cursor) next() bool {
	at := skipTo(c.in, c.at)
	if c.in[at] == ',' {
		at = skipTo(c.in, at+1)
	}
	if at == len(c.in)-1 {
		return false
	}
	if c.in[0] == '{' {
		end := stringEnd(c.in, at)
		c.name = c.in[at:end].text()
		at = skipTo(c.in, skipTo(c.in, end)+1) // behind the colon
	}
	c.at = valueEnd(c.in, at)
	c.v = c.in[at:c.at]
	return true
}

// skipTo returns the first index from i on that holds no white space.
func skipTo(v value, i int) int {
	for v[i] == ' ' || v[i] == '\n' || v[i] == '\t' || v[i] == '\r' {
		i++
	}
	return i
}

// valueEnd returns the index behind the value that starts at i.
func valueEnd(v value, i int) int {
	depth := 0
	for ; i < len(v); i++ {
		switch v[i] {
		case '"':
			if i = stringEnd(v, i); depth == 0 {
				return i
			}
			i--
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i // behind a bare value
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',', ':', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return i
			}
		}
	}
	return i
}

// stringEnd returns the index behind the string whose opening quote is at i.
func stringEnd(v value, i int) int {
	for i++; ; {
		i += strings.IndexByte(string(v[i:]), '"') + 1
		escapes := 0
		for v[i-2-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return i
		}
	}
}

// text returns the string that v holds, "" for null, and any other value as it is
// written. As in encoding/json, invalid UTF-8 becomes U+FFFD.
func (v value) text() string {
	if v == null {
		return ""
	}
	if v == "" || v[0] != '"' {
		return string(v)
	}
	if inner := string(v[1 : len(v)-1]); strings.IndexByte(inner, '\\') < 0 && utf8.ValidString(inner) {
		return inner
	}
	var s string
	_ = json.Unmarshal([]byte(v), &s) // v is valid
	return s
}

// amount returns the decimal that v holds as a number or a numeric string, or ""
// when it holds none.
func (v value) amount() Amount {
	if a := Amount(v.text()); a.check() == nil {
		return a
	}
	return ""
}

// time returns the time that v holds, or the zero time when it holds none. A time
// without a zone is in UTC.
func (v value) time() time.Time {
	s := v.text()
	if len(s) > len("2006-01-02") && s[10] == ' ' {
		s = s[:10] + "T" + s[11:]
	}
	for _, layout := range [...]string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

// A decoder takes itself from a value, or says why it can't.
type decoder interface{ decode(value) error }

// A field says where the member of that name goes.
type field struct {
	name string
	to   any
}

// into reads the members of an object into the fields they name and returns how
// many there were. Unknown members are ignored; of two with one name the last
// wins, and names match without regard to case, both as in encoding/json.
func (v value) into(fields ...field) (found int, err error) {
	if v == "" || v[0] != '{' {
		return 0, errors.New("not an object")
	}
	next := 0
	for m := v.members(); m.next(); {
		i := find(fields, next, m.name)
		if i < 0 {
			continue
		}
		found, next = found+1, i+1
		if bad := m.v.set(fields[i].to); bad != nil && err == nil {
			err = fmt.Errorf("%s: %w", fields[i].name, bad)
		}
	}
	return found, err
}

// find returns the index of the field of that name, or -1. Members come in the
// documented order, so it looks from next on first.
func find(fields []field, next int, name string) int {
	for i := range fields {
		if i = (next + i) % len(fields); fields[i].name == name {
			return i
		}
	}
	return slices.IndexFunc(fields, func(f field) bool { return strings.EqualFold(f.name, name) })
}

// set stores v where to points. A null makes a pointer nil and a text or time zero,
// and leaves a number and a bool alone. An unreadable amount or time counts as
// null, so that a change that has been made is not reported as failed.
func (v value) set(to any) (err error) {
	switch to := to.(type) {
	case *string:
		*to = v.text()
	case *int64:
		if v != null {
			*to, err = v.integer()
		}
	case *int:
		if v != null {
			var n int64
			n, err = v.integer()
			*to = int(n)
		}
	case *bool:
		if v != null {
			*to, err = v.bool()
		}
	case *time.Time:
		*to = v.time()
	case **string:
		if *to = nil; v != null {
			*to = new(v.text())
		}
	case **int:
		if *to = nil; v != null {
			*to = new(int)
			err = v.set(*to)
		}
	case **bool:
		if *to = nil; v != null {
			*to = new(bool)
			err = v.set(*to)
		}
	case **time.Time:
		*to = nil
		if t := v.time(); !t.IsZero() {
			*to = &t
		}
	case **Amount:
		*to = nil
		if a := v.amount(); a != "" {
			*to = &a
		}
	case *map[string]string:
		*to = nil
		for m := v.members(); m.next(); {
			if *to == nil {
				*to = make(map[string]string)
			}
			(*to)[m.name] = m.v.text()
		}
	case decoder:
		if v != null {
			err = to.decode(v)
		}
	}
	return err
}

func (v value) integer() (int64, error) {
	n, err := strconv.ParseInt(v.text(), 10, 64)
	if err != nil {
		return 0, errors.New("not a whole number")
	}
	return n, nil
}

func (v value) bool() (bool, error) {
	if v != "true" && v != "false" {
		return false, errors.New("not true or false")
	}
	return v == "true", nil
}

// rows decodes an array.
type rows[T any, P interface {
	*T
	decoder
}] []T

func (r *rows[T, P]) decode(v value) error {
	if v == "" || v[0] != '[' {
		return errors.New("not an array")
	}
	*r = rows[T, P]{}
	for e := v.elements(); e.next(); {
		var row T
		if err := P(&row).decode(e.v); err != nil {
			return fmt.Errorf("row %d: %w", len(*r)+1, err)
		}
		if *r = append(*r, row); len(*r) == 1 {
			// The others are about as long. The API sends no more than 100.
			*r = slices.Grow(*r, min(len(v)/len(e.v), 100))
		}
	}
	return nil
}
