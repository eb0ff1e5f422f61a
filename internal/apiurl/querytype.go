package apiurl

import (
	"encoding"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"
)

const (
	maxDepth    = 8 // structs inside each other, the outermost included
	maxPointers = 8 // pointers to pointers
)

var (
	timeType    = reflect.TypeFor[time.Time]()
	encoderType = reflect.TypeFor[interface {
		EncodeValues(key string, values *url.Values) error
	}]() // the Encoder of go-querystring

	textMarshalerType = reflect.TypeFor[encoding.TextMarshaler]()
	printerTypes      = []reflect.Type{
		reflect.TypeFor[fmt.Stringer](), reflect.TypeFor[fmt.Formatter](), reflect.TypeFor[error](),
	}
)

// checkStruct checks the fields of a struct type by the rules of go-querystring. It looks at types only, so a mistake
// in a struct shows whatever its values are. depth is the number of structs that may still be inside each other.
func checkStruct(t reflect.Type, depth int) error {
	if depth == 0 {
		return fmt.Errorf("structs are more than %d deep", maxDepth)
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if err := checkField(f, depth); err != nil {
			return fmt.Errorf("field %s: %w", shorten(f.Name), err)
		}
	}
	if t.NumField() > 0 && !slices.ContainsFunc(reflect.VisibleFields(t), reflect.StructField.IsExported) {
		return fmt.Errorf("%s has no exported fields", typeName(t))
	}
	return nil
}

func checkField(f reflect.StructField, depth int) error {
	tag, isTagged := f.Tag.Lookup("url")
	if tag == "-" {
		return nil
	}
	if !f.IsExported() && !f.Anonymous {
		if isTagged {
			return errors.New("it has a `url` tag but is not exported")
		}
		return nil
	}
	_, options := parseTag(f)
	if err := checkOptions(options); err != nil {
		return err
	}
	if f.Anonymous {
		return checkEmbedded(f, depth)
	}
	return checkFieldType(f.Type, depth)
}

// parseTag returns the parts of the `url` tag of f.
func parseTag(f reflect.StructField) (name string, options []string) {
	parts := strings.Split(f.Tag.Get("url"), ",")
	return parts[0], parts[1:]
}

var knownOptions = []string{
	"", "omitempty", "int", "unix", "unixmilli", "unixnano",
	"comma", "space", "semicolon", "brackets", "numbered",
}

// checkOptions refuses an option that go-querystring would ignore, such as a misspelt omitempty.
func checkOptions(options []string) error {
	for _, option := range options {
		if !slices.Contains(knownOptions, option) {
			return fmt.Errorf("unknown option %q in its `url` tag", shorten(option))
		}
	}
	return nil
}

// isPromoted reports whether go-querystring takes the fields of f for fields of the outer struct. It then looks at
// neither the options of f nor the methods of its type.
func isPromoted(f reflect.StructField) bool {
	name, _ := parseTag(f)
	return f.Anonymous && name == "" && pointee(f.Type).Kind() == reflect.Struct
}

// checkEmbedded checks an embedded field. go-querystring cannot read an unexported one unless it is a struct whose
// fields it reads one by one.
func checkEmbedded(f reflect.StructField, depth int) error {
	t := pointee(f.Type)
	if !f.IsExported() {
		if t.Kind() != reflect.Struct || t == timeType || isEncoder(t) {
			return fmt.Errorf("an embedded %s must be exported", typeName(t))
		}
		_, options := parseTag(f)
		if f.Type.Kind() == reflect.Struct && !isPromoted(f) && slices.Contains(options, "omitempty") {
			return errors.New("omitempty is not possible for an embedded struct that is not exported")
		}
	}
	if !isPromoted(f) {
		return checkFieldType(f.Type, depth)
	}
	if isEncoder(t) || reflect.PointerTo(t).Implements(textMarshalerType) {
		return fmt.Errorf("an embedded %s needs a name in its `url` tag", typeName(t))
	}
	return checkStruct(t, depth-1)
}

// checkFieldType checks the type of a field that becomes a parameter of its own, or several.
func checkFieldType(field reflect.Type, depth int) error {
	if field.Implements(encoderType) {
		return nil
	}
	t := pointee(field)
	switch {
	case isEncoder(t):
		return fmt.Errorf("EncodeValues is a method of *%[1]s; make it a *%[1]s", typeName(t))
	case t == timeType:
		return nil
	case isScalar(t):
		return checkScalar(t)
	case t.Kind() == reflect.Slice:
		return checkSlice(t)
	case t.Kind() != reflect.Struct:
		return noFormError(t)
	case hasTextForm(t):
		return textFormError(t)
	}
	return checkStruct(t, depth-1)
}

// checkSlice checks a list. Its elements are sent as fmt prints them, except times.
func checkSlice(list reflect.Type) error {
	t := pointee(list.Elem())
	switch {
	case t.Kind() == reflect.Uint8 && !printsItself(t):
		return fmt.Errorf("%s would be sent as one number for each byte; make it a string", typeName(list))
	case hasTextForm(list):
		return textFormError(list)
	case isEncoder(t):
		return fmt.Errorf("EncodeValues of %s is not called in a list", typeName(t))
	case t == timeType:
		return nil
	case isScalar(t):
		return checkScalar(t)
	}
	return noFormError(list)
}

// checkScalar refuses a type whose text form fmt does not use: fmt ignores MarshalText, and methods of the pointer.
func checkScalar(t reflect.Type) error {
	if hasTextForm(t) && !printsItself(t) {
		return textFormError(t)
	}
	return nil
}

func noFormError(t reflect.Type) error {
	return fmt.Errorf("%s has no form in a query", typeName(t))
}

func textFormError(t reflect.Type) error {
	return fmt.Errorf("the text form of %s would not be used; make it a string", typeName(t))
}

// isScalar reports whether a value of type t is one text in a query.
func isScalar(t reflect.Type) bool {
	return reflect.Bool <= t.Kind() && t.Kind() <= reflect.Float64 || t.Kind() == reflect.String
}

// isEncoder reports whether t or a pointer to t encodes itself.
func isEncoder(t reflect.Type) bool {
	return t.Implements(encoderType) || reflect.PointerTo(t).Implements(encoderType)
}

// embedsEncoder reports whether the struct t has the methods of an embedded Encoder.
func embedsEncoder(t reflect.Type) bool {
	for i := range t.NumField() {
		if f := t.Field(i); f.Anonymous && isEncoder(f.Type) {
			return true
		}
	}
	return false
}

// hasTextForm reports whether t or a pointer to t has a method that returns its text.
func hasTextForm(t reflect.Type) bool {
	pointer := reflect.PointerTo(t)
	return pointer.Implements(textMarshalerType) || printsItself(pointer)
}

// printsItself reports whether fmt prints a value of type t by one of its methods.
func printsItself(t reflect.Type) bool {
	return slices.ContainsFunc(printerTypes, t.Implements)
}

// pointee returns what t points to, through pointers to pointers. It gives up on a type that points to itself, and
// returns a pointer type then.
func pointee(t reflect.Type) reflect.Type {
	for range maxPointers {
		if t.Kind() != reflect.Pointer {
			return t
		}
		t = t.Elem()
	}
	return t
}

func typeName(t reflect.Type) string {
	return shorten(t.String())
}
