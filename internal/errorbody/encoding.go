package errorbody

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// utf8Text returns at most MaxSize bytes of a body, without a byte order mark and white
// space around it, and whether there were more. UTF-16 becomes UTF-8.
func utf8Text(body []byte) (text []byte, cut bool) {
	cut = len(body) > MaxSize
	body = body[:min(len(body), MaxSize)]
	if order := utf16Order(body); order != nil {
		body = fromUTF16(body, order)
	}
	body = bytes.TrimPrefix(body, []byte("\uFEFF"))
	return bytes.TrimSpace(body), cut
}

// utf16Order returns the byte order of a text in UTF-16, and nil for any other text. It
// recognises UTF-16 by the byte order mark or by the zero byte of an ASCII character.
func utf16Order(body []byte) binary.ByteOrder {
	if len(body) < 2 {
		return nil
	}
	switch {
	case body[0] == 0xFF && body[1] == 0xFE, body[0] != 0 && body[1] == 0:
		return binary.LittleEndian
	case body[0] == 0xFE && body[1] == 0xFF, body[0] == 0 && body[1] != 0:
		return binary.BigEndian
	}
	return nil
}

// fromUTF16 returns a text in UTF-8. An odd byte at its end is left out.
func fromUTF16(body []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, len(body)/2)
	for i := range units {
		units[i] = order.Uint16(body[2*i:])
	}
	text := make([]byte, 0, len(body))
	for _, r := range utf16.Decode(units) {
		text = utf8.AppendRune(text, r)
	}
	return text
}
