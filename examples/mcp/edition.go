package main

import (
	"errors"

	"github.com/spideriq/spideriq-go"
)

// Until the library has MayHaveApplied and ArgumentError.

func mayHaveApplied(err error) bool {
	if e, ok := errors.AsType[*spideriq.TransportError](err); ok {
		return e.MayHaveApplied
	}
	if e, ok := errors.AsType[*spideriq.InvalidResponseError](err); ok {
		return e.Method != "GET"
	}
	e, ok := errors.AsType[*spideriq.APIError](err)
	return ok && e.MayHaveApplied
}
