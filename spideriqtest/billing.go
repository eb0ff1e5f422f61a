package spideriqtest

import (
	"encoding/json"
	"math/big"
	"net/http"
	"time"

	"github.com/spideriq/spideriq-go"
)

// syncBilling answers with the amounts that are cached already, because there is no
// provider to ask. An integration without any amount counts as one whose provider
// has no billing. Spend limits take effect with a sync, but their effect on an
// integration is not documented, so spend_limit_exceeded does not change.
func (s *Server) syncBilling(r Request) (answer, error) {
	if err := checkQuery(r, "provider_name"); err != nil {
		return answer{}, err
	}
	if len(r.Body) > 0 {
		return answer{}, notDocumented("a billing sync with a body")
	}
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	syncedAt := now()
	body := billingResponse{Success: true, Results: []billingRow{}}
	var balance, usage big.Rat
	for _, i := range s.pool.own() {
		if !matches(r.Query, "provider_name", i.ProviderName) {
			continue
		}
		i.BillingSyncedAt = &syncedAt
		s.pool.put(i, false) // which copies the time
		body.Results = append(body.Results, newBillingRow(i, syncedAt))
		body.Synced++
		addAmount(&balance, i.CachedBalance)
		addAmount(&usage, i.CachedUsageMonth)
	}
	body.TotalBalance = decimal(&balance)
	body.TotalUsageMonth = decimal(&usage)
	return answerJSON(http.StatusOK, body), nil
}

func newBillingRow(i spideriq.Integration, syncedAt time.Time) billingRow {
	row := billingRow{
		ID:           i.ID,
		ProviderName: i.ProviderName,
		Status:       "success",
		Balance:      number(i.CachedBalance),
		UsageToday:   number(i.CachedUsageToday),
		UsageMonth:   number(i.CachedUsageMonth),
		SyncedAt:     timestamp(&syncedAt),
	}
	if row.Balance == nil && row.UsageToday == nil && row.UsageMonth == nil {
		row.Note = new("The provider has no billing API")
	}
	return row
}

// addAmount adds a, which the pool has checked, to sum.
func addAmount(sum *big.Rat, a *spideriq.Amount) {
	if a == nil {
		return
	}
	value, ok := a.Rat()
	if ok {
		sum.Add(sum, value)
	}
}

// decimal writes a sum of decimals exactly, with at least the two digits of money.
func decimal(sum *big.Rat) json.Number {
	digits, _ := sum.FloatPrec()
	return json.Number(sum.FloatString(max(digits, 2)))
}
