// Package api holds what all contestants share: the two calls that are measured, the types
// of those that bring none of their own, and the check of the answers.
package api

import (
	"context"
	"errors"
	"net/http"
)

// The calls that are measured: an update of two limits of one integration, and a page of rows.
const (
	ID          = 42
	DailyLimit  = 20000
	MinuteLimit = 200
	Rows        = 100
)

// Token is the bearer token of every call. It is no real one.
const Token = "client_51f0aa:key_9c27d03e:secret_55ab8114"

// A Config is what a contestant's client is made from.
type Config struct {
	BaseURL   string            // ends in /api/v1
	Transport http.RoundTripper // nil: what the contestant uses when it is given none
}

// HTTPClient returns the [http.Client] that an SDK is given, or nil when it shall use its own.
func (c Config) HTTPClient() *http.Client {
	if c.Transport == nil {
		return nil
	}
	return &http.Client{Transport: c.Transport}
}

// A Client makes the calls that are measured. Each call returns what it decoded, in the type
// of the contestant, after it has looked at it with [CheckLimits] or [CheckRows].
type Client interface {
	Update(ctx context.Context) (any, error)
	List(ctx context.Context) (any, error)
}

// New makes a client of one contestant.
type New func(Config) (Client, error)

var errWrongAnswer = errors.New("not the answer that was sent")

// CheckLimits returns an error unless these are the limits of the answer.
func CheckLimits(daily, minute *int) error {
	if daily == nil || minute == nil || *daily != DailyLimit || *minute != MinuteLimit {
		return errWrongAnswer
	}
	return nil
}

// CheckRows returns an error unless the answer has this many rows.
func CheckRows(n int) error {
	if n != Rows {
		return errWrongAnswer
	}
	return nil
}
