package transport

import (
	"bytes"
	"compress/gzip"
	"context"
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
		{name: "end with the last byte", body: iotest.DataErrReader(strings.NewReader("hello")), length: -1, want: "hello"},
		{name: "longer than the first buffer", body: strings.NewReader(long[:100_000]), length: -1, want: long[:100_000]},
		{name: "longer than the buffer of a known length", body: strings.NewReader(long[:100_000]), length: 100_000, want: long[:100_000]},
		{name: "the longest", body: strings.NewReader(long), length: -1, want: long},
		{name: "one byte longer", body: strings.NewReader(long + "x"), length: -1, err: ErrTooLarge},
		{name: "endless", body: endless{}, length: -1, err: ErrTooLarge},
		{name: "shorter than told", body: strings.NewReader("hell"), length: 5, err: io.ErrUnexpectedEOF},
		{name: "nothing of what was told", body: strings.NewReader(""), length: 5, err: io.ErrUnexpectedEOF},
		{name: "length of what HEAD leaves out", method: http.MethodHead, body: strings.NewReader(""), length: 5},
		{name: "broken", body: io.MultiReader(strings.NewReader("hell"), iotest.ErrReader(errOpaque)), length: 5, err: errOpaque},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body := &closing{Reader: tt.body}
			req := &http.Request{Method: tt.method}
			answer, err := exchange(roundTripper(func(req *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 200, Body: body, ContentLength: tt.length, Request: req}, nil
			}), req)
			assert.True(t, body.closed)
			assert.Equal(t, 200, answer.StatusCode)
			if errors.Is(tt.err, ErrTooLarge) {
				assert.ErrorIs(t, answer.Unreadable, tt.err)
				tt.err = nil
			}
			assert.ErrorIs(t, err, tt.err)
			assert.Equal(t, tt.want, string(answer.Body))
			assert.LessOrEqual(t, cap(answer.Body), MaxBody+1)
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

func TestTransportsThatBreakTheRules(t *testing.T) {
	t.Parallel()
	body := &closing{Reader: strings.NewReader("x")}
	tests := []struct {
		name   string
		resp   *http.Response
		err    error
		status int
		fails  bool
	}{
		{"neither answer nor error", nil, nil, 0, true},
		{"both", &http.Response{StatusCode: 200, Body: body}, errOpaque, 0, true},
		{"no body", &http.Response{StatusCode: 204}, nil, 204, false},
		{"status below the lowest", &http.Response{StatusCode: 99, Body: body}, nil, 0, true},
		{"lowest status", &http.Response{StatusCode: 100, Body: body}, nil, 100, false},
		{"no header", &http.Response{StatusCode: 503, Body: http.NoBody}, nil, 503, false},
		{"other protocol", &http.Response{StatusCode: 101, Body: io.NopCloser(iotest.ErrReader(errors.New("must not be read")))}, nil, 101, false},
	}
	for _, tt := range tests {
		answer, err := exchange(roundTripper(func(*http.Request) (*http.Response, error) { return tt.resp, tt.err }), &http.Request{})
		assert.Equal(t, tt.fails, err != nil, tt.name)
		assert.Equal(t, tt.status, answer.StatusCode, tt.name)
	}
	assert.True(t, body.closed)
}

func TestShortAnswerThatNamesNoRequest(t *testing.T) {
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

func TestBadCompressionIsAnAnswerThatCameWhole(t *testing.T) {
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
		answer, err := exchange(roundTripper(func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, ContentLength: -1, Request: req, Body: &unzipping{from: bytes.NewReader(tt.body)}}, nil
		}), &http.Request{})
		assert.Equal(t, tt.unreadable, answer.Unreadable != nil, tt.name)
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

func TestOutcomeIsUnknownOnlyAfterAWriteWasSent(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		method string
		status int
		err    error
		f      failure
		want   bool
	}{
		{"success", http.MethodPatch, 200, nil, failure{}, false},
		{"refusal", http.MethodPatch, 400, nil, failure{}, false},
		{"500", http.MethodPatch, 500, nil, failure{}, false},
		{"503", http.MethodPatch, 503, nil, failure{}, false},
		{"502", http.MethodPatch, 502, nil, failure{}, true},
		{"504", http.MethodDelete, 504, nil, failure{}, true},
		{"502 of a read", http.MethodGet, 502, nil, failure{}, false},
		{"cut", http.MethodPost, 0, errOpaque, failure{}, true},
		{"cut after the status", http.MethodPut, 200, errOpaque, failure{}, true},
		{"not sent", http.MethodPost, 0, errOpaque, failure{unsent: true}, false},
		{"cut read", http.MethodGet, 0, errOpaque, failure{}, false},
		{"cut HEAD", http.MethodHead, 0, errOpaque, failure{}, false},
		{"cut OPTIONS", http.MethodOptions, 0, errOpaque, failure{}, false},
	}
	for _, tt := range tests {
		c := &Call{Method: tt.method, Answer: Answer{StatusCode: tt.status}, Err: tt.err, failure: tt.f}
		assert.Equal(t, tt.want, c.leftOpen(), tt.name)
	}
}

func TestAttemptHasADeadlineOfItsOwn(t *testing.T) {
	t.Parallel()
	hang := roundTripper(func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, req.Context().Err()
	})
	tests := []struct {
		name   string
		caller time.Duration
		took   time.Duration
		is     error
	}{
		{"shorter than the caller's", time.Minute, 10 * time.Second, os.ErrDeadlineExceeded},
		{"longer than the caller's", time.Second, time.Second, context.DeadlineExceeded},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), tt.caller)
				defer cancel()
				tr := making(hang, func(cfg *Config) { cfg.Timeout = 10 * time.Second; cfg.Policy.MaxAttempts = 1 })
				began := time.Now()
				result := update(ctx, tr)
				assert.Equal(t, tt.took, time.Since(began))
				assert.ErrorIs(t, result.Err, tt.is)
				assert.Equal(t, tt.is == context.DeadlineExceeded, errors.Is(result.Err, context.DeadlineExceeded))
				assert.Equal(t, 1, result.Attempts)
				assert.True(t, result.MayHaveApplied)
			})
		})
	}
}
