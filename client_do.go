package spideriq

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/spideriq/spideriq-go/internal/apiurl"
	"github.com/spideriq/spideriq-go/internal/lenient"
	"github.com/spideriq/spideriq-go/internal/requestbody"
)

// allowedMethods are the methods that Do accepts. TRACE is excluded because a server
// echoes the request, token included.
var allowedMethods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut,
	http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

// Do makes a call to an endpoint that has no method here. The token, retries, limits
// and errors are those of the methods. POST is repeated by the rule of
// [IntegrationsService.Create], every other method by that of
// [IntegrationsService.Update].
//
// path is relative to the base URL: "/integrations/42". Do refuses a path that could
// resolve outside the base URL in any encoding, one with a query (use [WithQuery]),
// one with a trailing slash, and one that repeats the base path, such as
// "/api/v1/integrations/42".
//
// body is encoded by encoding/json; nil sends none. A []byte, a string, a nil map and
// an [io.Reader] are refused: to send JSON that is encoded already, give a
// [json.RawMessage].
//
// out is a non-nil pointer that receives the JSON of a 2xx. Do is as forgiving as the
// methods: it reads times without a zone, and numbers that are written as text. A
// number in an any is a [json.Number]. An [io.Writer] is refused: to receive the
// JSON as it is, give a *[json.RawMessage]. With an out, a 2xx without a body is an
// [*InvalidResponseError]. With a nil out, the body of a 2xx is only checked for
// "success": false.
//
// An invalid argument is an [*ArgumentError], made before anything is sent.
func (c *Client) Do(ctx context.Context, method, path string, body, out any, opts ...RequestOption) error {
	if !slices.Contains(allowedMethods, method) {
		err := fmt.Errorf("the method must be one of %s", strings.Join(allowedMethods, ", "))
		return apiCall{}.reject(err, opts) // without the method, which may hold anything
	}
	if c == nil || c.config == nil {
		return apiCall{method: method}.reject(errNotMade, opts)
	}
	if err := apiurl.CheckPath(c.config.baseURL, path); err != nil {
		return apiCall{method: method}.reject(err, opts) // without the path, which may hold anything
	}
	checked := apiCall{
		method:     method,
		path:       path,
		body:       body,
		idempotent: method != http.MethodPost,
		response:   &ignoredResponse{},
		ignoreBody: out == nil,
	}
	if err := errors.Join(requestbody.Check(body), checkOut(out)); err != nil {
		return checked.reject(err, opts)
	}
	if out != nil {
		checked.response = &outResponse{out: out}
	}
	return c.do(ctx, checked, opts)
}

// checkOut refuses what encoding/json cannot write to, and writers, to which it would
// write nothing.
func checkOut(out any) error {
	if out == nil {
		return nil
	}
	target := reflect.ValueOf(out)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return fmt.Errorf("out is a %T; it must be a pointer that is not nil", out)
	}
	if _, isUnmarshaler := out.(json.Unmarshaler); isUnmarshaler {
		return nil
	}
	_, isWriter := out.(io.Writer)
	if isWriter || !holdsJSON(target.Type().Elem()) {
		return fmt.Errorf("out is a %T; to receive the JSON as it is, give a *json.RawMessage", out)
	}
	return nil
}

// holdsJSON reports whether a JSON document can be decoded into a t. Bytes are excluded,
// because encoding/json reads them from text in base64.
func holdsJSON(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.Complex64, reflect.Complex128:
		return false
	case reflect.Slice:
		return t.Elem().Kind() != reflect.Uint8
	default:
		return true
	}
}

// ignoredResponse accepts every body that does not say "success": false.
type ignoredResponse struct {
	Success successFlag `json:"success"`
}

func (r *ignoredResponse) decode(body []byte) error {
	_ = lenient.Unmarshal(body, r) // a body that is no object has no success flag
	if r.Success.refused {
		return errRefused
	}
	return nil
}

// outResponse decodes a body into the value that the caller of Do gave.
type outResponse struct{ out any }

func (r *outResponse) decode(body []byte) error {
	var refusal ignoredResponse
	if err := refusal.decode(body); err != nil {
		return err
	}
	return lenient.Unmarshal(body, r.out)
}
