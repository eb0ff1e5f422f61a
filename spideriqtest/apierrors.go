package spideriqtest

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// An apiError is an error that the API answers a request with.
type apiError struct {
	answer answer
}

func (e *apiError) Error() string {
	return strconv.Itoa(e.answer.status) + " " + string(e.answer.body)
}

func newAPIError(status int, body any) error {
	return &apiError{answer: answerJSON(status, body)}
}

// errorAnswer returns the answer of an apiError, and a 500 for any other error.
func errorAnswer(err error) answer {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e.answer
	}
	return answerJSON(http.StatusInternalServerError, detailBody{Detail: err.Error()})
}

// The error bodies of the API. The shape for each status is documented. A text that is
// not documented has a comment.

type failureBody struct {
	Success bool   `json:"success"`
	Error   string `json:"error"`
}

type detailBody struct {
	Detail any `json:"detail"`
}

func badRequest(text string) error {
	return newAPIError(http.StatusBadRequest, failureBody{Error: text})
}

func notFound() error {
	return newAPIError(http.StatusNotFound, failureBody{Error: "Integration not found"})
}

// unauthorized has a documented shape; its text is not documented.
func unauthorized() error {
	return newAPIError(http.StatusUnauthorized, detailBody{Detail: "Invalid or missing token"})
}

// notDocumented is the error for everything that the documentation leaves open.
func notDocumented(what string) error {
	return newAPIError(http.StatusNotImplemented, detailBody{Detail: "not documented: " + what})
}

// invalidBody is the error for a request body that is not a JSON object.
func invalidBody() error {
	return validationError(validationRow{
		Loc:  []string{"body"},
		Msg:  "Input should be a JSON object",
		Type: "json_invalid",
	})
}

// invalidField is the error for a field of another JSON type than documented. The
// page of the update also documents 400 "Invalid field value", but its one example is
// a value of the right type. For a wrong type the platform's table of error bodies
// shows 422 with this list, which repeats the value that was sent.
func invalidField(field, message, kind string, value json.RawMessage) error {
	return validationError(validationRow{
		Loc:   []string{"body", field},
		Msg:   message,
		Type:  kind,
		Input: value,
	})
}

type validationRow struct {
	Loc   []string        `json:"loc"`
	Msg   string          `json:"msg"`
	Type  string          `json:"type"`
	Input json.RawMessage `json:"input,omitempty"`
}

func validationError(row validationRow) error {
	return newAPIError(http.StatusUnprocessableEntity, detailBody{Detail: []validationRow{row}})
}

type rateLimitBody struct {
	Code              string `json:"reason_code"`
	Text              string `json:"reason_human"`
	RetryAfterSeconds int64  `json:"retry_after_seconds,omitempty"`
}

// tooManyRequests has the platform's body for 429; its texts are not documented. A
// wait of 0 or less is stated neither in the body nor in a header.
func tooManyRequests(wait time.Duration) answer {
	body := rateLimitBody{Code: "rate_limited", Text: "Too many requests"}
	if wait <= 0 {
		return answerJSON(http.StatusTooManyRequests, body)
	}
	body.RetryAfterSeconds = wholeSeconds(wait)
	retryAfter := strconv.FormatInt(body.RetryAfterSeconds, 10)
	return answerJSON(http.StatusTooManyRequests, body).withHeader(map[string]string{"Retry-After": retryAfter})
}

// wholeSeconds rounds a positive duration up. It does not overflow.
func wholeSeconds(d time.Duration) int64 {
	seconds := int64(d / time.Second)
	if d%time.Second > 0 {
		seconds++
	}
	return seconds
}
