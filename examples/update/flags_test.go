package main

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go"
)

func TestOnlyGivenSettingsAreSent(t *testing.T) {
	t.Parallel()
	all := []string{
		"-key-label", "k", "-is-active", "false", "-is-primary", "true", "-daily-limit", "1", "-minute-limit", "2",
		"-spend-limit-amount", "3", "-spend-limit-period", "monthly", "-spend-limit-action", "block",
	}
	for name, c := range map[string]struct {
		args []string
		body string
	}{
		"false":             {[]string{"-is-active=false"}, `{"is_active":false}`},
		"false, in a word":  {[]string{"-is-active", "false"}, `{"is_active":false}`},
		"zero":              {[]string{"-daily-limit", "0"}, `{"daily_limit":0}`},
		"an empty label":    {[]string{"-key-label", ""}, `{"key_label":""}`},
		"digits of amounts": {[]string{"-spend-limit-amount", "1000.00"}, `{"spend_limit_amount":1000.00}`},
		"all": {all, `{"key_label":"k","is_active":false,"is_primary":true,"daily_limit":1,"minute_limit":2,` +
			`"spend_limit_amount":3,"spend_limit_period":"monthly","spend_limit_action":"block"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, _ := demo(t, append([]string{"-id", "42"}, c.args...)...)
			assert.Equal(t, exitDone, code)
			assert.Equal(t, c.body, strings.Split(stdout, "\n")[1])
		})
	}
}

func TestEverySettingHasAFlag(t *testing.T) {
	t.Parallel()
	flags := newFlags(new(order))
	for field := range reflect.TypeFor[spideriq.UpdateParams]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		assert.NotNil(t, flags.Lookup(strings.ReplaceAll(name, "_", "-")), field.Name)
	}
}

func TestWrongFlagIsOneLineWithItsName(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args  []string
		names string
	}{
		"unknown flag":    {[]string{"-id", "42", "-provider-name", "groq"}, "-provider-name"},
		"argument":        {[]string{"-id", "42", "-daily-limit", "5", "now"}, `"now"`},
		"no id":           {[]string{"-daily-limit", "5"}, "-id"},
		"no setting":      {[]string{"-id", "42"}, "no setting"},
		"id of a word":    {[]string{"-id", "x", "-daily-limit", "5"}, "-id"},
		"id of zero":      {[]string{"-id", "0", "-daily-limit", "5"}, "-id"},
		"no value":        {[]string{"-id", "42", "-daily-limit"}, "-daily-limit"},
		"number":          {[]string{"-id", "42", "-daily-limit", "5k"}, "-daily-limit"},
		"minute number":   {[]string{"-id", "42", "-minute-limit", ""}, "-minute-limit"},
		"active":          {[]string{"-id", "42", "-is-active", "off"}, "-is-active"},
		"primary":         {[]string{"-id", "42", "-is-primary", "-json"}, "-is-primary"},
		"amount":          {[]string{"-id", "42", "-spend-limit-amount", "$5"}, "-spend-limit-amount"},
		"line break":      {[]string{"-id", "42", "-daily\nlimit", "5"}, "-daily limit"},
		"label not UTF-8": {[]string{"-id", "42", "-key-label", "\xff"}, "-key-label"},
		"word not UTF-8":  {[]string{"-id", "42", "-spend-limit-action", "\xff"}, "-spend-limit-action"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := demo(t, c.args...)
			assert.Equal(t, exitUsage, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, c.names)
			assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		})
	}
}

func TestHelpListsFlagsAndExitCodes(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := demo(t, "-h")
	assert.Equal(t, exitDone, code)
	assert.Empty(t, stderr)
	for _, part := range []string{"-spend-limit-amount dollars", "SPIDERIQ_TOKEN", "-demo", "130  interrupted"} {
		assert.Contains(t, stdout, part)
	}
}
