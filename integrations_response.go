package spideriq

import (
	"bytes"
	"fmt"

	"github.com/spideriq/spideriq-go/internal/lenient"
)

// successFlag is the member "success" of a response. It accepts any JSON value,
// because only false has a meaning.
type successFlag struct{ refused bool }

// UnmarshalJSON never fails.
func (f *successFlag) UnmarshalJSON(b []byte) error {
	f.refused = string(bytes.TrimSpace(b)) == "false"
	return nil
}

// decodeResponse reads body into resp, of which success is a field. It returns
// errRefused when the body reports a failure, whatever else is wrong with it.
func decodeResponse(body []byte, resp any, success *successFlag) error {
	err := lenient.Unmarshal(body, resp)
	if success.refused {
		return errRefused
	}
	return err
}

// integrationResponse is the response to Update and Create.
type integrationResponse struct {
	Success     successFlag  `json:"success"`
	Integration *Integration `json:"integration"`
}

func (r *integrationResponse) decode(body []byte) error {
	if err := decodeResponse(body, r, &r.Success); err != nil {
		return err
	}
	return checkIntegration("integration", r.Integration)
}

// checkIntegration refuses an integration that is missing or has no id. name is its
// place in the response.
func checkIntegration(name string, i *Integration) error {
	switch {
	case i == nil:
		return fmt.Errorf("%s: missing or null", name)
	case i.ID < 1:
		return fmt.Errorf("%s: id is missing", name)
	}
	return nil
}

// deleteResponse is the response to Delete: an empty body, or any object that does not
// report a failure.
type deleteResponse struct {
	Success successFlag `json:"success"`
}

func (r *deleteResponse) decode(body []byte) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	return decodeResponse(body, r, &r.Success)
}
