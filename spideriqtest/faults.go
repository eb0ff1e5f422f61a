package spideriqtest

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// A Fault is something that goes wrong with one request: see [Server.Fail]. A fault
// works the same over the loopback server and through [Server.Transport]. The zero
// value is no fault.
type Fault struct {
	// respond returns what the client receives instead of the API's answer. apply
	// makes the API apply the request, and returns its answer. ctx ends when the client
	// gives up, and over the loopback server also when the server is closed.
	respond func(ctx context.Context, apply func() answer) response
}

// Fail applies faults to the next requests, one to each, in order of arrival. Faults
// that are left over from earlier calls of Fail come first. A zero Fault lets its
// request pass.
func (s *Server) Fail(faults ...Fault) {
	s.recorder.addFaults(faults)
}

// Status answers in the API's place with the given status and body. The
// Content-Type is application/json, whatever the body is. The request is not
// applied. Status panics when the code is not from 200 to 999.
func Status(code int, body string) Fault {
	return answerWith(newAnswer(checkStatus(code), "application/json", []byte(body)))
}

// HTMLPage answers in the API's place with the error page of a proxy, which is
// HTML. The request is not applied. HTMLPage panics when the code is not from 200
// to 999.
func HTMLPage(code int) Fault {
	title := fmt.Sprintf("%d %s", code, http.StatusText(code))
	page := "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n" +
		"<center><h1>" + title + "</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
	return answerWith(newAnswer(checkStatus(code), "text/html", []byte(page)))
}

// RateLimited answers 429 in the API's place, with a Retry-After in whole seconds,
// rounded up. A retryAfter of 0 or less leaves the header out, which on this API
// means that waiting does not help. The request is not applied.
func RateLimited(retryAfter time.Duration) Fault {
	return answerWith(tooManyRequests(retryAfter))
}

func answerWith(a answer) Fault {
	return Fault{respond: func(context.Context, func() answer) response {
		return response{answer: a}
	}}
}

func checkStatus(code int) int {
	if code < 200 || code > 999 {
		panic(fmt.Sprintf("spideriqtest: %d is not the status of an answer", code))
	}
	return code
}

// Delay applies the request at once and delivers the real answer d later; at once
// for a d of 0 or less. The client receives no answer when its context ends first.
// [Server.Close] ends the wait on the loopback server, not through
// [Server.Transport].
func Delay(d time.Duration) Fault {
	return Fault{respond: func(ctx context.Context, apply func() answer) response {
		a := apply()
		// Inside a testing/synctest bubble the timer and ctx belong to the bubble. A
		// channel of the server in this select would stop the bubble's clock.
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			return response{answer: a}
		case <-ctx.Done():
			return response{delivery: deliverNothing}
		}
	}}
}

// Cut applies the request, then closes the connection without an answer. Over the
// loopback server net/http itself repeats a GET whose connection has been used before:
// [Server.Requests] then returns one request more.
func Cut() Fault {
	return Fault{respond: func(_ context.Context, apply func() answer) response {
		return response{answer: apply(), delivery: deliverNothing}
	}}
}

// CutBody applies the request, sends the head and the first half of the answer's
// body, then closes the connection.
func CutBody() Fault {
	return Fault{respond: func(_ context.Context, apply func() answer) response {
		return response{answer: apply(), delivery: deliverHalf}
	}}
}
