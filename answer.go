package spideriq

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/spideriq/spideriq-go/internal/transport"
)

// judge makes the value or the error of a call out of how it ended: held back, an
// answer that says yes or no or makes no sense, or no whole answer.
func (r *request) judge() error {
	status := r.Answer.StatusCode
	var err error
	if r.Err == nil && r.Held == 0 && status/100 == 2 {
		if err = r.decode(); err == nil {
			return nil
		}
	}
	hidden := r.hidden()
	switch {
	case err != nil && err != errRefused:
		return &InvalidResponseError{
			StatusCode: status, ContentType: oneLine(hidden.Replace(r.Answer.Header.Get("Content-Type")), 128),
			Method: r.method, Path: r.path, Attempts: r.Attempts, Err: &cause{hidden.Replace(err.Error()), []error{err}},
		}
	case r.Err == nil || r.Held > 0:
		return r.apiError(hidden)
	}
	errs := []error{r.Err}
	if status != 0 && status/100 != 2 {
		errs = append(errs, r.apiError(hidden)) // of an earlier attempt, or the head of a broken answer
	}
	return &TransportError{
		Method: r.method, Path: r.path, Attempts: r.Attempts, MayHaveApplied: r.MayHaveApplied,
		Err: &cause{hidden.Replace(transport.Describe(r.Err)), errs},
	}
}

// errRefused says that a 2xx has "success": false in it.
var errRefused = errors.New("refused")

// decode reads the body of a 2xx into r.out, unless the API says in it that the call
// failed after all.
func (r *request) decode() error {
	_, bare := r.out.(*nothing)
	if r.out == nil || bare && r.Answer.StatusCode == http.StatusNoContent {
		return nil
	}
	v, err := parse(r.Answer.Body)
	if err = cmp.Or(r.Answer.Unreadable, err); err != nil {
		return err
	}
	refused, rest := false, reader{text: v}
	if theirs, ok := r.out.(interface{ decode(value) error }); ok {
		err = theirs.decode(v)
	} else if whole := rest; r.member == "" {
		err = whole.set(reflect.ValueOf(r.out).Elem())
	} else {
		err = errNothing
	}
	rest.members(func(name value) {
		switch {
		case strings.EqualFold(name.text(), "success"):
			refused = rest.take() == "false"
		case r.member != "" && strings.EqualFold(name.text(), r.member):
			err = rest.set(reflect.ValueOf(r.out).Elem())
		default:
			rest.take()
		}
	})
	switch {
	case refused:
		return errRefused
	case err != nil:
		return fmt.Errorf("%s: %w", cmp.Or(r.member, "the answer"), err)
	}
	return nil
}

// anyJSON is a value of the caller's, decoded by encoding/json.
type anyJSON struct{ out any }

func (a anyJSON) decode(v value) error {
	if v == null {
		return errNothing
	}
	d := json.NewDecoder(strings.NewReader(string(v)))
	d.UseNumber()
	return d.Decode(a.out)
}

// nothing is what a delete wants of an answer, which may be a bare 204: that it is
// an object that does not say the opposite.
type nothing struct{}

// fill tells what came back.
func (i *ResponseInfo) fill(c *transport.Call) {
	a := c.Answer
	*i = ResponseInfo{StatusCode: a.StatusCode, Header: a.Header.Clone(), Body: bytes.Clone(a.Body), Attempts: c.Attempts}
	limit, err1 := strconv.Atoi(a.Header.Get("X-Ratelimit-Limit"))
	remaining, err2 := strconv.Atoi(a.Header.Get("X-Ratelimit-Remaining"))
	reset, err3 := strconv.ParseInt(a.Header.Get("X-Ratelimit-Reset"), 10, 64)
	if err1 == nil && err2 == nil && err3 == nil {
		i.RateLimit = &RateLimit{Limit: limit, Remaining: remaining, Reset: time.Unix(reset, 0)}
	}
}

// apiError is what an answer that is no success says, or why there was no request.
func (r *request) apiError(hidden *strings.Replacer) error {
	e := &APIError{StatusCode: http.StatusTooManyRequests, RetryAfter: r.Held}
	e.Message = "held back, because the API has asked to wait longer than this call can"
	if r.Held == 0 {
		e = readErrorBody(r.Answer.Body, hidden)
		e.StatusCode, e.Header = r.Answer.StatusCode, r.Answer.Header.Clone()
		e.Code, e.Message = oneLine(hidden.Replace(e.Code), 128), oneLine(hidden.Replace(e.Message), maxMessage)
		if wait, stated := transport.RetryAfter(r.Answer); stated {
			e.RetryAfter = wait
		}
		for _, values := range e.Header {
			for i := range values {
				values[i] = hidden.Replace(values[i])
			}
		}
	}
	e.Method, e.Path, e.Attempts, e.MayHaveApplied = r.method, r.path, r.Attempts, r.MayHaveApplied
	return e.typed()
}
