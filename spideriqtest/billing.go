package spideriqtest

import (
	"encoding/json"
	"math/big"
	"net/http"
	"time"

	"github.com/spideriq/spideriq-go"
)

type billingSync struct {
	Success         bool         `json:"success"`
	Synced          int          `json:"synced"`
	Failed          int          `json:"failed"`
	Results         []billingRow `json:"results"`
	TotalBalance    json.Number  `json:"total_balance"`
	TotalUsageMonth json.Number  `json:"total_usage_month"`
}

type billingRow struct {
	ID           int64            `json:"id"`
	ProviderName string           `json:"provider_name"`
	Status       string           `json:"status"`
	Balance      *spideriq.Amount `json:"balance"`
	UsageToday   *spideriq.Amount `json:"usage_today"`
	UsageMonth   *spideriq.Amount `json:"usage_month"`
	SyncedAt     *string          `json:"synced_at"`
	Note         *string          `json:"note"`
	Error        *string          `json:"error"`
}

// syncBilling finds out what is cached already: the providers are not there. Keys
// without any amount count as those of a provider without billing. That spend
// limits take effect now is documented, but not what an integration shows of it,
// so spend_limit_exceeded stays as it is.
func (s *Server) syncBilling(r Request) answer {
	if no := checkQuery(r, "provider_name"); no != nil {
		return *no
	}
	if len(r.Body) > 0 {
		return notDocumented("a billing sync with a body")
	}
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	now := time.Now().UTC().Truncate(time.Second)
	sync := billingSync{Success: true, Results: []billingRow{}}
	var balance, usage big.Rat
	for _, i := range s.pool.own() {
		if !matches(r.Query, "provider_name", i.ProviderName) {
			continue
		}
		row := billingRow{
			ID:           i.ID,
			ProviderName: i.ProviderName,
			Status:       "success",
			Balance:      i.CachedBalance,
			UsageToday:   i.CachedUsageToday,
			UsageMonth:   i.CachedUsageMonth,
			SyncedAt:     timestamp(&now),
		}
		if row.Balance == nil && row.UsageToday == nil && row.UsageMonth == nil {
			row.Note = new("The provider has no billing API")
		}
		sync.Results = append(sync.Results, row)
		sync.Synced++
		add(&balance, row.Balance)
		add(&usage, row.UsageMonth)
		i.BillingSyncedAt = &now
		s.pool.put(i, false)
	}
	sync.TotalBalance, sync.TotalUsageMonth = decimal(&balance), decimal(&usage)
	return answerJSON(http.StatusOK, sync)
}

func add(sum *big.Rat, a *spideriq.Amount) {
	if a != nil {
		value, _ := a.Rat() // the pool holds valid amounts only
		sum.Add(sum, value)
	}
}

// decimal writes a sum of decimals exactly, with at least the two digits of money.
func decimal(sum *big.Rat) json.Number {
	digits, _ := sum.FloatPrec()
	return json.Number(sum.FloatString(max(digits, 2)))
}
