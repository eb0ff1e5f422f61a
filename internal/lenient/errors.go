package lenient

import (
	"encoding/json"
	"errors"
	"reflect"
)

// errTooLarge ends a list, and is no type error: its values may be right.
var errTooLarge = errors.New("takes too much memory")

// typeError is the error for a value that has the wrong type. It quotes nothing of the
// value.
type typeError struct {
	problem    string // such as "not a whole number"
	unreadable bool   // the field is left zero, and the error is not reported
	json       json.UnmarshalTypeError
}

// newTypeError returns the error for a value that cannot be decoded into a t.
func newTypeError(value []byte, t reflect.Type, problem string) *typeError {
	return &typeError{problem: problem, json: json.UnmarshalTypeError{Value: kindOf(value), Type: t}}
}

func (e *typeError) Error() string { return e.problem }

// Unwrap returns the error of encoding/json that tells the same.
func (e *typeError) Unwrap() error { return &e.json }

// Unreadable reports whether the error leaves the field zero.
func (e *typeError) Unreadable() bool { return e.unreadable }

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

// isUnreadable reports whether err leaves the field zero.
func isUnreadable(err error) bool {
	var e interface{ Unreadable() bool }
	return errors.As(err, &e) && e.Unreadable()
}
