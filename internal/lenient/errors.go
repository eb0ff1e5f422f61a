package lenient

import (
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
)

// errTooLarge ends a list, and is no type error: its values may be right.
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

// placeError is an error in one element of a list or one member of a map. It is
// formatted when it is shown, since a hostile response may cause very many.
type placeError struct {
	place  string // "row" or "member"
	number int    // from 1
	err    error
}

func (e *placeError) Error() string {
	return e.place + " " + strconv.Itoa(e.number) + ": " + e.err.Error()
}

func (e *placeError) Unwrap() error { return e.err }

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
