package main

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

func TestColumnsAreTheSettingsOfAnUpdate(t *testing.T) {
	t.Parallel()
	var settings, names []string
	for field := range reflect.TypeFor[spideriq.UpdateParams]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		settings = append(settings, name)
	}
	for _, c := range columns {
		names = append(names, c.name)
	}
	assert.Equal(t, settings, names)
}

func TestReadRows(t *testing.T) {
	t.Parallel()
	rows, err := readRows(writeFile(t, "a.csv", "\uFEFFminute_limit,id,is_active,daily_limit,"+
		"spend_limit_amount,key_label,spend_limit_period,spend_limit_action,is_primary\n"+`0,7,false,,,,,,
, 8 ,TRUE, 20000 ,1000.00,"two
lines, a comma",daily,block,0

,9,,,,,,,
`))
	require.NoError(t, err)
	type read struct {
		line     int
		id       int64
		settings string
	}
	var got []read
	for _, r := range rows {
		got = append(got, read{r.line, r.id, r.settings})
	}
	assert.Equal(t, []read{
		{2, 7, `{"is_active":false,"minute_limit":0}`},
		{3, 8, `{"key_label":"two\nlines, a comma","is_active":true,"is_primary":false,"daily_limit":20000,` +
			`"spend_limit_amount":1000.00,"spend_limit_period":"daily","spend_limit_action":"block"}`},
		{6, 9, `{}`},
	}, got)
}

func TestMistakesAreToldWithLineAndColumn(t *testing.T) {
	t.Parallel()
	const notWhole = `2:3: daily_limit: "x" is not a whole number`
	for name, c := range map[string]struct{ content, want string }{
		"empty file":     {"", "1:1: the header is missing"},
		"no id":          {"daily_limit\n5\n", "1:1: there is no column id"},
		"unknown column": {"id,provider_name\n", `1:4: unknown column "provider_name"`},
		"semicolons":     {"id;daily_limit\n", "1:1: unknown column \"id;daily_limit\"\n1:1: there is no column id"},
		"column twice":   {"id,daily_limit,daily_limit\n", `1:16: column "daily_limit" is there twice`},
		"id twice":       {"id,id\n", `1:4: column "id" is there twice`},
		"missing id":     {"daily_limit,id\n5,\n", "2:3: the id is missing"},
		"id is a word":   {"id,daily_limit\nx,5\n", `2:1: id: "x" is not a whole number from 1 on`},
		"id zero":        {"id,daily_limit\n0,5\n", `2:1: id: "0" is not a whole number from 1 on`},
		"duplicate id":   {"id,daily_limit\n7,5\n8,5\n7,6\n", "4:1: id 7 is on line 2 already"},
		"number":         {"id,daily_limit\n7,5k\n", `2:3: daily_limit: "5k" is not a whole number`},
		"boolean":        {"id,is_active\n7,off\n", `2:3: is_active: "off" is neither true nor false`},
		"amount":         {"id,spend_limit_amount\n7,$5\n", `2:3: spend_limit_amount: "$5" is not a decimal number`},
		"amount too long": {"id,spend_limit_amount\n7,1e999999999\n",
			"2:3: spend_limit_amount: amount has an exponent beyond 100"},
		"too few fields":    {"id,daily_limit,minute_limit\n7,5\n", "2:3: 2 fields where the header has 3"},
		"too many fields":   {"id,daily_limit\n7,5,6,7\n", "2:5: 4 fields where the header has 2"},
		"stray quote":       {"id,key_label\n7,a\"b\n", "2:4: …"},
		"quote without end": {"id,daily_limit,key_label\n6,x,\n7,5,\"a\n", notWhole + "\n3:…"},
		"all mistakes": {"id,daily_limit\n,x\n7,y\n", "2:1: the id is missing\n" +
			"2:2: daily_limit: \"x\" is not a whole number\n3:3: daily_limit: \"y\" is not a whole number"},
		"too many to be all": {"id,daily_limit\n" + strings.Repeat("x,5\n", 22), wrongIDs(20) + "and 2 more"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := writeFile(t, "a.csv", c.content)
			_, err := readRows(file)
			require.Error(t, err)
			got := strings.ReplaceAll(err.Error(), file+":", "")
			if want, ok := strings.CutSuffix(c.want, "…"); ok { // encoding/csv goes on in its own words
				assert.True(t, strings.HasPrefix(got, want), got)
				return
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// wrongIDs is what is said of an "x" on each of n lines.
func wrongIDs(n int) string {
	var all strings.Builder
	for i := range n {
		fmt.Fprintf(&all, "%d:1: id: \"x\" is not a whole number from 1 on\n", i+2)
	}
	return all.String()
}
