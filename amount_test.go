package spideriq_test

import (
	"cmp"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

var goodAmounts = map[string]string{ // to its value as big.Rat writes it
	"0": "0", "-0": "0", "0.0": "0", "1": "1", "-1": "-1", "10": "10", "500": "500", "500.0": "500", "500.00": "500",
	"1000.00": "1000",
	"0.1":     "1/10", "0.10": "1/10", "-12.50": "-25/2", "0.000001": "1/1000000", "1e2": "100", "1E2": "100",
	"1e+2": "100", "1.5e-1": "3/20", "1e0": "1", "1e002": "100", "0e100": "0",
	"9007199254740993":                     "9007199254740993",
	"0.10000000000000000555":               "2000000000000000111/20000000000000000000",
	"1" + strings.Repeat("0", 63):          "1" + strings.Repeat("0", 63),
	"1e100":                                "1" + strings.Repeat("0", 100),
	"1e-100":                               "1/1" + strings.Repeat("0", 100),
	"1e" + strings.Repeat("0", 59) + "100": "1" + strings.Repeat("0", 100),
}

var badAmounts = []string{
	"", " ", "-", "+1", ".5", "5.", "-.5", "01", "00", "-01", "1.2.3", "1,000", "1_000", "0x10", "1e", "1e+", "1e1.5",
	"e5", "--1", " 1", "1 ", "1\n", "\uFEFF1", "1\x00",
	"NaN", "Infinity", "-Inf", "null", "true", `"1"`, "1/2", "$1", "1 USD", "١", "１", "one",
	"1e101", "1e-101", "1E+0101", "1e999999999", "-1e999999999", "1e-999999999", "1e20000000", "1e9223372036854775808",
	"1e-9223372036854775808", "1e9223372036854775807", "0e999999999",
	"1" + strings.Repeat("0", 64), "0." + strings.Repeat("1", 63), strings.Repeat("9", 1<<20),
	"1e" + strings.Repeat("9", 1<<20),
}

func TestAmountKeepsItsTextAndItsValue(t *testing.T) {
	t.Parallel()
	for text, want := range goodAmounts {
		a, err := spideriq.ParseAmount(text)
		require.NoError(t, err, text)
		assert.Equal(t, text, a.String())
		rat, ok := a.Rat()
		require.True(t, ok, text)
		assert.Equal(t, want, rat.RatString(), text)

		wire, err := json.Marshal(map[string]any{"value": a, "pointer": &a})
		require.NoError(t, err)
		assert.Equal(t, `{"pointer":`+text+`,"value":`+text+`}`, string(wire))
		for _, form := range []string{text, `"` + text + `"`, ` "` + text + "\"\n"} {
			var back spideriq.Amount
			require.NoError(t, json.Unmarshal([]byte(form), &back), form)
			assert.Equal(t, a, back)
		}
	}
}

func TestWhatIsNoAmountIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range badAmounts {
		a, err := spideriq.ParseAmount(text)
		assert.Error(t, err, "%.70q", text)
		assert.Empty(t, a)
		if err != nil {
			assert.Less(t, len(err.Error()), 400)
		}
		rat, ok := spideriq.Amount(text).Rat()
		assert.False(t, ok, "%.70q", text)
		assert.Nil(t, rat)
		_, err = json.Marshal(spideriq.Amount(text))
		assert.Error(t, err, "%.70q", text)

		quoted, err := json.Marshal(text)
		require.NoError(t, err)
		kept := spideriq.Amount("1.00")
		assert.Error(t, json.Unmarshal(quoted, &kept), "%.70q", text)
		assert.Equal(t, spideriq.Amount("1.00"), kept)
	}
	kept := spideriq.Amount("1.00")
	for _, form := range []string{`{}`, `[1]`, `true`, `[]`} {
		assert.Error(t, json.Unmarshal([]byte(form), &kept), form)
	}
	require.NoError(t, json.Unmarshal([]byte(`null`), &kept))
	assert.Equal(t, spideriq.Amount("1.00"), kept)
}

func TestAmountsCompareByValue(t *testing.T) {
	t.Parallel()
	ascending := [][]spideriq.Amount{
		{"", "NaN", "1e999999999", "12,50"}, {"-1e100"}, {"-0.10", "-1e-1"}, {"0", "-0.00", "0e50"},
		{"1e-100"}, {"0.10", "0.1"}, {"499.99999999999999999999"}, {"500", "500.0", "500.00", "5e2"}, {"1e100"},
	}
	for i, equals := range ascending {
		for j, others := range ascending {
			for _, a := range equals {
				for _, b := range others {
					assert.Equal(t, cmp.Compare(i, j), a.Cmp(b), "%s to %s", a, b)
				}
			}
		}
	}
}

// Computing a value of a million digits takes seconds, and refusing it less than a
// microsecond. The bound of this test lies far from both.
func TestExponentBombsAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	const times = 1000
	began := time.Now()
	for range times {
		for _, bomb := range []spideriq.Amount{
			"1e999999999", "1e20000000", "-1e-20000000", "1e2000000", `1e0000000000000000000002000000`,
		} {
			_, err := spideriq.ParseAmount(string(bomb))
			_, ok := bomb.Rat()
			if err == nil || ok || bomb.Cmp("1") != -1 || bomb.String() == "" {
				t.Fatalf("%s was taken", bomb)
			}
		}
	}
	assert.Less(t, time.Since(began), 5*time.Second)
}

// FuzzAmount compares what is taken for an amount with JSON's grammar of numbers,
// and its value with what survives the way over the wire.
func FuzzAmount(f *testing.F) {
	for text := range goodAmounts {
		f.Add(text)
	}
	for _, text := range badAmounts {
		if len(text) < 100 {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		isAmount := isAmountText(text)
		amount, err := spideriq.ParseAmount(text)
		if isAmount != (err == nil) {
			t.Fatalf("%q: %v", text, err)
		}
		_, hasValue := spideriq.Amount(text).Rat()
		wire, err := json.Marshal(spideriq.Amount(text))
		if hasValue != isAmount || (err == nil) != isAmount {
			t.Fatalf("%q has a value: %t; on the wire: %s %v", text, hasValue, wire, err)
		}
		if !isAmount {
			assert.Equal(t, -1, spideriq.Amount(text).Cmp("0"))
			return
		}
		assert.Equal(t, text, string(wire))
		requireAmountIsConsistent(t, amount)
	})
}

var jsonNumber = regexp.MustCompile(`\A-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?([0-9]+))?\z`)

// isAmountText reports whether text is a JSON number of at most 64 bytes with an
// exponent within 100.
func isAmountText(text string) bool {
	parts := jsonNumber.FindStringSubmatch(text)
	if parts == nil || len(text) > 64 {
		return false
	}
	if parts[4] == "" {
		return true
	}
	exponent, err := strconv.Atoi(parts[4])
	return err == nil && exponent <= 100
}

// requireAmountIsConsistent checks the order and both wire forms of an amount.
func requireAmountIsConsistent(t *testing.T, amount spideriq.Amount) {
	t.Helper()
	rat, ok := amount.Rat()
	require.True(t, ok)
	assert.Zero(t, amount.Cmp(amount))
	assert.Equal(t, rat.Sign(), amount.Cmp("0"))
	for _, form := range []string{string(amount), strconv.Quote(string(amount))} {
		var read spideriq.Amount
		require.NoError(t, json.Unmarshal([]byte(form), &read))
		assert.Equal(t, amount, read)
	}
}
