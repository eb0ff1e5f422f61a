// Package requestbody encodes request bodies with encoding/json. It refuses values
// that encoding/json would send as something else than the caller means: text that
// is encoded already, nil maps, readers, and strings that are not UTF-8.
package requestbody

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"unicode/utf8"
)

// maxPointers is how many pointers may lead to the value of a body. A pointer that points
// to itself has no value.
const maxPointers = 100

// Encode returns the JSON of body, and nil for a nil body. A body of a type that the
// library does not know has passed [Check]. The error names what is wrong with body and
// quotes none of it.
func Encode(body any) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return nil, plainError(err)
	}
	if !utf8.Valid(encoded) {
		return nil, errors.New("the body is not valid UTF-8")
	}
	if mayHoldReplacement(encoded) {
		// Marshal has succeeded, so body has no cycles and the walk ends.
		if err := checkText(reflect.ValueOf(body)); err != nil {
			return nil, err
		}
	}
	return encoded, nil
}

// mayHoldReplacement reports whether encoded may hold U+FFFD, plain or escaped, which
// encoding/json writes for bytes that are not UTF-8. Without it checkText is not needed.
func mayHoldReplacement(encoded []byte) bool {
	return bytes.Contains(encoded, []byte(`\ufffd`)) || bytes.ContainsRune(encoded, utf8.RuneError)
}

// Check refuses a body of a kind that is never meant as a JSON document. A nil body is
// none at all.
func Check(body any) error {
	if body == nil {
		return nil
	}
	value := reflect.ValueOf(body)
	for depth := 0; leadsOn(value); depth++ {
		if depth == maxPointers {
			return fmt.Errorf("the body is a %T that points to no value", body)
		}
		value = value.Elem()
	}
	if !encodesItself(value.Type()) {
		if err := checkNoText(body, value); err != nil {
			return err
		}
	}
	switch value.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice:
		if value.IsNil() {
			return fmt.Errorf("the body is a nil %T; to send null, give a json.RawMessage", body)
		}
	}
	return nil
}

// leadsOn reports whether encoding/json encodes what v points to or holds.
func leadsOn(v reflect.Value) bool {
	isLink := v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface
	return isLink && !v.IsNil() && !encodesItself(v.Type())
}

// checkNoText refuses a reader, a buffer, bytes and a string. value is what body points
// to.
func checkNoText(body any, value reflect.Value) error {
	if isStream(value.Type()) {
		return fmt.Errorf("the body is a %T; give the value to encode, or a json.RawMessage", body)
	}
	isBytes := value.Kind() == reflect.Slice && value.Type().Elem().Kind() == reflect.Uint8
	if isBytes || value.Kind() == reflect.String {
		return fmt.Errorf("the body is a %T; to send JSON that is encoded already, give a json.RawMessage", body)
	}
	return nil
}

// isStream reports whether t, or a pointer to it, is read from or written to.
func isStream(t reflect.Type) bool {
	pointer := reflect.PointerTo(t)
	return pointer.Implements(reflect.TypeFor[io.Reader]()) || pointer.Implements(reflect.TypeFor[io.Writer]())
}

// encodesItself reports whether a type has its own JSON form.
func encodesItself(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[json.Marshaler]())
}

// plainError returns the cause that a MarshalJSON method gave, without the words that
// encoding/json puts before it.
func plainError(err error) error {
	if marshaler, ok := errors.AsType[*json.MarshalerError](err); ok {
		return marshaler.Err
	}
	return err
}

// checkText refuses a string that is not UTF-8 anywhere in v: encoding/json would
// replace what it cannot encode. The error names the path to the string.
func checkText(v reflect.Value) error {
	if !v.IsValid() || encodesItself(v.Type()) {
		return nil
	}
	if v.CanInterface() {
		if text, ok := v.Interface().(encoding.TextMarshaler); ok {
			return checkTextForm(text)
		}
	}
	switch v.Kind() {
	case reflect.String:
		if !utf8.ValidString(v.String()) {
			return errNotUTF8
		}
	case reflect.Pointer, reflect.Interface:
		return checkText(v.Elem())
	case reflect.Struct:
		return checkFields(v)
	case reflect.Map:
		return checkMap(v)
	case reflect.Slice, reflect.Array:
		return checkElements(v)
	}
	return nil
}

var errNotUTF8 = errors.New("the text is not valid UTF-8")

// checkTextForm checks what a type with a text form of its own writes. A nil pointer
// writes none.
func checkTextForm(m encoding.TextMarshaler) error {
	if v := reflect.ValueOf(m); v.Kind() == reflect.Pointer && v.IsNil() {
		return nil
	}
	text, err := m.MarshalText()
	if err != nil {
		return err
	}
	if !utf8.Valid(text) {
		return errNotUTF8
	}
	return nil
}

func checkFields(v reflect.Value) error {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		isEncoded := field.IsExported() || field.Anonymous
		if !isEncoded || field.Tag.Get("json") == "-" {
			continue
		}
		if err := checkText(v.Field(i)); err != nil {
			return fmt.Errorf("%s: %w", field.Name, err)
		}
	}
	return nil
}

func checkMap(v reflect.Value) error {
	for iter := v.MapRange(); iter.Next(); {
		key := iter.Key()
		if err := checkText(key); err != nil {
			return fmt.Errorf("a key: %w", err)
		}
		if err := checkText(iter.Value()); err != nil {
			return fmt.Errorf("the value of a key: %w", err)
		}
	}
	return nil
}

func checkElements(v reflect.Value) error {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return nil // encoded in base64
	}
	for i := range v.Len() {
		if err := checkText(v.Index(i)); err != nil {
			return fmt.Errorf("element %d: %w", i, err)
		}
	}
	return nil
}
