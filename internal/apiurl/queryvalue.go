package apiurl

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
)

// checkStructValue checks the values in a struct whose type has passed checkStruct.
func checkStructValue(v reflect.Value) error {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Tag.Get("url") == "-" || !f.IsExported() && !f.Anonymous {
			continue
		}
		if err := checkFieldValue(f, v.Field(i)); err != nil {
			return fmt.Errorf("field %s: %w", shorten(f.Name), err)
		}
	}
	return nil
}

func checkFieldValue(f reflect.StructField, field reflect.Value) error {
	_, options := parseTag(f)
	v := dereference(field)
	if !v.IsValid() {
		return checkNil(field, options)
	}
	if f.Type.Implements(encoderType) {
		return nil
	}
	switch {
	case v.Type() == timeType:
		return checkTime(f, v.Interface().(time.Time))
	case v.Kind() == reflect.Struct:
		return checkStructValue(v)
	case v.Kind() == reflect.Slice:
		return checkList(f, v)
	}
	return checkNumber(v)
}

// checkNil refuses a field that is nil or leads to nil, unless go-querystring leaves it out. go-querystring would send
// an empty text, or panic on a nil Encoder. It does so in spite of omitempty when the nil is behind another pointer.
func checkNil(field reflect.Value, options []string) error {
	switch {
	case !field.IsNil():
		return errors.New("it holds a nil pointer")
	case !slices.Contains(options, "omitempty"):
		return errors.New("it is nil; use omitempty to leave it out")
	}
	return nil
}

// checkList checks each element, and that the delimiter of the list does not occur in one.
func checkList(f reflect.StructField, list reflect.Value) error {
	delimiter := delimiterOf(f)
	for i := range list.Len() {
		if err := checkElement(f, dereference(list.Index(i)), delimiter); err != nil {
			return fmt.Errorf("element %d: %w", i, err)
		}
	}
	return nil
}

func checkElement(f reflect.StructField, v reflect.Value, delimiter string) error {
	if !v.IsValid() {
		return errors.New("it is nil")
	}
	if v.Type() == timeType {
		return checkTime(f, v.Interface().(time.Time))
	}
	if err := checkNumber(v); err != nil {
		return err
	}
	if delimiter != "" && strings.Contains(fmt.Sprint(v.Interface()), delimiter) {
		return fmt.Errorf("it contains the delimiter %q of the list", shorten(delimiter))
	}
	return nil
}

// delimiterOf returns what go-querystring puts between the elements of f, or "" if each becomes a parameter.
func delimiterOf(f reflect.StructField) string {
	_, options := parseTag(f)
	switch {
	case slices.Contains(options, "comma"):
		return ","
	case slices.Contains(options, "space"):
		return " "
	case slices.Contains(options, "semicolon"):
		return ";"
	case slices.Contains(options, "brackets"):
		return ""
	}
	return f.Tag.Get("del")
}

func checkNumber(v reflect.Value) error {
	if !v.CanFloat() {
		return nil
	}
	if math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0) {
		return errors.New("it is not a finite number")
	}
	return nil
}

// checkTime refuses a time that its form in the query cannot express.
func checkTime(f reflect.StructField, t time.Time) error {
	_, options := parseTag(f)
	switch {
	case t.IsZero() && slices.Contains(options, "omitempty"):
		return nil
	case slices.Contains(options, "unix"):
		return nil
	case slices.Contains(options, "unixmilli"), slices.Contains(options, "unixnano"):
		if !time.Unix(0, t.UnixNano()).Equal(t) {
			return errors.New("the time does not fit into nanoseconds; use the option unix")
		}
		return nil
	case f.Tag.Get("layout") != "":
		return nil
	}
	if t.Year() < 0 || t.Year() > 9999 {
		return errors.New("the year has more than four digits")
	}
	return nil
}

// dereference returns what v points to, through interfaces and pointers to pointers. It returns the zero Value for
// nil.
func dereference(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	return v
}
