package apiurl

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/go-querystring/query"
)

// EncodeQuery returns the query parameters in params: a struct with `url` tags as go-querystring documents them, a
// pointer to one, or url.Values, which are copied. A nil pointer and nil url.Values have no parameters.
//
// EncodeQuery refuses what go-querystring would panic on, leave out or send in a form that nobody meant, and names
// the field. It also refuses text that is not UTF-8 and the parameter "format", which changes the format of the
// response. A panic in a method of params, such as EncodeValues, becomes an error.
func EncodeQuery(params any) (url.Values, error) {
	values, err := collect(params)
	if err == nil {
		err = checkParameters(values)
	}
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	return values, nil
}

func collect(params any) (url.Values, error) {
	if values, ok := params.(url.Values); ok {
		return copyValues(values), nil
	}
	if err := checkParams(params); err != nil {
		return nil, err
	}
	return encodeStruct(params)
}

func copyValues(values url.Values) url.Values {
	copied := make(url.Values, len(values))
	for name, list := range values {
		copied[name] = slices.Clone(list)
	}
	return copied
}

// checkParams checks the type and then the values of a struct or a pointer to one.
func checkParams(params any) error {
	t := reflect.TypeOf(params)
	if t == nil {
		return errors.New("params must be a struct with `url` tags or url.Values, not nil")
	}
	base := pointee(t)
	if base.Kind() != reflect.Struct {
		return fmt.Errorf("params must be a struct with `url` tags or url.Values, not %s", typeName(t))
	}
	if isEncoder(base) && !embedsEncoder(base) {
		return fmt.Errorf("EncodeValues of %s is called for fields only, not for params", typeName(base))
	}
	if err := checkStruct(base, maxDepth); err != nil {
		return err
	}
	v := dereference(reflect.ValueOf(params))
	if !v.IsValid() {
		return nil
	}
	return checkStructValue(v)
}

// encodeStruct calls go-querystring. A panic there comes from an EncodeValues or IsZero method of the caller.
func encodeStruct(params any) (values url.Values, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			values, err = nil, fmt.Errorf("a method of params panicked: %q", shorten(fmt.Sprint(cause)))
		}
	}()
	return query.Values(params)
}

// checkParameters checks parameters by name and value, whichever form they were given in.
func checkParameters(values url.Values) error {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		switch {
		case name == "":
			return errors.New("a parameter has no name")
		case !utf8.ValidString(name):
			return errors.New("the name of a parameter is not valid UTF-8")
		case strings.EqualFold(strings.TrimSpace(name), "format"):
			return errors.New(`the parameter "format" is not allowed: it changes the format of the response`)
		}
		for _, value := range values[name] {
			if err := checkParameterValue(value); err != nil {
				return fmt.Errorf("parameter %q: %w", shorten(name), err)
			}
		}
	}
	return nil
}

func checkParameterValue(value string) error {
	if !utf8.ValidString(value) {
		return errors.New("the value is not valid UTF-8")
	}
	// fmt puts this in the place of the text when a String, Error or Format method panics.
	if strings.HasPrefix(value, "%!v(PANIC=") {
		return errors.New("the String method of the value panicked")
	}
	return nil
}
