package acceptance_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

func TestWrongArgumentsSendNothing(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	s, ctx := newClient(t, api).Integrations, t.Context()
	update := func(id int64, params spideriq.UpdateParams, opts ...spideriq.RequestOption) error {
		_, err := s.Update(ctx, id, params, opts...)
		return err
	}
	create := func(params spideriq.CreateParams) error { _, err := s.Create(ctx, params); return err }
	list := func(params spideriq.ListParams) error { _, err := s.List(ctx, params); return err }
	with := func(option spideriq.RequestOption) error { return update(42, spideriq.UpdateParams{}, option) }
	bad := new(spideriq.Amount("12,50"))
	assertRefused(t, map[string]error{
		"id 0":               update(0, spideriq.UpdateParams{}),
		"negative id":        update(math.MinInt64, spideriq.UpdateParams{}),
		"delete of id 0":     s.Delete(ctx, 0),
		"amount":             update(42, spideriq.UpdateParams{SpendLimitAmount: bad}),
		"empty amount":       update(42, spideriq.UpdateParams{SpendLimitAmount: new(spideriq.Amount(""))}),
		"amount that is NaN": update(42, spideriq.UpdateParams{SpendLimitAmount: new(spideriq.Amount("NaN"))}),
		"amount with a bomb": update(
			42, spideriq.UpdateParams{SpendLimitAmount: new(spideriq.Amount("1e999999999"))},
		),
		"amount of a create": create(spideriq.CreateParams{
			ProviderName:     "groq",
			Credentials:      fakeCredentials,
			SpendLimitAmount: bad,
		}),
		"no provider":            create(spideriq.CreateParams{Credentials: fakeCredentials}),
		"no credentials":         create(spideriq.CreateParams{ProviderName: "groq"}),
		"negative limit":         list(spideriq.ListParams{Limit: -1}),
		"negative offset":        list(spideriq.ListParams{Offset: -1}),
		"0 attempts":             with(spideriq.WithMaxAttempts(0)),
		"negative attempts":      with(spideriq.WithMaxAttempts(-1)),
		"header of the client":   with(spideriq.WithHeader("authorization", "x")),
		"header without a name":  with(spideriq.WithHeader("", "x")),
		"header with a bad name": with(spideriq.WithHeader("a b", "x")),
		"header of two lines":    with(spideriq.WithHeader("X-A", "b\r\nX-C: d")),
		"host header":            with(spideriq.WithHeader("Host", "evil.example")),
		"length header":          with(spideriq.WithHeader("content-length", "1")),
		"query without a struct": with(spideriq.WithQuery(map[string]string{"a": "b"})),
		"nil query":              with(spideriq.WithQuery(nil)),
		"format query": with(spideriq.WithQuery(struct {
			F string `url:"format"`
		}{"yaml"})),
		"query with a map inside": with(spideriq.WithQuery(struct{ F struct{ G map[string]int } }{})),
		"query without an end":    with(spideriq.WithQuery(endless{})),
		"query in a ring":         with(spideriq.WithQuery(ring{})),
		"query with structs":      with(spideriq.WithQuery(struct{ F []struct{ N int } }{})),
		"query with a map":        with(spideriq.WithQuery(struct{ _, F map[string]string }{})),
	})
	assert.Empty(t, api.Requests())
}

func TestWrongArgumentsOfDoSendNothing(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	client, ctx := newClient(t, api), t.Context()
	assertRefused(t, map[string]error{
		"unknown method":         client.Do(ctx, "BREW", "/integrations", nil, nil),
		"method of lower case":   client.Do(ctx, "get", "/integrations", nil, nil),
		"method that echoes":     client.Do(ctx, "TRACE", "/integrations", nil, nil),
		"out that is no pointer": client.Do(ctx, "GET", "/integrations", nil, struct{}{}),
		"out that is nil":        client.Do(ctx, "GET", "/integrations", nil, (*struct{})(nil)),
		"body that is NaN": client.Do(
			ctx, "PATCH", "/integrations/42", map[string]float64{"spend_limit_amount": math.NaN()}, nil,
		),
		"body that is infinite":   client.Do(ctx, "PATCH", "/integrations/42", math.Inf(1), nil),
		"body that has a channel": client.Do(ctx, "PATCH", "/integrations/42", make(chan int), nil),
		"body that is a reader":   client.Do(ctx, "PATCH", "/integrations/42", strings.NewReader("{}"), nil),
		"body that is nil":        client.Do(ctx, "PATCH", "/integrations/42", (*spideriq.UpdateParams)(nil), nil),
		"body with a bad amount": client.Do(
			ctx, "PATCH", "/integrations/42",
			spideriq.UpdateParams{SpendLimitAmount: new(spideriq.Amount("12,50"))}, nil,
		),
	})
	assert.Empty(t, api.Requests())
}

func assertRefused(t *testing.T, errs map[string]error) {
	for name, err := range errs {
		t.Run(name, func(t *testing.T) {
			assertArgumentError(t, err)
			assert.NotContains(t, err.Error(), "\n")
			assert.Equal(t, 1, strings.Count(err.Error(), "spideriq: "), err)
		})
	}
}
