package spideriq

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Amount is an exact decimal number in US dollars, kept as the text it was
// written in: "1000.00". It is sent as a bare JSON number with those digits, and
// read from a JSON number or a string that holds one, so no money passes through
// a float64. Compare amounts with [Amount.Cmp], not with ==, because "500.0" and
// "500.00" are different texts of one value.
//
// A valid Amount is a number as JSON writes it, at most 64 bytes long, with an
// exponent, if any, between -100 and 100.
type Amount string

const (
	maxAmountLen      = 64
	maxAmountExponent = 100
)

// ParseAmount checks that s is a valid [Amount] and returns it as written. It
// takes no sign but a leading minus, no spaces, no separators of thousands and no
// leading zeros. The time it needs does not depend on the value of an exponent.
func ParseAmount(s string) (Amount, error) {
	mantissa, exponent, scientific := strings.Cut(strings.ToLower(s), "e")
	whole, fraction, point := strings.Cut(strings.TrimPrefix(mantissa, "-"), ".")
	n, err := strconv.Atoi(cmp.Or(exponent, "0"))
	switch {
	case len(s) > maxAmountLen:
		return "", errors.New("amount is longer than 64 bytes")
	case whole == "" || point && fraction == "" || scientific && exponent == "" || len(whole) > 1 && whole[0] == '0' ||
		strings.Trim(whole+fraction, "0123456789") != "" || errors.Is(err, strconv.ErrSyntax):
		return "", fmt.Errorf("%q is not a decimal number", s)
	case err != nil || n < -maxAmountExponent || n > maxAmountExponent:
		return "", errors.New("amount has an exponent beyond 100")
	}
	return Amount(s), nil
}

// Rat returns the exact value of a, and false when a is not a valid [Amount].
func (a Amount) Rat() (*big.Rat, bool) {
	if _, err := ParseAmount(string(a)); err != nil {
		return nil, false
	}
	return new(big.Rat).SetString(string(a))
}

// Cmp compares a and b by value and returns -1, 0 or +1. What is not a valid
// [Amount] is equal to its like and less than any number, as NaN is in
// [cmp.Compare].
func (a Amount) Cmp(b Amount) int {
	x, okx := a.Rat()
	y, oky := b.Rat()
	switch {
	case okx && oky:
		return x.Cmp(y)
	case okx:
		return 1
	case oky:
		return -1
	}
	return 0
}

// String returns the amount as written.
func (a Amount) String() string { return string(a) }

// MarshalJSON writes a as a bare number. It fails when a is not a valid [Amount].
func (a Amount) MarshalJSON() ([]byte, error) {
	_, err := ParseAmount(string(a))
	return []byte(a), err
}

// UnmarshalJSON reads a number, or a string that holds one, and fails on
// anything else. A null leaves a as it is.
func (a *Amount) UnmarshalJSON(b []byte) error {
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil || n == "" {
		return err
	}
	read, err := ParseAmount(string(n))
	if err == nil {
		*a = read
	}
	return err
}
