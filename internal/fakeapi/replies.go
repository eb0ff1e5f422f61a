package fakeapi

import (
	"bufio"
	"bytes"
	"context"
	"embed"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/jarcoal/httpmock"
)

// A Reply makes the response to one request, or the error in its place.
type Reply func(*http.Request) (*http.Response, error)

// RoundTrip calls r, so that a Reply by itself is an [http.RoundTripper].
func (r Reply) RoundTrip(req *http.Request) (*http.Response, error) { return r(req) }

// Respond answers with that status and body. The content type is application/json
// unless a header says otherwise. Each header is a line as on the wire: "Name: value".
// The response to HEAD has no body.
func Respond(status int, body string, headers ...string) Reply {
	return func(req *http.Request) (*http.Response, error) {
		header := http.Header{"Content-Type": {"application/json"}}
		for _, line := range headers {
			key, value, _ := strings.Cut(line, ": ")
			header.Set(key, value)
		}
		text := body
		if req.Method == http.MethodHead {
			text = ""
		}
		resp := &http.Response{
			StatusCode:    status,
			Header:        header,
			ContentLength: -1,
			Body:          io.NopCloser(strings.NewReader(text)),
			Request:       req,
		}
		return resp, nil
	}
}

// successes are the documented responses.
//
//go:embed testdata/*.http
var successes embed.FS

// Recorded answers with the documented success in testdata/<name>.http, a whole HTTP
// response. It panics if there is no such file.
func Recorded(name string) Reply {
	text, err := successes.ReadFile("testdata/" + name + ".http")
	if err != nil {
		panic(err)
	}
	return newReply(text)
}

// File answers with the whole HTTP response in a file. It panics if the file cannot be
// read.
func File(path string) Reply {
	text, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return newReply(text)
}

// newReply returns a Reply with a whole HTTP response. It panics if text is none.
func newReply(text []byte) Reply {
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(text)), nil)
	if err != nil {
		panic(err)
	}
	return Reply(httpmock.ResponderFromResponse(resp))
}

// The errors of a connection that is refused, and of one that is reset after the
// request was written, as package net returns them.
var (
	ErrRefused error = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	ErrReset   error = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
)

// Fail returns err in the place of a response.
func Fail(err error) Reply {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// Hang is a [Reply] that waits until the context of the request ends, and returns its
// error.
func Hang(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// Drip answers with that status and a body of 1,000 bytes, one each second. Reading it
// fails when the context of the request ends.
func Drip(status int) Reply {
	return func(req *http.Request) (*http.Response, error) {
		body := &drippingBody{ctx: req.Context(), left: 1000}
		return &http.Response{StatusCode: status, ContentLength: -1, Body: body, Request: req}, nil
	}
}

type drippingBody struct {
	ctx  context.Context
	left int // bytes
}

func (b *drippingBody) Read(p []byte) (int, error) {
	select {
	case <-b.ctx.Done():
		return 0, b.ctx.Err()
	case <-time.After(time.Second):
	}
	if b.left == 0 {
		return 0, io.EOF
	}
	b.left--
	p[0] = ' '
	return 1, nil
}

func (b *drippingBody) Close() error { return nil }
