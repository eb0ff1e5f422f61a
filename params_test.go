package spideriq_test

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

// zeroPointer points to the zero value of what a nilable field points to, and says
// what that is on the wire. An amount has no zero but 0.
func zeroPointer(t *testing.T, f reflect.StructField) (reflect.Value, string) {
	t.Helper()
	require.Equal(t, reflect.Pointer, f.Type.Kind(), "%s can't be left out", f.Name)
	v := reflect.New(f.Type.Elem())
	if f.Type == reflect.TypeFor[*spideriq.Amount]() {
		v.Elem().SetString("0")
		return v, "0"
	}
	text, err := json.Marshal(v.Elem().Interface())
	require.NoError(t, err)
	return v, string(text)
}

func TestEveryUpdateParamReachesTheWireAlone(t *testing.T) {
	t.Parallel()
	for f := range reflect.TypeFor[spideriq.UpdateParams]().Fields() {
		var params spideriq.UpdateParams
		v, text := zeroPointer(t, f)
		reflect.ValueOf(&params).Elem().FieldByIndex(f.Index).Set(v)
		api := replying(answer(200, good))
		_, err := api.client(t).Integrations.Update(t.Context(), 42, params)
		require.NoError(t, err)
		assert.Equal(t, `{"`+snake(f.Name)+`":`+text+`}`, api.requests()[0].Body)
	}
}

func TestEveryCreateParamReachesTheWire(t *testing.T) {
	t.Parallel()
	required := `"provider_name":"groq","credentials":{"account_id":"a","api_key":"k"}`
	for f := range reflect.TypeFor[spideriq.CreateParams]().Fields() {
		params := spideriq.CreateParams{ProviderName: spideriq.ProviderGroq, Credentials: spideriq.Credentials{"api_key": "k", "account_id": "a"}}
		want := "{" + required + "}"
		if f.Name != "ProviderName" && f.Name != "Credentials" {
			v, text := zeroPointer(t, f)
			reflect.ValueOf(&params).Elem().FieldByIndex(f.Index).Set(v)
			want = "{" + required + `,"` + snake(f.Name) + `":` + text + "}"
		}
		api := replying(answer(201, good))
		_, err := api.client(t).Integrations.Create(t.Context(), params)
		require.NoError(t, err)
		assert.JSONEq(t, want, api.requests()[0].Body)
		assert.NotContains(t, api.requests()[0].Body, "null")
	}
}

func TestEveryQueryParamReachesTheWireAlone(t *testing.T) {
	t.Parallel()
	send := func(t *testing.T, params any) string {
		api := replying(answer(200, good))
		var err error
		switch p := params.(type) {
		case spideriq.ListParams:
			_, err = api.client(t).Integrations.List(t.Context(), p)
		case spideriq.SyncBillingParams:
			_, err = api.client(t).Integrations.SyncBilling(t.Context(), p)
		}
		require.NoError(t, err)
		_, query, _ := strings.Cut(api.requests()[0].URL, "?")
		return query
	}
	for _, params := range []any{spideriq.ListParams{}, spideriq.SyncBillingParams{}} {
		assert.Empty(t, send(t, params))
		for f := range reflect.TypeOf(params).Fields() {
			p := reflect.New(reflect.TypeOf(params)).Elem()
			var want string
			switch field := p.FieldByIndex(f.Index); field.Kind() {
			case reflect.String:
				field.SetString("a b&c")
				want = "a+b%26c"
			case reflect.Int:
				field.SetInt(7)
				want = "7"
			default:
				var v reflect.Value
				v, want = zeroPointer(t, f)
				field.Set(v)
			}
			assert.Equal(t, snake(f.Name)+"="+want, send(t, p.Interface()))
		}
	}
}

func TestUnknownEnumValuesAreSentAsTheyAre(t *testing.T) {
	t.Parallel()
	api := replying(answer(200, good))
	_, err := api.client(t).Integrations.Update(t.Context(), 42, spideriq.UpdateParams{SpendLimitPeriod: new(spideriq.SpendLimitPeriod("weekly")), SpendLimitAction: new(spideriq.SpendLimitAction(`"<&>`))})
	require.NoError(t, err)
	assert.JSONEq(t, `{"spend_limit_period": "weekly", "spend_limit_action": "\"<&>"}`, api.requests()[0].Body)
}

func TestIDsAreSentExactly(t *testing.T) {
	t.Parallel()
	for id, want := range map[int64]string{1: "/1", 1<<53 + 1: "/9007199254740993", math.MaxInt64: "/9223372036854775807"} {
		api := replying(answer(200, good))
		require.NoError(t, api.client(t).Integrations.Delete(t.Context(), id))
		assert.Equal(t, spideriq.DefaultBaseURL+"/integrations"+want, api.requests()[0].URL)
	}
}

func TestWrongArgumentsSendNothing(t *testing.T) {
	t.Parallel()
	api := replying(answer(200, good))
	s, ctx := api.client(t).Integrations, t.Context()
	update := func(id int64, params spideriq.UpdateParams, opts ...spideriq.RequestOption) error {
		_, err := s.Update(ctx, id, params, opts...)
		return err
	}
	create := func(params spideriq.CreateParams) error { _, err := s.Create(ctx, params); return err }
	list := func(params spideriq.ListParams) error { _, err := s.List(ctx, params); return err }
	with := func(option spideriq.RequestOption) error { return update(42, spideriq.UpdateParams{}, option) }
	bad := new(spideriq.Amount("12,50"))
	assertRefused(t, map[string]error{
		"id 0":                   update(0, spideriq.UpdateParams{}),
		"negative id":            update(math.MinInt64, spideriq.UpdateParams{}),
		"delete of id 0":         s.Delete(ctx, 0),
		"amount":                 update(42, spideriq.UpdateParams{SpendLimitAmount: bad}),
		"empty amount":           update(42, spideriq.UpdateParams{SpendLimitAmount: new(spideriq.Amount(""))}),
		"amount that is NaN":     update(42, spideriq.UpdateParams{SpendLimitAmount: new(spideriq.Amount("NaN"))}),
		"amount with a bomb":     update(42, spideriq.UpdateParams{SpendLimitAmount: new(spideriq.Amount("1e999999999"))}),
		"amount of a create":     create(spideriq.CreateParams{ProviderName: "groq", Credentials: fakeCredentials, SpendLimitAmount: bad}),
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
	assert.Empty(t, api.requests())
}

func TestWrongArgumentsOfDoSendNothing(t *testing.T) {
	t.Parallel()
	api := replying(answer(200, good))
	client, ctx := api.client(t), t.Context()
	assertRefused(t, map[string]error{
		"unknown method":          client.Do(ctx, "BREW", "/integrations", nil, nil),
		"method of lower case":    client.Do(ctx, "get", "/integrations", nil, nil),
		"method that echoes":      client.Do(ctx, "TRACE", "/integrations", nil, nil),
		"out that is no pointer":  client.Do(ctx, "GET", "/integrations", nil, struct{}{}),
		"out that is nil":         client.Do(ctx, "GET", "/integrations", nil, (*struct{})(nil)),
		"body that is NaN":        client.Do(ctx, "PATCH", "/integrations/42", map[string]float64{"spend_limit_amount": math.NaN()}, nil),
		"body that is infinite":   client.Do(ctx, "PATCH", "/integrations/42", math.Inf(1), nil),
		"body that has a channel": client.Do(ctx, "PATCH", "/integrations/42", make(chan int), nil),
		"body that is a reader":   client.Do(ctx, "PATCH", "/integrations/42", strings.NewReader("{}"), nil),
		"body that is nil":        client.Do(ctx, "PATCH", "/integrations/42", (*spideriq.UpdateParams)(nil), nil),
		"body with a bad amount":  client.Do(ctx, "PATCH", "/integrations/42", spideriq.UpdateParams{SpendLimitAmount: new(spideriq.Amount("12,50"))}, nil),
	})
	assert.Empty(t, api.requests())
}

func assertRefused(t *testing.T, errs map[string]error) {
	for name, err := range errs {
		t.Run(name, func(t *testing.T) {
			assertPlain(t, err)
			assert.NotContains(t, err.Error(), "\n")
			assert.Equal(t, 1, strings.Count(err.Error(), "spideriq: "), err)
		})
	}
}

type (
	endless struct{ Next *endless }
	ring    struct{ Half struct{ Other *ring } }
)

func TestQueryTakesTextsNumbersTimesListsAndStructs(t *testing.T) {
	t.Parallel()
	type inner struct {
		On bool `url:"on"`
	}
	api := replying(answer(200, good))
	require.NoError(t, api.client(t).Do(t.Context(), "GET", "/pools", nil, nil, spideriq.WithQuery(&struct {
		Text   *string    `url:"text"`
		Number float64    `url:"number"`
		Small  int8       `url:"small"`
		At     time.Time  `url:"at"`
		Sizes  *[]float32 `url:"sizes,comma"`
		Deep   *inner     `url:"deep"`
		Own    inner      `url:"own"`
		inner
		Left map[string]string `url:"-"`
		_    chan int
	}{Text: new("a"), Number: 1.5, Small: -1, At: time.Date(2026, 2, 26, 15, 30, 0, 0, time.UTC), Sizes: &[]float32{1, 2}, Deep: &inner{true}})))
	u, err := url.Parse(api.requests()[0].URL)
	require.NoError(t, err)
	assert.Equal(t, url.Values{"text": {"a"}, "number": {"1.5"}, "small": {"-1"}, "at": {"2026-02-26T15:30:00Z"}, "sizes": {"1,2"},
		"deep[on]": {"true"}, "own[on]": {"false"}, "on": {"false"}}, u.Query())
}

// An option holds what it was given when it was made, and serves many calls at a time.
func TestOptionsAreNotChangedByCalls(t *testing.T) {
	t.Parallel()
	type query struct {
		Tags []string `url:"tag"`
	}
	params := &query{[]string{"a&b=c", "d"}}
	opts := []spideriq.RequestOption{spideriq.WithQuery(params), spideriq.WithQuery(struct {
		Page int `url:"page"`
	}{2}), spideriq.WithHeader("X-A", "b c\td")}
	params.Tags[0] = "late"
	setUp := []spideriq.Option{spideriq.WithBaseURL("https://api.example/v1"), spideriq.WithUserAgent("tool/1")}
	var all sync.WaitGroup
	for range 2 {
		api := replying(func(req *http.Request) (*http.Response, error) {
			req.URL.Path, req.URL.RawQuery = "/elsewhere", ""
			for _, values := range req.Header {
				values[0] = "changed"
			}
			return answer(200, good)(req)
		})
		client := api.client(t, setUp...)
		for range 4 {
			all.Go(func() { assert.NoError(t, update(t.Context(), client, opts...)) })
		}
		t.Cleanup(func() {
			assert.Len(t, api.requests(), 4)
			for _, sent := range api.requests() {
				assert.Equal(t, "https://api.example/v1/integrations/42?page=2&tag=a%26b%3Dc&tag=d", sent.URL)
				assert.Equal(t, "tool/1 spideriq-go/"+spideriq.Version, sent.Header.Get("User-Agent"))
				assert.Equal(t, "b c\td", sent.Header.Get("X-A"))
			}
		})
	}
	all.Wait()
}

func TestDoSendsBodyHeaderAndQuery(t *testing.T) {
	t.Parallel()
	api := replying(answer(200, `{"n": 9007199254740993}`))
	var out any
	err := api.client(t).Do(t.Context(), "PUT", "/pools/7", map[string]any{"amount": json.Number("1.50"), "on": false}, &out,
		spideriq.WithHeader("x-trace", "abc"), spideriq.WithHeader("X~!", "def"), spideriq.WithQuery(struct {
			Page int      `url:"page"`
			Tags []string `url:"tag"`
		}{2, []string{"a b", "c"}}), spideriq.WithQuery(struct {
			Page int `url:"page"`
		}{3}))
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"n": json.Number("9007199254740993")}, out)
	sent := api.requests()[0]
	assert.Equal(t, "PUT", sent.Method)
	assert.JSONEq(t, `{"amount": 1.50, "on": false}`, sent.Body)
	assert.Equal(t, "abc", sent.Header.Get("X-Trace"))
	assert.Equal(t, "def", sent.Header.Get("X~!"))
	u, err := url.Parse(sent.URL)
	require.NoError(t, err)
	assert.Equal(t, "/api/v1/pools/7", u.Path)
	assert.Equal(t, url.Values{"page": {"3"}, "tag": {"a b", "c"}}, u.Query())
}

func TestDoSendsCreateParamsAsCreateDoes(t *testing.T) {
	t.Parallel()
	params := spideriq.CreateParams{ProviderName: spideriq.ProviderGroq, Credentials: fakeCredentials}
	api := replying(answer(201, good))
	client := api.client(t)
	require.NoError(t, create(t.Context(), client))
	require.NoError(t, client.Do(t.Context(), "POST", "/integrations", params, nil))
	require.NoError(t, client.Do(t.Context(), "POST", "/integrations", &params, nil))
	sent := api.requests()
	assert.Equal(t, sent[0].Body, sent[1].Body)
	assert.Equal(t, sent[0].Body, sent[2].Body)
}
