package lenient

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
)

const (
	notWhole   = "not a whole number"
	notNumber  = "not a number"
	outOfRange = "a number out of range"
)

var numberType = reflect.TypeFor[json.Number]()

// decodeString reads a string, or any other value as it is written.
func (d *decoder) decodeString(v reflect.Value) error {
	if v.Type() == numberType {
		return d.decodeByEncodingJSON(v)
	}
	v.SetString(d.textOf(d.value()))
	return nil
}

// decodeBool reads true or false.
func (d *decoder) decodeBool(v reflect.Value) error {
	value := d.value()
	switch value[0] {
	case 't', 'f':
		v.SetBool(value[0] == 't')
		return nil
	}
	return newTypeError(value, v.Type(), "not true or false")
}

// decodeInt reads a whole number, or text that holds one.
func (d *decoder) decodeInt(v reflect.Value) error {
	value := d.value()
	text, bits := d.numeral(value), v.Type().Bits()
	n, err := strconv.ParseInt(string(text), 10, bits)
	if err != nil {
		n, err = strconv.ParseInt(wholeNumber(string(text)), 10, bits)
	}
	if err != nil {
		return newNumberError(value, v.Type(), err, notWhole)
	}
	v.SetInt(n)
	return nil
}

// decodeUint reads a whole number that is not negative, or text that holds one.
func (d *decoder) decodeUint(v reflect.Value) error {
	value := d.value()
	text, bits := d.numeral(value), v.Type().Bits()
	n, err := strconv.ParseUint(string(text), 10, bits)
	if err != nil {
		n, err = strconv.ParseUint(wholeNumber(string(text)), 10, bits)
	}
	if err != nil {
		return newNumberError(value, v.Type(), err, notWhole)
	}
	v.SetUint(n)
	return nil
}

// decodeFloat reads a number, or text that holds one.
func (d *decoder) decodeFloat(v reflect.Value) error {
	value := d.value()
	number := string(d.numeral(value))
	if !isNumber(number) { // ParseFloat takes more than JSON does
		return newTypeError(value, v.Type(), notNumber)
	}
	x, err := strconv.ParseFloat(number, v.Type().Bits())
	if err != nil {
		return newNumberError(value, v.Type(), err, notNumber)
	}
	v.SetFloat(x)
	return nil
}

// newNumberError returns the error for a number that strconv has refused with err.
func newNumberError(value []byte, t reflect.Type, err error, problem string) error {
	if errors.Is(err, strconv.ErrRange) {
		problem = outOfRange
	}
	return newTypeError(value, t, problem)
}

// numeral returns a number as it is written, or the content of a string. For any other
// value it returns nil.
func (d *decoder) numeral(value []byte) []byte {
	if value[0] == '"' || isNumeric(value[0]) {
		return d.unquote(value)
	}
	return nil
}

// isNumber reports whether s is a number as JSON writes it.
func isNumber(s string) bool {
	return s != "" && isNumeric(s[0]) && isNumeric(s[len(s)-1]) && json.Valid([]byte(s))
}

// isNumeric reports whether c is a digit or a minus sign.
func isNumeric(c byte) bool { return c == '-' || '0' <= c && c <= '9' }

// wholeNumber returns the digits of a JSON number, such as "20000" for 20000.0 and 2e4.
// It returns "" when s is no number, or its value is not whole. The result is exact, or
// too large for 64 bits where the value is.
func wholeNumber(s string) string {
	if !isNumber(s) {
		return ""
	}
	absolute, minus := strings.CutPrefix(s, "-")
	mantissa, exponent := absolute, "0"
	if i := strings.IndexAny(absolute, "eE"); i >= 0 {
		mantissa, exponent = absolute[:i], absolute[i+1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		return "0"
	}
	power, err := strconv.ParseInt(exponent, 10, 32)
	significant := strings.TrimRight(digits, "0")
	zeros := power - int64(len(fraction)) + int64(len(digits)-len(significant))
	if err != nil || zeros < 0 {
		return ""
	}
	const maxZeros = 20 // a number with so many zeros at its end does not fit in 64 bits
	digits = significant + strings.Repeat("0", int(min(zeros, maxZeros)))
	if minus {
		return "-" + digits
	}
	return digits
}

// decodeQuoted reads a string into a field with the option "string": the content of
// the string is the value. A content that is no JSON is read as any other field reads it,
// so a number in it need not be written as in JSON.
func (d *decoder) decodeQuoted(v reflect.Value) error {
	start := d.position
	value := d.value()
	content := d.unquote(value)
	if isLiteral(content) {
		quoted := decoder{scanner: newScanner(content), memory: d.memory}
		return quoted.decodePart(v)
	}
	t := v.Type()
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.String {
		return newTypeError(value, t, "not a text in quotes")
	}
	d.position = start
	return d.decodePart(v)
}

// isLiteral reports whether s is a JSON value, with no space before it, and neither an
// object nor an array.
func isLiteral(s []byte) bool {
	return len(s) > 0 && bytes.IndexByte([]byte(" \t\r\n{["), s[0]) < 0 && json.Valid(s)
}
