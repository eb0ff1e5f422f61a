package stub

import (
	"fmt"
	"strings"
)

// UpdateAnswer is the response to an update that the API's documentation shows.
const UpdateAnswer = `{
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
}
`

// ListAnswer is a full page of a list.
var ListAnswer = func() string {
	var rows []string
	for id := range 100 {
		rows = append(rows, fmt.Sprintf(rowFormat, id+1))
	}
	return `{"success":true,"integrations":[` + strings.Join(rows, ",") + "]}"
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
