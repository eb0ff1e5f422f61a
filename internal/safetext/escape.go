package safetext

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// appendDecoded appends what the escape at the beginning of src stands for, and
// returns the length of the escape. The length is 0 where src begins with no escape.
func appendDecoded(dst, src []byte) ([]byte, int) {
	switch src[0] {
	case '\\':
		return appendBackslash(dst, src)
	case '%':
		if value, ok := parseHex(src[1:], 2); ok {
			return append(dst, byte(value)), 3
		}
	case '&':
		return appendEntity(dst, src)
	}
	return dst, 0
}

// appendBackslash decodes the escapes of JSON, Go and Python.
func appendBackslash(dst, src []byte) ([]byte, int) {
	if len(src) < 2 {
		return dst, 0
	}
	switch src[1] {
	case '"', '\'', '\\', '/':
		return append(dst, src[1]), 2
	case 'n':
		return append(dst, '\n'), 2
	case 'r':
		return append(dst, '\r'), 2
	case 't':
		return append(dst, '\t'), 2
	case 'x':
		if value, ok := parseHex(src[2:], 2); ok {
			return append(dst, byte(value)), 4
		}
	case 'u':
		return appendUTF16(dst, src)
	case 'U':
		if value, ok := parseHex(src[2:], 8); ok {
			return utf8.AppendRune(dst, value), 10
		}
	}
	return dst, 0
}

// appendUTF16 decodes \u0000 and pairs of surrogates.
func appendUTF16(dst, src []byte) ([]byte, int) {
	value, ok := parseHex(src[2:], 4)
	if !ok {
		return dst, 0
	}
	if utf16.IsSurrogate(value) && len(src) >= 12 && src[6] == '\\' && src[7] == 'u' {
		low, _ := parseHex(src[8:], 4)
		if r := utf16.DecodeRune(value, low); r != utf8.RuneError {
			return utf8.AppendRune(dst, r), 12
		}
	}
	return utf8.AppendRune(dst, value), 6
}

// maxEntity is the length up to which an entity is looked for.
const maxEntity = 12

// appendEntity decodes an HTML entity that ends in a semicolon.
func appendEntity(dst, src []byte) ([]byte, int) {
	name, _, ended := bytes.Cut(src[1:min(len(src), maxEntity)], []byte(";"))
	if !ended {
		return dst, 0
	}
	r, ok := entities[string(name)]
	if digits, isNumber := bytes.CutPrefix(name, []byte("#")); isNumber {
		r, ok = parseEntityNumber(digits)
	}
	if !ok {
		return dst, 0
	}
	return utf8.AppendRune(dst, r), len("&") + len(name) + len(";")
}

// parseEntityNumber parses "39" and "x27".
func parseEntityNumber(digits []byte) (rune, bool) {
	if len(digits) == 0 {
		return 0, false
	}
	if digits[0] == 'x' || digits[0] == 'X' {
		return parseHex(digits[1:], len(digits)-1)
	}
	var value rune
	for _, c := range digits {
		if c < '0' || c > '9' || value > utf8.MaxRune {
			return 0, false
		}
		value = value*10 + rune(c-'0')
	}
	return value, true
}

// parseHex parses the first n bytes of src as a hexadecimal number.
func parseHex(src []byte, n int) (rune, bool) {
	if n == 0 || len(src) < n {
		return 0, false
	}
	var value rune
	for _, c := range src[:n] {
		if value > utf8.MaxRune {
			return 0, false
		}
		switch {
		case '0' <= c && c <= '9':
			value = value<<4 | rune(c-'0')
		case 'a' <= c && c <= 'f':
			value = value<<4 | rune(c-'a'+10)
		case 'A' <= c && c <= 'F':
			value = value<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return value, true
}

// entities are the names that HTML has for ASCII characters.
var entities = map[string]rune{
	"amp": '&', "AMP": '&', "lt": '<', "LT": '<', "gt": '>', "GT": '>', "quot": '"', "QUOT": '"', "apos": '\'',
	"Tab": '\t', "NewLine": '\n', "nbsp": ' ', "excl": '!', "num": '#', "dollar": '$', "percnt": '%',
	"lpar": '(', "rpar": ')', "ast": '*', "plus": '+', "comma": ',', "period": '.', "sol": '/', "colon": ':',
	"semi": ';', "equals": '=', "quest": '?', "commat": '@', "lsqb": '[', "lbrack": '[', "bsol": '\\',
	"rsqb": ']', "rbrack": ']', "Hat": '^', "lowbar": '_', "grave": '`', "lcub": '{', "lbrace": '{',
	"vert": '|', "verbar": '|', "rcub": '}', "rbrace": '}',
}
