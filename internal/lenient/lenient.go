// Package lenient decodes JSON responses into Go values. It follows the rules of
// encoding/json and accepts more, so that a change which has been made is not reported
// as failed because its response is odd:
//
//   - A UTF-8 byte order mark at the beginning is skipped.
//   - A time may have a space in the place of the T, a zone without a colon, or no
//     zone, which means UTC. A time that is not readable leaves the zero time.
//   - A number may be written as text: "20000", "12.50".
//   - A whole number may be written 20000.0 or 2e4.
//   - A string may be any other value. It becomes the text of that value.
//   - A map of strings that is not an object leaves a nil map.
//   - A list may be null, which becomes an empty list. A list that is missing stays
//     nil.
//   - A type may forgive more by itself. When its UnmarshalJSON or UnmarshalText returns
//     an error with a method Unreadable() bool, found with [errors.As], that returns
//     true, the field is left zero. Any other error of the method is an error.
//
// "Field" stands for elements of lists and values of maps as well. When the value
// behind a pointer is unreadable, the pointer is nil. A whole response must be readable
// and must not be null.
//
// Any other value of the wrong type is an error that names row and field, and wraps a
// [*json.UnmarshalTypeError]. As in encoding/json, the rest is decoded all the same,
// and the first such error is returned. A list ends at its first wrong row.
//
// Interfaces are decoded by encoding/json, with numbers as [json.Number]. None of the
// above applies to the values in them, and their memory is not bounded.
//
// No decoded value shares memory with the response. The structs, lists and maps of one
// response take at most 32 MiB; a list that needs more is an error.
//
// The package exists because encoding/json forgives none of this. Its speed is that of
// encoding/json: the response to an update takes 0.75 of the time of encoding/json on Go
// 1.26 and 1.05 on Go 1.27 (BenchmarkUnmarshal). Once the module requires Go 1.27,
// encoding/json/jsontext can replace the scanner.
package lenient

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
)

var (
	errEmpty   = errors.New("the body is empty")
	errNotJSON = errors.New("the body is not JSON")
	errNull    = errors.New("the body is null")
)

// Unmarshal decodes the JSON value data into the variable that v points to. It
// returns an error and leaves the variable as it is when data is empty, is not one
// JSON value, is nested more than 10,000 levels deep, or is null.
func Unmarshal(data []byte, v any) error {
	target := reflect.ValueOf(v)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return &json.InvalidUnmarshalError{Type: reflect.TypeOf(v)}
	}
	text := bytes.TrimPrefix(data, []byte("\uFEFF"))
	if !json.Valid(text) {
		if len(bytes.TrimSpace(text)) == 0 {
			return errEmpty
		}
		return errNotJSON
	}
	d := decoder{scanner: newScanner(text), memory: maxMemory}
	if d.peek() == 'n' {
		return errNull
	}
	return d.decode(target.Elem())
}
