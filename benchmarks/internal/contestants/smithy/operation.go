package smithy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/url"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// An operation is one call. It writes the request and reads the answer, which AWS generates
// for each of its operations.
type operation struct {
	name, method, url string
	body              any // nil: none
	answer            any
}

func (op operation) addSerializer(stack *middleware.Stack) error {
	serializer := middleware.SerializeMiddlewareFunc("OperationSerializer", op.serialize)
	return stack.Serialize.Add(serializer, middleware.After)
}

func (op operation) addDeserializer(stack *middleware.Stack) error {
	deserializer := middleware.DeserializeMiddlewareFunc("OperationDeserializer", op.deserialize)
	return stack.Deserialize.Add(deserializer, middleware.After)
}

func (op operation) serialize(
	ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler,
) (out middleware.SerializeOutput, metadata middleware.Metadata, err error) {
	req := in.Request.(*smithyhttp.Request)
	address, err := url.Parse(op.url)
	if err != nil {
		return out, metadata, err
	}
	req.Method, req.URL = op.method, address
	req.Header.Set("Accept", "application/json")
	if op.body != nil {
		text, err := json.Marshal(op.body)
		if err != nil {
			return out, metadata, err
		}
		req.Header.Set("Content-Type", "application/json")
		if req, err = req.SetStream(bytes.NewReader(text)); err != nil {
			return out, metadata, err
		}
	}
	in.Request = req
	return next.HandleSerialize(ctx, in)
}

func (op operation) deserialize(
	ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
) (out middleware.DeserializeOutput, metadata middleware.Metadata, err error) {
	out, metadata, err = next.HandleDeserialize(ctx, in)
	if err != nil {
		return out, metadata, err
	}
	resp := out.RawResponse.(*smithyhttp.Response)
	defer resp.Body.Close()
	if resp.StatusCode != 200 {
		return out, metadata, &smithyhttp.ResponseError{Response: resp, Err: errors.New(resp.Status)}
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return out, metadata, err
	}
	out.Result = op.answer
	return out, metadata, json.Unmarshal(text, op.answer)
}
