package transport

import (
	"context"
	"errors"
	"io"
	"time"
)

// MaxBody is the size in bytes, after decompression, up to which the body of a response
// is read.
const MaxBody = 4 << 20

// ErrTooLarge means that the body of a response is larger than [MaxBody].
var ErrTooLarge = errors.New("the body is larger than 4 MiB")

const (
	smallBuffer = 512
	largeBuffer = 128 << 10        // most that a Content-Length makes readBody allocate at once
	emptyRead   = time.Millisecond // wait after a Read that returned neither data nor an error
)

// errBadRead is the error of a body that breaks the contract of [io.Reader].
var errBadRead = errors.New("the response body returned an invalid count")

// readBody reads r to its end like [io.ReadAll], but at most [MaxBody] bytes. length is
// the expected length, or -1; it sets the size of the first buffer. A reader that returns
// neither data nor an error is read again until ctx is done.
func readBody(ctx context.Context, r io.Reader, length int64) ([]byte, error) {
	// One byte more than the length makes room for the read that returns io.EOF.
	size := max(smallBuffer, min(length+1, largeBuffer))
	body := make([]byte, 0, size)
	for {
		if len(body) == cap(body) {
			grown := make([]byte, len(body), min(2*cap(body), MaxBody+1))
			copy(grown, body)
			body = grown
		}
		room := body[len(body):cap(body)]
		n, err := r.Read(room)
		if n < 0 || n > len(room) {
			return nil, errBadRead
		}
		body = body[:len(body)+n]
		if len(body) > MaxBody {
			return nil, ErrTooLarge
		}
		if err == io.EOF {
			return body, nil
		}
		if err != nil {
			return nil, err
		}
		if n == 0 {
			sleep(ctx, emptyRead)
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
	}
}
