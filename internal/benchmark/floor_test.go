package benchmark_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// A floor is what a careful engineer writes by hand in the place of this library,
// and what its cost is measured against: one shared client with a large enough
// pool, a bounded read, the status looked at. It does not retry, hides no secrets
// and has no typed errors.
type floor struct {
	hc          *http.Client
	base, token string
}

// newFloor sends with rt, or with a pool of its own when rt is nil.
func newFloor(base string, rt http.RoundTripper, timeout time.Duration) *floor {
	if rt == nil {
		pool := http.DefaultTransport.(*http.Transport).Clone()
		pool.MaxIdleConns, pool.MaxIdleConnsPerHost = 0, 1024
		rt = pool
	}
	return &floor{hc: &http.Client{Transport: rt, Timeout: timeout}, base: base, token: fakeToken}
}

type floorParams struct {
	KeyLabel         *string      `json:"key_label,omitempty"`
	IsActive         *bool        `json:"is_active,omitempty"`
	IsPrimary        *bool        `json:"is_primary,omitempty"`
	DailyLimit       *int         `json:"daily_limit,omitempty"`
	MinuteLimit      *int         `json:"minute_limit,omitempty"`
	SpendLimitAmount *json.Number `json:"spend_limit_amount,omitempty"`
	SpendLimitPeriod *string      `json:"spend_limit_period,omitempty"`
	SpendLimitAction *string      `json:"spend_limit_action,omitempty"`
}

type floorIntegration struct {
	ID                  int64             `json:"id"`
	ProviderName        string            `json:"provider_name"`
	ProviderLabel       string            `json:"provider_label"`
	KeyLabel            string            `json:"key_label"`
	IsActive            bool              `json:"is_active"`
	IsPrimary           bool              `json:"is_primary"`
	Priority            int               `json:"priority"`
	DailyLimit          *int              `json:"daily_limit"`
	DailyCount          int               `json:"daily_count"`
	MinuteLimit         *int              `json:"minute_limit"`
	MinuteCount         int               `json:"minute_count"`
	HealthStatus        string            `json:"health_status"`
	SpendLimitAmount    *json.Number      `json:"spend_limit_amount"`
	SpendLimitPeriod    string            `json:"spend_limit_period"`
	SpendLimitAction    string            `json:"spend_limit_action"`
	UpdatedAt           time.Time         `json:"updated_at"`
	ConsecutiveFailures *int              `json:"consecutive_failures"`
	LastUsedAt          *time.Time        `json:"last_used_at"`
	SpendLimitExceeded  *bool             `json:"spend_limit_exceeded"`
	CachedBalance       *json.Number      `json:"cached_balance"`
	CachedUsageToday    *json.Number      `json:"cached_usage_today"`
	CachedUsageMonth    *json.Number      `json:"cached_usage_month"`
	CachedCurrency      string            `json:"cached_currency"`
	BillingSyncedAt     *time.Time        `json:"billing_synced_at"`
	KeyPreview          map[string]string `json:"key_preview"`
	CreatedAt           *time.Time        `json:"created_at"`
}

func (f *floor) update(ctx context.Context, id int64, params floorParams) (*floorIntegration, error) {
	body, err := json.Marshal(params)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(
		ctx, http.MethodPatch, f.base+"/integrations/"+strconv.FormatInt(id, 10), bytes.NewReader(body),
	)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	var answer struct {
		Success     bool              `json:"success"`
		Integration *floorIntegration `json:"integration"`
	}
	err = f.send(req, &answer)
	return answer.Integration, err
}

func (f *floor) list(ctx context.Context, limit int) ([]*floorIntegration, error) {
	query := url.Values{"limit": {strconv.Itoa(limit)}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.base+"/integrations?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Success      bool                `json:"success"`
		Integrations []*floorIntegration `json:"integrations"`
	}
	err = f.send(req, &answer)
	return answer.Integrations, err
}

func (f *floor) send(req *http.Request, answer any) error {
	req.Header.Set("Authorization", "Bearer "+f.token)
	req.Header.Set("Accept", "application/json")
	resp, err := f.hc.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s", req.Method, req.URL.Path, resp.Status)
	}
	return json.Unmarshal(body, answer)
}
