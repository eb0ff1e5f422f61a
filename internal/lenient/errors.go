package lenient

import (
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
)

// errTooLarge ends a list or map. It is no type error, because the values may be valid.
var errTooLarge = errors.New("takes too much memory")

// typeError is the error for a value that has the wrong type. It quotes nothing of the
// value.
type typeError struct {
	problem    string // such as "not a whole number"
	kind       string // of the value, as encoding/json calls it
	target     reflect.Type
	unreadable bool // the field is left zero, and the error is not reported
}

// newTypeError returns the error for a value that cannot be decoded into a t.
func newTypeError(value []byte, t reflect.Type, problem string) *typeError {
	return &typeError{problem: problem, kind: kindOf(value), target: t}
}

func (e *typeError) Error() string { return e.problem }

// Unwrap returns the error of encoding/json for the same value.
func (e *typeError) Unwrap() error { return &json.UnmarshalTypeError{Value: e.kind, Type: e.target} }

// Unreadable reports whether the error leaves the field zero.
func (e *typeError) Unreadable() bool { return e.unreadable }

// placeError is an error in a part of a struct, list or map. It is formatted when it is
// shown, since a hostile response may cause very many.
type placeError struct {
	place  string // "row", "member", or the name of a field
	number int    // of the row or member, from 1
	err    error
}

// Error returns the way to the value, and what is wrong with it. The parts are put
// together in one loop, since they may be as many as the levels of the response.
func (e *placeError) Error() string {
	var text strings.Builder
	var err error = e
	for {
		part, ok := err.(*placeError)
		if !ok {
			text.WriteString(err.Error())
			return text.String()
		}
		text.WriteString(part.place)
		if part.number > 0 {
			text.WriteString(" " + strconv.Itoa(part.number))
		}
		text.WriteString(": ")
		err = part.err
	}
}

func (e *placeError) Unwrap() error { return e.err }

// Unreadable reports false: an unreadable part does not make what holds it unreadable.
func (e *placeError) Unreadable() bool { return false }

// kindOf returns what encoding/json calls the kind of a value.
func kindOf(value []byte) string {
	switch value[0] {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "bool"
	case 'n':
		return "null"
	}
	return "number"
}

// unreadable is implemented by errors that may leave a field zero.
type unreadable interface {
	error
	Unreadable() bool
}

// isUnreadable reports whether err leaves the field zero.
func isUnreadable(err error) bool {
	e, ok := errors.AsType[unreadable](err)
	return ok && e.Unreadable()
}
