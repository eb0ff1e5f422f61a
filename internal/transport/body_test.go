package transport

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBodyIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", MaxBody)
	part := long[:100_000]
	tests := []struct {
		name   string
		method string
		body   io.Reader
		length int64
		want   string
		err    error
	}{
		{name: "empty", body: strings.NewReader(""), length: 0},
		{name: "length known", body: strings.NewReader("hello"), length: 5, want: "hello"},
		{name: "length unknown", body: strings.NewReader("hello"), length: -1, want: "hello"},
		{name: "byte by byte", body: iotest.OneByteReader(strings.NewReader("hello")), length: 5, want: "hello"},
		{name: "end with the last byte", body: iotest.DataErrReader(strings.NewReader("hello")), length: -1,
			want: "hello"},
		{name: "longer than the first buffer", body: strings.NewReader(part), length: -1, want: part},
		{name: "of a known length", body: strings.NewReader(part), length: 100_000, want: part},
		{name: "longest of a known length", body: strings.NewReader(long), length: MaxBody, want: long},
		{name: "the longest", body: strings.NewReader(long), length: -1, want: long},
		{name: "one byte longer", body: strings.NewReader(long + "x"), length: -1, err: ErrTooLarge},
		{name: "endless", body: endless{}, length: -1, err: ErrTooLarge},
		{name: "shorter than told", body: strings.NewReader("hell"), length: 5, err: io.ErrUnexpectedEOF},
		{name: "nothing of what was told", body: strings.NewReader(""), length: 5, err: io.ErrUnexpectedEOF},
		{name: "length of what HEAD leaves out", method: http.MethodHead, body: strings.NewReader(""), length: 5},
		{name: "broken", body: io.MultiReader(strings.NewReader("hell"), iotest.ErrReader(errOpaque)), length: 5,
			err: errOpaque},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body := &closing{Reader: tt.body}
			req := &http.Request{Method: tt.method}
			response, err := exchange(roundTripper(func(req *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 200, Body: body, ContentLength: tt.length, Request: req}, nil
			}), req)
			assert.True(t, body.closed)
			require.NotNil(t, response)
			assert.Equal(t, 200, response.StatusCode)
			if errors.Is(tt.err, ErrTooLarge) {
				assert.ErrorIs(t, response.BodyErr, tt.err)
				tt.err = nil
			}
			assert.ErrorIs(t, err, tt.err)
			assert.Equal(t, tt.want, string(response.Body))
			assert.LessOrEqual(t, cap(response.Body), MaxBody+1)
		})
	}
}

type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error { c.closed = true; return nil }

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestBodyOfAKnownLengthIsReadIntoOneBuffer(t *testing.T) {
	t.Parallel()
	const length = smallBuffer + 100
	body, err := readBody(t.Context(), strings.NewReader(strings.Repeat("x", length)), length)
	require.NoError(t, err)
	assert.Len(t, body, length)
	assert.Equal(t, length+1, cap(body))
}

func TestTransportsThatBreakTheRules(t *testing.T) {
	t.Parallel()
	body := &closing{Reader: strings.NewReader("x")}
	unreadable := io.NopCloser(iotest.ErrReader(errors.New("must not be read")))
	tests := []struct {
		name   string
		resp   *http.Response
		err    error
		status int
		fails  bool
	}{
		{"neither response nor error", nil, nil, 0, true},
		{"both", &http.Response{StatusCode: 200, Body: body}, errOpaque, 0, true},
		{"no body", &http.Response{StatusCode: 204}, nil, 204, false},
		{"status below the lowest", &http.Response{StatusCode: 99, Body: body}, nil, 0, true},
		{"lowest status", &http.Response{StatusCode: 100, Body: body}, nil, 100, false},
		{"no header", &http.Response{StatusCode: 503, Body: http.NoBody}, nil, 503, false},
		{"other protocol", &http.Response{StatusCode: 101, Body: unreadable}, nil, 101, false},
	}
	for _, tt := range tests {
		base := roundTripper(func(*http.Request) (*http.Response, error) { return tt.resp, tt.err })
		response, err := exchange(base, &http.Request{})
		assert.Equal(t, tt.fails, err != nil, tt.name)
		got := 0
		if response != nil {
			got = response.StatusCode
		}
		assert.Equal(t, tt.status, got, tt.name)
	}
	assert.True(t, body.closed)
}

func TestShortResponseThatNamesNoRequest(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodHead, http.MethodGet} {
		_, err := exchange(roundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: http.NoBody, ContentLength: 5}, nil
		}), &http.Request{Method: method})
		if method == http.MethodHead {
			assert.NoError(t, err)
		} else {
			assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
		}
	}
}

func TestBadCompressionIsAResponseThatArrivedWhole(t *testing.T) {
	t.Parallel()
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, err := w.Write([]byte(strings.Repeat("hello ", 100)))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	whole := zipped.Bytes()
	changed := func(at int) []byte {
		b := bytes.Clone(whole)
		b[at] ^= 0xff
		return b
	}
	tests := []struct {
		name       string
		body       []byte
		unreadable bool
		err        error
	}{
		{"good", whole, false, nil},
		{"no header", changed(0), true, nil},
		{"wrong checksum", changed(len(whole) - 8), true, nil},
		{"wrong data", changed(10), true, nil},
		{"cut", whole[:len(whole)-9], false, io.ErrUnexpectedEOF},
	}
	for _, tt := range tests {
		response, err := exchange(roundTripper(func(req *http.Request) (*http.Response, error) {
			body := &unzipping{from: bytes.NewReader(tt.body)}
			return &http.Response{StatusCode: 200, ContentLength: -1, Request: req, Body: body}, nil
		}), &http.Request{})
		require.NotNil(t, response)
		assert.Equal(t, tt.unreadable, response.BodyErr != nil, tt.name)
		assert.ErrorIs(t, err, tt.err, tt.name)
	}
}

// unzipping is what net/http makes of a compressed body.
type unzipping struct {
	from io.Reader
	zip  *gzip.Reader
}

func (u *unzipping) Read(p []byte) (n int, err error) {
	if u.zip == nil {
		if u.zip, err = gzip.NewReader(u.from); err != nil {
			return 0, err
		}
	}
	return u.zip.Read(p)
}

func (u *unzipping) Close() error { return nil }

// An idle body returns neither data nor an error, and at last what follows.
type idle struct {
	reads int // that bring nothing; below 0: for ever
	io.Reader
}

func (i *idle) Read(p []byte) (int, error) {
	if i.reads == 0 {
		return i.Reader.Read(p)
	}
	i.reads--
	return 0, nil
}

func TestBodyThatBringsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		body := &closing{Reader: &idle{reads: -1}}
		began := time.Now()
		result := patch(t.Context(), newTransport(scripted(func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: body, ContentLength: -1, Request: req}, nil
		})), attempts(1))
		assert.ErrorIs(t, result.Err, os.ErrDeadlineExceeded)
		assert.Equal(t, time.Minute, time.Since(began), "the time of an attempt")
		assert.Equal(t, 200, result.Response.StatusCode)
		assert.True(t, body.closed)

		text, err := readBody(t.Context(), &idle{100, strings.NewReader("hello")}, -1)
		assert.NoError(t, err)
		assert.Equal(t, "hello", string(text))
	})
}

// A countingReader returns a count that breaks the contract of io.Reader.
type countingReader int

func (r countingReader) Read([]byte) (int, error) { return int(r), nil }

func TestBodyThatReturnsAnInvalidCountIsAnError(t *testing.T) {
	t.Parallel()
	for _, count := range []int{-1, 1 << 30} {
		_, err := readBody(t.Context(), countingReader(count), -1)
		assert.Equal(t, errBadRead, err)
	}
}
