// Package smithy makes the calls with the middleware stack of aws-sdk-go-v2 and smithy-go,
// in the form of the clients that AWS generates: a stack is built for each call.
package smithy

import (
	"context"
	"net/http"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go/auth/bearer"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
)

// New returns a client with AWS's standard retryer.
func New(cfg api.Config) (api.Client, error) {
	c := &client{base: cfg.BaseURL, retryer: retry.NewStandard(), http: awshttp.NewBuildableClient()}
	if hc := cfg.HTTPClient(); hc != nil {
		c.http = hc
	}
	return c, nil
}

type client struct {
	base    string
	retryer aws.Retryer
	http    smithyhttp.ClientDo
}

// Update implements [api.Client].
func (c *client) Update(ctx context.Context) (any, error) {
	var answer api.UpdateAnswer
	err := c.invoke(ctx, operation{
		name:   "Update",
		method: http.MethodPatch,
		url:    c.base + "/integrations/" + strconv.Itoa(api.ID),
		body:   api.Limits(),
		answer: &answer,
	})
	return answer.Result(err)
}

// List implements [api.Client].
func (c *client) List(ctx context.Context) (any, error) {
	var answer api.ListAnswer
	err := c.invoke(ctx, operation{
		name:   "List",
		method: http.MethodGet,
		url:    c.base + "/integrations?limit=" + strconv.Itoa(api.Rows),
		answer: &answer,
	})
	return answer.Result(err)
}

func (c *client) invoke(ctx context.Context, op operation) error {
	stack := middleware.NewStack(op.name, smithyhttp.NewStackRequest)
	for _, add := range []func(*middleware.Stack) error{
		op.addSerializer,
		op.addDeserializer,
		awsmiddleware.AddClientRequestIDMiddleware,
		awsmiddleware.AddRequestUserAgentMiddleware,
		c.addRetries,
		addAuthorization,
		awsmiddleware.AddRawResponseToMetadata,
		awsmiddleware.AddRecordResponseTiming,
	} {
		if err := add(stack); err != nil {
			return err
		}
	}
	handler := middleware.DecorateHandler(smithyhttp.NewClientHandlerWithOptions(c.http), stack)
	_, _, err := handler.Handle(ctx, op)
	return err
}

func (c *client) addRetries(stack *middleware.Stack) error {
	attempts := retry.NewAttemptMiddleware(c.retryer, smithyhttp.RequestCloner)
	return stack.Finalize.Add(attempts, middleware.After)
}

func addAuthorization(stack *middleware.Stack) error {
	tokens := bearer.StaticTokenProvider{Token: bearer.Token{Value: api.Token}}
	return bearer.AddAuthenticationMiddleware(stack, signer{}, tokens)
}

// A signer adds the token as smithy's own does, and allows HTTP, which loopback is reached by.
type signer struct{}

// SignWithBearerToken implements [bearer.Signer].
func (signer) SignWithBearerToken(_ context.Context, token bearer.Token, m bearer.Message) (bearer.Message, error) {
	req := m.(*smithyhttp.Request).Clone()
	req.Header.Set("Authorization", "Bearer "+token.Value)
	return req, nil
}
