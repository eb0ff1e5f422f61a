package safetext

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxDescription is the length in bytes of the longest description of an error.
const maxDescription = 512

// closedEarly describes io.EOF and io.ErrUnexpectedEOF for the user of an HTTP client.
const closedEarly = "the connection was closed before the whole answer had come"

// Describe returns one line that says what went wrong, for errors of net/http; "" for
// nil. It names hosts, addresses and the reason why a certificate was refused. It drops
// user info, query and fragment of each URL in the text. [io.EOF] and
// [io.ErrUnexpectedEOF] at the end of the text are put into words. Where the text may
// hold a secret, use [Redactor.Describe]: what Describe returns has been cut already.
func Describe(err error) string {
	return (*Redactor)(nil).Describe(err)
}

// Describe is like the function [Describe] and redacts the text before it is cut.
func (r *Redactor) Describe(err error) string {
	if err == nil {
		return ""
	}
	line := OneLine(cleanURLs(r.Redact(errorText(err))), maxDescription)
	if line == "" {
		return fmt.Sprintf("%T", err)
	}
	return line
}

// errorText returns the text of err with the end of a file put into words. An error of
// a context is left as it is: its cause may be an end of file of the caller's.
func errorText(err error) string {
	text := err.Error()
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return text
	}
	if strings.Contains(text, closedEarly) {
		return text // described already
	}
	for _, eof := range []error{io.ErrUnexpectedEOF, io.EOF} {
		if !errors.Is(err, eof) {
			continue
		}
		before, found := strings.CutSuffix(text, eof.Error())
		if !found {
			return text + ": " + closedEarly
		}
		return before + closedEarly
	}
	return text
}
