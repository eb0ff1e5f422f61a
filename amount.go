package spideriq

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Amount is an exact decimal number in US dollars, kept as the text it was
// written in: "1000.00". It is sent as a bare JSON number with those digits and
// read from a JSON number or from a string that holds one. It never passes
// through a float64.
//
// Compare amounts with [Amount.Cmp], not with ==: "500.0" and "500.00" are
// different texts of one value.
//
// A valid Amount is a number as JSON writes it. It is at most 64 bytes long, and
// its exponent, if any, lies between -100 and 100.
type Amount string

const (
	maxAmountLength   = 64
	maxAmountExponent = 100
)

// ParseAmount checks that s is a valid [Amount] and returns it as written. It
// accepts a leading minus, and refuses a leading plus, spaces, thousands separators and
// leading zeros. The time it needs does not depend on the value of an exponent.
func ParseAmount(s string) (Amount, error) {
	if len(s) > maxAmountLength {
		return "", fmt.Errorf("amount is longer than %d bytes", maxAmountLength)
	}
	mantissa, exponent, hasExponent := cutExponent(s)
	if !isDecimal(mantissa) {
		return "", fmt.Errorf("%q is not a decimal number", s)
	}
	if !hasExponent {
		return Amount(s), nil
	}
	n, err := strconv.Atoi(exponent)
	if errors.Is(err, strconv.ErrSyntax) {
		return "", fmt.Errorf("%q is not a decimal number", s)
	}
	if err != nil || n < -maxAmountExponent || n > maxAmountExponent {
		return "", fmt.Errorf("amount has an exponent beyond %d", maxAmountExponent)
	}
	return Amount(s), nil
}

// cutExponent splits "1.5e3" into "1.5" and "3".
func cutExponent(s string) (mantissa, exponent string, found bool) {
	i := strings.IndexAny(s, "eE")
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// isDecimal reports whether s is a JSON number without an exponent.
func isDecimal(s string) bool {
	whole, fraction, hasPoint := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	if !isDigits(whole) || hasPoint && !isDigits(fraction) {
		return false
	}
	return whole == "0" || whole[0] != '0'
}

// isDigits reports whether s consists of decimal digits and is not empty.
func isDigits(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}

// Rat returns the exact value of a, and false when a is not a valid [Amount].
func (a Amount) Rat() (*big.Rat, bool) {
	if _, err := ParseAmount(string(a)); err != nil {
		return nil, false
	}
	return new(big.Rat).SetString(string(a))
}

// Cmp compares a and b by value and returns -1, 0 or +1. An invalid [Amount]
// sorts before every number and is equal to any other invalid one, as NaN is in
// [cmp.Compare].
func (a Amount) Cmp(b Amount) int {
	x, xValid := a.Rat()
	y, yValid := b.Rat()
	switch {
	case xValid && yValid:
		return x.Cmp(y)
	case xValid:
		return 1
	case yValid:
		return -1
	default:
		return 0
	}
}

// String returns the amount as written.
func (a Amount) String() string { return string(a) }

// MarshalJSON writes a as a bare number. It fails when a is not a valid [Amount].
func (a Amount) MarshalJSON() ([]byte, error) {
	if _, err := ParseAmount(string(a)); err != nil {
		return nil, err
	}
	return []byte(a), nil
}

// UnmarshalJSON reads a number, or a string that holds one, and fails on
// anything else. A null leaves a as it is.
func (a *Amount) UnmarshalJSON(b []byte) error {
	text := string(bytes.TrimSpace(b))
	if text == "null" {
		return nil
	}
	if strings.HasPrefix(text, `"`) {
		unquoted, err := unquoteJSON(text)
		if err != nil {
			return err
		}
		text = unquoted
	}
	amount, err := ParseAmount(text)
	if err != nil {
		return unreadableAmountError{err}
	}
	*a = amount
	return nil
}

// unquoteJSON returns the content of a JSON string.
func unquoteJSON(text string) (content string, err error) {
	err = json.Unmarshal([]byte(text), &content)
	return content, err
}

// unreadableAmountError is the error of an amount in a response that is no number.
// The method Unreadable tells the decoder of responses to leave the field empty
// rather than to report an update that has been made as failed.
type unreadableAmountError struct{ error }

func (e unreadableAmountError) Unreadable() bool { return true }
func (e unreadableAmountError) Unwrap() error    { return e.error }
