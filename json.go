package spideriq

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// A value is the text of one JSON value, which is cut off as it is read. It always
// comes from a body that json.Valid has passed, so reading it needs no error paths.
type value string

const null value = "null"

// parse returns the one JSON value that body is, without a byte order mark. As in
// encoding/json, invalid UTF-8 becomes U+FFFD.
func parse(body []byte) (value, error) {
	body = bytes.TrimPrefix(body, []byte("\uFEFF"))
	text := bytes.TrimSpace(body)
	switch {
	case len(text) == 0:
		return null, errors.New("the body is empty")
	case !json.Valid(body):
		return null, errors.New("the body is not JSON")
	case !utf8.Valid(text):
		return value([]rune(string(text))), nil
	}
	return value(text), nil
}

// A reader reads a value from its beginning to its end.
type reader struct {
	text value
	at   int
}

// members calls a function that takes the member with the name of each member of an
// object, or null for each element of an array; of anything else there are none.
func (r *reader) members(member func(name value)) {
	open, name := r.next(), null
	if open != '{' && open != '[' {
		return
	}
	for r.at++; r.next() != open+2; { // up to the bracket that closes it
		if open == '{' {
			name = r.take()
		}
		member(name)
	}
	r.at++
}

// next skips white space, commas and colons, and returns the first byte behind.
func (r *reader) next() byte {
	i := r.at
	for r.text[i] <= ' ' || r.text[i] == ',' || r.text[i] == ':' {
		i++
	}
	r.at = i
	return r.text[i]
}

// take cuts off and returns the next value, or the name of a member.
func (r *reader) take() value {
	r.next()
	text, i := r.text, r.at
	for depth := 0; i < len(text); i++ {
		c := text[i]
		if depth == 0 && (c <= ' ' || c == ',' || c == ':' || c == '}' || c == ']') {
			break
		}
		switch c {
		case '"':
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
	}
	start := r.at
	r.at = i
	return text[start:i]
}

// text returns the string that v holds, "" for null, and any other value as it is
// written.
func (v value) text() string {
	if v[0] != '"' {
		return strings.TrimPrefix(string(v), string(null))
	}
	if s := string(v[1 : len(v)-1]); strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var s string
	_ = json.Unmarshal([]byte(v), &s) // v is valid
	return s
}

// at follows a path of names, with spaces between them, from object to object; null
// when it leads nowhere.
func (v value) at(path string) value {
	for name := range strings.FieldsSeq(path) {
		r, found := reader{text: v}, null
		r.members(func(key value) {
			if member := r.take(); strings.EqualFold(key.text(), name) {
				found = member
			}
		})
		v = found
	}
	return v
}

// time returns the time that v holds, or the zero time when it holds none. A time
// without a zone is in UTC.
func (v value) time() time.Time {
	s := strings.Replace(v.text(), " ", "T", 1)
	for _, layout := range [...]string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

// encode returns what encoding/json makes of a struct whose fields are all pointers and
// omitempty, for half of what that costs.
func encode(params any) ([]byte, error) {
	b, fields := append(make([]byte, 0, 128), '{'), reflect.ValueOf(params)
	for i, name := range namesOf(fields.Type()) {
		field := fields.Field(i).Elem()
		if !field.IsValid() {
			continue // a nil pointer
		}
		b = append(append(append(b, '"'), name...), `":`...)
		switch field.Kind() {
		case reflect.Bool:
			b = strconv.AppendBool(b, field.Bool())
		case reflect.Int:
			b = strconv.AppendInt(b, field.Int(), 10)
		default:
			text, err := json.Marshal(field.Addr().Interface())
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, cmp.Or(errors.Unwrap(err), err))
			}
			b = append(b, text...)
		}
		b = append(b, ',')
	}
	return append(bytes.TrimSuffix(b, []byte(",")), '}'), nil
}

// errNothing says that there is no value, or null, or no readable amount or time, or
// an object without any documented member. Deeper in an answer that is no error, so
// that a change that has been made is not reported as failed.
var errNothing = errors.New("missing or empty")

// set takes the next value into a variable, which is zero or nil after [errNothing].
func (r *reader) set(to reflect.Value) (err error) {
	if r.next() == 'n' {
		r.take()
		to.SetZero()
		return errNothing
	}
	switch to.Kind() {
	case reflect.String:
		to.SetString(r.take().text())
		if to.Type() == reflect.TypeFor[Amount]() {
			if _, bad := ParseAmount(to.String()); bad != nil {
				err = errNothing
			}
		}
	case reflect.Bool:
		text := r.take()
		to.SetBool(text == "true")
		err = unless(text == "true" || text == "false", "not true or false")
	case reflect.Int, reflect.Int64:
		n, bad := strconv.ParseInt(r.take().text(), 10, 64)
		to.SetInt(n)
		err = unless(bad == nil, "not a whole number")
	case reflect.Pointer:
		to.SetZero()
		target := reflect.New(to.Type().Elem())
		if err = r.set(target.Elem()); err == nil {
			to.Set(target)
		}
	case reflect.Slice:
		err = r.rows(to)
	case reflect.Map:
		object, texts := reader{text: r.take()}, make(map[string]string)
		object.members(func(name value) { texts[name.text()] = object.take().text() })
		if to.SetZero(); object.text[0] == '{' && len(texts) > 0 {
			to.Set(reflect.ValueOf(texts))
		}
	case reflect.Struct:
		if t, ok := to.Addr().Interface().(*time.Time); !ok {
			err = r.object(to)
		} else if *t = r.take().time(); t.IsZero() {
			err = errNothing
		}
	default:
		r.take()
		err = fmt.Errorf("no %s is read", to.Type())
	}
	return err
}

// rows takes an array of objects up to the first that makes no sense. A page is at most
// 100 of them, and room is made for what has been seen to come.
func (r *reader) rows(to reflect.Value) (err error) {
	if r.next() != '[' {
		r.take()
		return errors.New("not an array")
	}
	to.Set(reflect.MakeSlice(to.Type(), 0, 0))
	r.members(func(value) {
		n := to.Len()
		if err != nil {
			r.take()
			return
		}
		if n == to.Cap() {
			to.Grow(min(max(3*n, 1), 100))
		}
		to.SetLen(n + 1)
		if bad := r.object(to.Index(n)); bad != nil {
			err = fmt.Errorf("row %d: %w", n+1, bad)
		}
	})
	return err
}

// object takes an object into the fields of a struct. Unknown members are ignored;
// of two with one name the last wins, and names match without regard to case, both
// as in encoding/json.
func (r *reader) object(to reflect.Value) (err error) {
	if r.next() != '{' {
		r.take()
		return errors.New("not an object")
	}
	names, next := namesOf(to.Type()), 0
	r.members(func(name value) {
		i := next // members come in the documented order
		if i == len(names) || names[i] != string(name[1:len(name)-1]) {
			text := name.text()
			i = slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, text) })
		}
		if i < 0 {
			r.take()
			return
		}
		if bad := r.set(to.Field(i)); bad != nil && bad != errNothing && err == nil {
			err = fmt.Errorf("%s: %w", names[i], bad)
		}
		next = i + 1
	})
	if i, ok := to.Addr().Interface().(*Integration); ok && err == nil {
		err = unless(i.ID >= 1, "id is missing")
	} else if next == 0 && len(names) > 0 {
		err = errNothing
	}
	return err
}

// known are the names that namesOf has made, by the type of the struct.
var known sync.Map

// namesOf returns the names that the json tags of a struct give its fields.
func namesOf(of reflect.Type) []string {
	if names, ok := known.Load(of); ok {
		return names.([]string)
	}
	names := make([]string, of.NumField())
	for i := range names {
		names[i], _, _ = strings.Cut(of.Field(i).Tag.Get("json"), ",")
	}
	known.Store(of, names)
	return names
}
