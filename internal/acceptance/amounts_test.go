package acceptance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

func TestAmountsOfAnAnswer(t *testing.T) {
	t.Parallel()
	for member, want := range map[string]*spideriq.Amount{
		`500`:                 new(spideriq.Amount("500")),
		`500.00`:              new(spideriq.Amount("500.00")),
		`"500.00"`:            new(spideriq.Amount("500.00")),
		`5e2`:                 new(spideriq.Amount("5e2")),
		`0`:                   new(spideriq.Amount("0")),
		`0.30000000000000004`: new(spideriq.Amount("0.30000000000000004")),
		`"\u0031.5"`:          new(spideriq.Amount("1.5")),

		`null`: nil, `""`: nil, `"n/a"`: nil, `"1,000.00"`: nil, `true`: nil, `{}`: nil, `[500]`: nil,
		`1e999999999`: nil, `"1e999999999"`: nil, `1e20000000`: nil, strings.Repeat("9", 65): nil,
		strings.Repeat("9", 1<<20): nil,
	} {
		api := fakeapi.New(fakeapi.Respond(
			200,
			`{"success": true, "integration": {"id": 42, "spend_limit_amount": `+member+`, "key_label": "kept"}}`,
		))
		began := time.Now()
		got, err := newClient(t, api).Integrations.Update(t.Context(), 42, spideriq.UpdateParams{})
		require.NoError(t, err, "%.70s", member)
		assert.Equal(t, want, got.SpendLimitAmount, "%.70s", member)
		assert.Equal(t, "kept", got.KeyLabel)
		assert.Less(t, time.Since(began), 5*time.Second)
	}
}

// amountTexts are amounts in every form that a JSON number has.
var amountTexts = []string{
	"0", "-0", "0.0", "1", "-1", "10", "500", "500.0", "500.00", "1000.00", "0.1", "0.10", "-12.50", "0.000001",
	"1e2", "1E2", "1e+2", "1.5e-1", "1e0", "1e002", "0e100", "9007199254740993", "0.10000000000000000555",
	"1" + strings.Repeat("0", 63), "1e100", "1e-100", "1e" + strings.Repeat("0", 59) + "100",
}

func TestAmountsAreSentAsWritten(t *testing.T) {
	t.Parallel()
	for _, text := range amountTexts {
		api := fakeapi.New(fakeapi.Respond(200, successBody))
		_, err := newClient(t, api).Integrations.Update(
			t.Context(), 42, spideriq.UpdateParams{SpendLimitAmount: new(spideriq.Amount(text))},
		)
		require.NoError(t, err)
		assert.Equal(t, `{"spend_limit_amount":`+text+`}`, api.Requests()[0].Body)
	}
}
