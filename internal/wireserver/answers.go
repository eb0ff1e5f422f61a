package wireserver

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Answer returns the bytes of a response with that status and body and a
// Content-Length. Each header is a line without its end: "Name: value".
func Answer(status int, body string, headers ...string) string {
	var head strings.Builder
	fmt.Fprintf(&head, "HTTP/1.1 %03d %s\r\n", status, http.StatusText(status))
	for _, header := range headers {
		head.WriteString(header + "\r\n")
	}
	return head.String() + Length(body)
}

// Length returns the end of a response with a length: the Content-Length, the empty line
// and the body.
func Length(body string) string {
	return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
}

// Chunked returns the end of a response whose body comes in two chunks, without the
// last chunk, "0\r\n\r\n". The body must be longer than 20 bytes.
func Chunked(body string) string {
	return "Transfer-Encoding: chunked\r\n\r\n" + chunk(body[:20]) + chunk(body[20:])
}

// Gzip returns text compressed.
func Gzip(text string) string {
	var compressed bytes.Buffer
	w := gzip.NewWriter(&compressed)
	_, _ = io.WriteString(w, text) // a bytes.Buffer does not fail
	_ = w.Close()
	return compressed.String()
}

func chunk(text string) string {
	return fmt.Sprintf("%x\r\n%s\r\n", len(text), text)
}
