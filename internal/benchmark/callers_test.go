package benchmark_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// A caller makes the calls that are measured: the library, or the floor.
type caller interface {
	updateLimits(context.Context) error
	listPage(context.Context) error
}

var (
	errWrongAnswer = errors.New("not the answer that was sent")

	_ caller = library{}
	_ caller = (*floor)(nil)
)

// fakeToken is no real token.
const fakeToken = "client_51f0aa:key_9c27d03e:secret_55ab8114"

// A library makes the calls with this module's client.
type library struct{ *spideriq.Client }

func newLibrary(tb testing.TB, opts ...spideriq.Option) library {
	tb.Helper()
	client, err := spideriq.NewClient(fakeToken, opts...)
	require.NoError(tb, err)
	return library{client}
}

func (l library) updateLimits(ctx context.Context) error {
	updated, err := l.Integrations.Update(ctx, 42, spideriq.UpdateParams{DailyLimit: new(20000), MinuteLimit: new(200)})
	if err == nil && *updated.DailyLimit != 20000 {
		err = errWrongAnswer
	}
	return err
}

func (l library) listPage(ctx context.Context) error {
	rows, err := l.Integrations.List(ctx, spideriq.ListParams{Limit: 100})
	if err == nil && len(rows) != 100 {
		err = errWrongAnswer
	}
	return err
}

func (f *floor) updateLimits(ctx context.Context) error {
	updated, err := f.update(ctx, 42, floorParams{DailyLimit: new(20000), MinuteLimit: new(200)})
	if err == nil && *updated.DailyLimit != 20000 {
		err = errWrongAnswer
	}
	return err
}

func (f *floor) listPage(ctx context.Context) error {
	rows, err := f.list(ctx, 100)
	if err == nil && len(rows) != 100 {
		err = errWrongAnswer
	}
	return err
}

// A fixedAnswer answers every request with 200 and its own text, without a network.
type fixedAnswer string

func (s fixedAnswer) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return nil, err
		}
		_ = req.Body.Close()
	}
	return &http.Response{
		Status:        "200 OK",
		StatusCode:    http.StatusOK,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        http.Header{"Content-Type": {"application/json"}},
		ContentLength: int64(len(s)),
		Body:          io.NopCloser(strings.NewReader(string(s))),
		Request:       req,
	}, nil
}

// updateAnswer is the response to an update that the API's documentation shows.
var updateAnswer = func() string {
	resp, _ := fakeapi.Recorded("update-200")(new(http.Request))
	body, _ := io.ReadAll(resp.Body)
	return string(body)
}()

// rowFormat is a row of a list, with a verb for its id.
const rowFormat = `{"id":%d,"provider_name":"openrouter","provider_label":"OpenRouter",` +
	`"key_label":"Production OpenRouter","is_active":true,"is_primary":false,"priority":0,` +
	`"daily_limit":20000,"daily_count":1247,"minute_limit":200,"minute_count":3,` +
	`"health_status":"healthy","consecutive_failures":0,"last_used_at":"2026-02-26T15:29:41Z",` +
	`"spend_limit_amount":1000.00,"spend_limit_period":"monthly","spend_limit_action":"block",` +
	`"spend_limit_exceeded":false,"cached_balance":873.25,"cached_usage_today":4.12,` +
	`"cached_usage_month":126.75,"cached_currency":"USD","billing_synced_at":"2026-02-26T15:00:00Z",` +
	`"key_preview":{"api_key":"sk-o...123"},"created_at":"2026-01-04T09:12:00Z",` +
	`"updated_at":"2026-02-26T15:30:00Z"}`

// listAnswer is a full page of a list: 100 rows.
var listAnswer = func() string {
	var rows []string
	for id := range 100 {
		rows = append(rows, fmt.Sprintf(rowFormat, id+1))
	}
	return `{"success":true,"integrations":[` + strings.Join(rows, ",") + "]}"
}()
