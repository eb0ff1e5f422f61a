package spideriqtest

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// A Fault is something that goes wrong with one request: see [Server.Fail]. The
// zero value does no harm.
type Fault struct {
	// meet sends what the client gets to see. apply makes the API carry the
	// request out. The context ends with the client or the server.
	meet func(ctx context.Context, w http.ResponseWriter, apply func() answer)
}

// Status answers in the API's place with that status and body, as
// application/json whatever the body is. The request is not applied. The code is
// from 200 to 999, or Status panics.
func Status(code int, body string) Fault {
	return instead(answer{status: code, header: http.Header{"Content-Type": {"application/json"}}, body: []byte(body)})
}

// HTMLPage answers in the API's place as a proxy does, with a page of HTML. The
// request is not applied. The code is from 200 to 999, or HTMLPage panics.
func HTMLPage(code int) Fault {
	title := fmt.Sprintf("%d %s", code, http.StatusText(code))
	page := "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title +
		"</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
	return instead(answer{status: code, header: http.Header{"Content-Type": {"text/html"}}, body: []byte(page)})
}

// RateLimited answers 429 in the API's place, with a Retry-After of whole seconds,
// rounded up. For 0 and less the header is left out, which on this API means that
// waiting does not help. The request is not applied.
func RateLimited(retryAfter time.Duration) Fault {
	return instead(tooManyRequests(retryAfter))
}

func instead(a answer) Fault {
	if a.status < 200 || a.status > 999 {
		panic(fmt.Sprintf("spideriqtest: %d is not the status of an answer", a.status))
	}
	return Fault{func(_ context.Context, w http.ResponseWriter, _ func() answer) { a.send(w) }}
}

// Delay applies the request at once and sends the real answer d later. It sends
// none when the client gives up or the server closes first.
func Delay(d time.Duration) Fault {
	return Fault{func(ctx context.Context, w http.ResponseWriter, apply func() answer) {
		a := apply()
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			a.send(w)
		case <-ctx.Done():
			abort()
		}
	}}
}

// Cut applies the request, then closes the connection without an answer. On a
// connection that it has used before, net/http repeats a GET by itself: Requests
// then shows one more.
func Cut() Fault {
	return Fault{func(_ context.Context, _ http.ResponseWriter, apply func() answer) {
		apply()
		abort()
	}}
}

// CutBody applies the request, sends the header and the first half of the answer,
// then closes the connection.
func CutBody() Fault {
	return Fault{func(_ context.Context, w http.ResponseWriter, apply func() answer) {
		a := apply()
		a.header.Set("Content-Length", strconv.Itoa(len(a.body)))
		a.body = a.body[:len(a.body)/2]
		a.send(w)
		_ = http.NewResponseController(w).Flush() // a client that is gone already needs no half
		abort()
	}}
}

// abort closes the connection as it stands.
func abort() { panic(http.ErrAbortHandler) }
