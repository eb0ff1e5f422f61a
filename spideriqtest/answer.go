package spideriqtest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
)

// An answer is what the API answers a request with. Requests may share an answer, so
// nothing changes its header after newAnswer.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// answerJSON encodes value, which must be one that encoding/json can encode.
func answerJSON(status int, value any) answer {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic("spideriqtest: " + err.Error())
	}
	return newAnswer(status, "application/json", body.Bytes())
}

// newAnswer returns an answer with the headers that every answer has.
func newAnswer(status int, contentType string, body []byte) answer {
	header := make(http.Header)
	switch status {
	case http.StatusNotModified: // has neither a type nor a length
	case http.StatusNoContent: // has no length
		header.Set("Content-Type", contentType)
	default:
		header.Set("Content-Type", contentType)
		header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	return answer{status: status, header: header, body: body}
}

// withHeader returns a copy of a that has more header fields.
func (a answer) withHeader(fields map[string]string) answer {
	a.header = a.header.Clone()
	for name, value := range fields {
		a.header.Set(name, value)
	}
	return a
}

// A delivery says how much of an answer reaches the client.
type delivery int

const (
	deliverAll     delivery = iota
	deliverHalf             // the head and half of the body, then the connection is closed
	deliverNothing          // the connection is closed
)

// A response is an answer and how much of it is delivered.
type response struct {
	answer   answer
	delivery delivery
}

// deliveredBody returns the part of the body that reaches the client.
func (r response) deliveredBody() []byte {
	switch r.delivery {
	case deliverAll:
		return r.answer.body
	case deliverHalf:
		return r.answer.body[:len(r.answer.body)/2]
	}
	return nil
}
