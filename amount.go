package spideriq

import (
	"errors"
	"fmt"
	"math/big"
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
	if err := Amount(s).check(); err != nil {
		return "", err
	}
	return Amount(s), nil
}

// Rat returns the exact value of a, and false when a is not a valid [Amount].
func (a Amount) Rat() (*big.Rat, bool) {
	if a.check() != nil {
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
	if err := a.check(); err != nil {
		return nil, err
	}
	return []byte(a), nil
}

// UnmarshalJSON reads a number, or a string that holds one, and fails on
// anything else. A null leaves a as it is.
func (a *Amount) UnmarshalJSON(b []byte) error {
	v, err := parse(b)
	if err != nil || v == null {
		return err
	}
	read := v.amount()
	if read == "" {
		return errors.New("spideriq: not a decimal number, or too long a one")
	}
	*a = read
	return nil
}

func (a Amount) check() error {
	if len(a) > maxAmountLen {
		return errors.New("amount is longer than 64 bytes")
	}
	s := strings.TrimPrefix(string(a), "-")
	whole, s := digits(s)
	if whole == "" || len(whole) > 1 && whole[0] == '0' {
		return errNotAmount(a)
	}
	if rest, ok := strings.CutPrefix(s, "."); ok {
		var fraction string
		if fraction, s = digits(rest); fraction == "" {
			return errNotAmount(a)
		}
	}
	if s == "" {
		return nil
	}
	if s[0] != 'e' && s[0] != 'E' {
		return errNotAmount(a)
	}
	s = s[1:]
	if s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	exponent, s := digits(s)
	if exponent == "" || s != "" {
		return errNotAmount(a)
	}
	if n := strings.TrimLeft(exponent, "0"); len(n) > 3 || len(n) == 3 && n > "100" {
		return errors.New("amount has an exponent beyond 100")
	}
	return nil
}

// digits cuts the leading decimal digits off s.
func digits(s string) (head, rest string) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return s[:i], s[i:]
}

func errNotAmount(a Amount) error { return fmt.Errorf("%q is not a decimal number", string(a)) }
