package spideriq_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/spideriq/spideriq-go"
)

// calls are what is measured: of this library, and of its floor.
type calls interface {
	updateLimits(context.Context) error
	listPage(context.Context) error
}

var (
	errWrongAnswer = errors.New("not the answer that was sent")

	_ calls = ours{}
	_ calls = (*floor)(nil)
)

type ours struct{ *spideriq.Client }

func newOurs(tb testing.TB, opts ...spideriq.Option) ours {
	return ours{newClient(tb, nil, opts...)}
}

func (o ours) updateLimits(ctx context.Context) error {
	updated, err := o.Integrations.Update(ctx, 42, spideriq.UpdateParams{DailyLimit: new(20000), MinuteLimit: new(200)})
	if err == nil && *updated.DailyLimit != 20000 {
		err = errWrongAnswer
	}
	return err
}

func (o ours) listPage(ctx context.Context) error {
	rows, err := o.Integrations.List(ctx, spideriq.ListParams{Limit: 100})
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

// A stub answers every request with 200 and itself, without a network.
type stub string

func (s stub) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return nil, err
		}
		req.Body.Close()
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{"Content-Type": {"application/json"}},
		ContentLength: int64(len(s)), Body: io.NopCloser(strings.NewReader(string(s))), Request: req,
	}, nil
}

// updateAnswer is the one that the API's documentation shows.
var updateAnswer = func() string {
	resp, _ := recorded("update-200")(new(http.Request))
	body, _ := io.ReadAll(resp.Body)
	return string(body)
}()

// listAnswer is a full page.
var listAnswer = func() string {
	var page bytes.Buffer
	for id := range 100 {
		fmt.Fprintf(&page, `,{"id":%d,"provider_name":"openrouter","provider_label":"OpenRouter","key_label":"Production OpenRouter",`+
			`"is_active":true,"is_primary":false,"priority":0,"daily_limit":20000,"daily_count":1247,"minute_limit":200,"minute_count":3,`+
			`"health_status":"healthy","consecutive_failures":0,"last_used_at":"2026-02-26T15:29:41Z","spend_limit_amount":1000.00,`+
			`"spend_limit_period":"monthly","spend_limit_action":"block","spend_limit_exceeded":false,"cached_balance":873.25,`+
			`"cached_usage_today":4.12,"cached_usage_month":126.75,"cached_currency":"USD","billing_synced_at":"2026-02-26T15:00:00Z",`+
			`"key_preview":{"api_key":"sk-o...123"},"created_at":"2026-01-04T09:12:00Z","updated_at":"2026-02-26T15:30:00Z"}`, id+1)
	}
	return `{"success":true,"integrations":[` + page.String()[1:] + "]}"
}()
