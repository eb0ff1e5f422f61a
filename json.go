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
// error paths.
type value string

const null value = "null"

// parse returns the one JSON value that body is, without a byte order mark. As in
// encoding/json, invalid UTF-8 becomes U+FFFD.
func parse(body []byte) (value, error) {
	text := bytes.Trim(bytes.TrimPrefix(body, []byte("\uFEFF")), " \t\r\n")
	if len(text) == 0 {
		return null, errors.New("the body is empty")
	}
	if !json.Valid(text) {
		return null, errors.New("the body is not JSON")
	}
	if !utf8.Valid(text) {
		return value([]rune(string(text))), nil
	}
	return value(text), nil
}

// members yields the members of an object, or the elements of an array without a
// name; of anything else there are none.
func (v value) members(yield func(name string, member value) bool) {
	var name string
	if v[0] != '{' && v[0] != '[' {
		return
	}
	for at := v.next(1); at < len(v)-1; at = v.next(at) {
		start := at
		if at = v.end(start); v[0] == '{' {
			name, start = v[start:at].text(), v.next(at)
			at = v.end(start)
		}
		if !yield(name, v[start:at]) {
			return
		}
	}
}

// next returns the first index from i on that holds no white space, comma or colon.
func (v value) next(i int) int {
	for v[i] <= ' ' || v[i] == ',' || v[i] == ':' {
		i++
	}
	return i
}

// end returns the index behind the value that starts at i, inside an object or array.
func (v value) end(i int) int {
	switch v[i] {
	case '"':
		for i++; ; i++ {
			i += strings.IndexByte(string(v[i:]), '"')
			if before := string(v[:i]); (len(before)-len(strings.TrimRight(before, `\`)))%2 == 0 {
				return i + 1 // not escaped
			}
		}
	case '{', '[':
		for i = v.next(i + 1); v[i] != '}' && v[i] != ']'; i = v.next(i) {
			i = v.end(i)
		}
		return i + 1
	}
	for v[i] > ' ' && v[i] != ',' && v[i] != ']' && v[i] != '}' {
		i++
	}
	return i
}

// text returns the string that v holds, "" for null, and any other value as it is
// written.
func (v value) text() string {
	if v == null || v[0] != '"' {
		return strings.TrimPrefix(string(v), string(null))
	}
	if s := string(v[1 : len(v)-1]); strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var s string
	_ = json.Unmarshal([]byte(v), &s) // v is valid
	return s
}

// at follows a path of names with dots from object to object; null when it leads
// nowhere.
func (v value) at(path string) value {
	for name := range strings.SplitSeq(path, ".") {
		found := null
		for key, member := range v.members {
			if strings.EqualFold(key, name) {
				found = member
			}
		}
		v = found
	}
	return v
}

// amount returns the decimal that v holds as a number or a numeric string, or nil
// when it holds none.
func (v value) amount() *Amount {
	if a, err := ParseAmount(v.text()); err == nil {
		return &a
	}
	return nil
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
	if v[0] != '{' {
		return 0, errors.New("not an object")
	}
	next := 0
	for name, member := range v.members {
		i := find(fields, next, name)
		if i < 0 {
			continue
		}
		found, next = found+1, i+1
		if bad := member.set(fields[i].to); bad != nil && err == nil {
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

// set stores v where to points. A null is nil or zero, and so is an unreadable amount
// or time, so that a change that has been made is not reported as failed.
func (v value) set(to any) (err error) {
	switch to := to.(type) {
	case *string:
		*to = v.text()
	case *int64:
		*to, err = v.integer()
	case *int:
		n, bad := v.integer()
		*to, err = int(n), bad
	case *bool:
		*to, err = v == "true", unless(v == "true" || v == "false" || v == null, "not true or false")
	case *time.Time:
		*to = v.time()
	case **string:
		return setPointer(v, to)
	case **int:
		return setPointer(v, to)
	case **bool:
		return setPointer(v, to)
	case **time.Time:
		if err = setPointer(v, to); *to != nil && (*to).IsZero() {
			*to = nil
		}
	case **Amount:
		*to = v.amount()
	case *map[string]string:
		*to = nil
		for name, member := range v.members {
			if v[0] == '[' {
				break
			}
			if *to == nil {
				*to = make(map[string]string)
			}
			(*to)[name] = member.text()
		}
	case decoder:
		if v != null {
			err = to.decode(v)
		}
	}
	return err
}

func setPointer[T any](v value, to **T) error {
	if *to = nil; v == null {
		return nil
	}
	*to = new(T)
	return v.set(*to)
}

func (v value) integer() (int64, error) {
	n, err := strconv.ParseInt(v.text(), 10, 64)
	return n, unless(err == nil || v == null, "not a whole number")
}

// rows decodes an array.
type rows[T any, P interface {
	*T
	decoder
}] []T

func (r *rows[T, P]) decode(v value) error {
	if v[0] != '[' {
		return errors.New("not an array")
	}
	*r = rows[T, P]{}
	for _, element := range v.members {
		var row T
		if err := P(&row).decode(element); err != nil {
			return fmt.Errorf("row %d: %w", len(*r)+1, err)
		}
		if *r = append(*r, row); len(*r) == 1 {
			// The others are about as long. The API sends no more than 100.
			*r = slices.Grow(*r, min(len(v)/len(element), 100))
		}
	}
	return nil
}
