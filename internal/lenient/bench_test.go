package lenient_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/internal/lenient"
)

// updateBody is the response to an update as the API documents it.
const updateBody = `{
  "success": true,
  "integration": {
    "id": 42,
    "provider_name": "openrouter",
    "provider_label": "OpenRouter",
    "key_label": "Production OpenRouter",
    "is_active": true,
    "is_primary": true,
    "priority": 10,
    "daily_limit": 20000,
    "daily_count": 1247,
    "minute_limit": 200,
    "minute_count": 3,
    "health_status": "healthy",
    "spend_limit_amount": 1000.00,
    "spend_limit_period": "monthly",
    "spend_limit_action": "block",
    "updated_at": "2026-02-26T15:30:00Z"
  }
}`

// listRow is one row of a list, with %d in the place of the id.
const listRow = `{"id":%d,"provider_name":"openrouter","provider_label":"OpenRouter",` +
	`"key_label":"Production OpenRouter","is_active":true,"is_primary":false,"priority":0,` +
	`"daily_limit":20000,"daily_count":1247,"minute_limit":200,"minute_count":3,` +
	`"health_status":"healthy","consecutive_failures":0,"last_used_at":"2026-02-26T15:29:41Z",` +
	`"spend_limit_amount":1000.00,"spend_limit_period":"monthly","spend_limit_action":"block",` +
	`"spend_limit_exceeded":false,"cached_balance":873.25,"cached_usage_today":4.12,` +
	`"cached_usage_month":126.75,"cached_currency":"USD","billing_synced_at":"2026-02-26T15:00:00Z",` +
	`"key_preview":{"api_key":"sk-o...123"},"created_at":"2026-01-04T09:12:00Z",` +
	`"updated_at":"2026-02-26T15:30:00Z"}`

// listBody returns a page of rows.
func listBody(rows int) string {
	page := make([]string, rows)
	for i := range page {
		page[i] = fmt.Sprintf(listRow, i+1)
	}
	return `{"success":true,"integrations":[` + strings.Join(page, ",") + "]}"
}

// The text of an update is decoded into values of one response, and so is a page.
func BenchmarkUnmarshal(b *testing.B) {
	decoders := []struct {
		name      string
		unmarshal func([]byte, any) error
	}{{"lenient", lenient.Unmarshal}, {"encodingjson", json.Unmarshal}}
	bodies := []struct{ name, body string }{{"update", updateBody}, {"list", listBody(100)}}
	for _, body := range bodies {
		for _, decoder := range decoders {
			b.Run(body.name+"/"+decoder.name, func(b *testing.B) {
				b.ReportAllocs()
				data := []byte(body.body)
				for b.Loop() {
					require.NoError(b, decoder.unmarshal(data, new(response)))
				}
			})
		}
	}
}
