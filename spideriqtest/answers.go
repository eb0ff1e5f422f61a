package spideriqtest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// An answer is what the API says to a request.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// answerJSON makes an answer of a value that can always be encoded.
func answerJSON(status int, value any) answer {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic("spideriqtest: " + err.Error())
	}
	return answer{status: status, header: http.Header{"Content-Type": {"application/json"}}, body: body.Bytes()}
}

// send writes a. A Content-Length that a has already stays, whatever the body is.
func (a answer) send(w http.ResponseWriter) {
	header := w.Header()
	for key, values := range a.header {
		header[key] = append([]string(nil), values...) // a Fault's answer may be sent more than once
	}
	if header.Get("Content-Length") == "" && len(a.body) > 0 {
		header.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // a client that is gone reads no answer
}

// The error bodies that the API is known for. Which status has which body is
// documented; see the comments for what is not.

type failure struct {
	Success bool   `json:"success"`
	Error   string `json:"error"`
}

type detail struct {
	Detail any `json:"detail"`
}

func badRequest(text string) *answer {
	a := answerJSON(http.StatusBadRequest, failure{Error: text})
	return &a
}

func notFound() answer {
	return answerJSON(http.StatusNotFound, failure{Error: "Integration not found"})
}

// unauthorized: the shape of its body is documented, the text is not.
func unauthorized() answer {
	return answerJSON(http.StatusUnauthorized, detail{"Invalid or missing token"})
}

// invalidBody is the answer to a value of another type than documented. The page
// of the update knows 400 "Invalid field value" as well, but its one example is a
// value that the type allows. For a type, the platform's table of error bodies
// shows 422, with this very field list and the value that was sent.
func invalidBody(field, message, kind string, input json.RawMessage) *answer {
	type row struct {
		Loc   []string        `json:"loc"`
		Msg   string          `json:"msg"`
		Type  string          `json:"type"`
		Input json.RawMessage `json:"input,omitempty"`
	}
	loc := []string{"body"}
	if field != "" {
		loc = append(loc, field)
	}
	a := answerJSON(http.StatusUnprocessableEntity, detail{[]row{{Loc: loc, Msg: message, Type: kind, Input: input}}})
	return &a
}

// tooManyRequests has the body that the platform is known for with 429; the texts
// are not documented. Without a wait nothing names one.
func tooManyRequests(wait time.Duration) answer {
	var body struct {
		Code              string `json:"reason_code"`
		Text              string `json:"reason_human"`
		RetryAfterSeconds int64  `json:"retry_after_seconds,omitempty"`
	}
	body.Code, body.Text = "rate_limited", "Too many requests"
	if wait > 0 {
		body.RetryAfterSeconds = int64((wait-1)/time.Second) + 1 // rounded up
	}
	a := answerJSON(http.StatusTooManyRequests, body)
	if wait > 0 {
		a.header.Set("Retry-After", strconv.FormatInt(body.RetryAfterSeconds, 10))
	}
	return a
}

// notDocumented is the answer where the documentation leaves open what the API
// says.
func notDocumented(what string) answer {
	return answerJSON(http.StatusNotImplemented, detail{"not documented: " + what})
}
