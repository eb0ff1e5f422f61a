package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWrongFlagsArgumentsAndVariables(t *testing.T) {
	t.Parallel()
	const secret = "hunter2hunter2"
	for name, c := range map[string]struct {
		args  string
		env   map[string]string
		names string
	}{
		"unknown flag":      {args: "-machines 2 -daily-limit 5 -speed 9 42", names: "-speed"},
		"machines missing":  {args: "-daily-limit 5 42", names: "-machines"},
		"no machine":        {args: "-machines 0 -daily-limit 5 42", names: "-machines"},
		"limit missing":     {args: "-machines 2 42", names: "-daily-limit"},
		"limit no number":   {args: "-machines 2 -daily-limit many 42", names: "-daily-limit"},
		"rate":              {args: "-machines 2 -daily-limit 5 -rate 0 42", names: "-rate"},
		"burst":             {args: "-machines 2 -daily-limit 5 -burst -1 42", names: "-burst"},
		"key":               {args: "-machines 2 -daily-limit 5 -key= 42", names: "-key"},
		"no id":             {args: "-machines 2 -daily-limit 5", names: "ids"},
		"id no number":      {args: "-machines 2 -daily-limit 5 42 x", names: `"x"`},
		"id too small":      {args: "-machines 2 -daily-limit 5 0", names: `"0"`},
		"no token":          {args: "-machines 2 -daily-limit 5 42", names: "SPIDERIQ_TOKEN"},
		"token with prefix": {args: "-machines 2 -daily-limit 5 42", env: map[string]string{"SPIDERIQ_TOKEN": "Bearer " + secret}, names: "SPIDERIQ_TOKEN"},
		"API URL":           {args: "-machines 2 -daily-limit 5 42", env: map[string]string{"SPIDERIQ_TOKEN": "a:b:c", "SPIDERIQ_API_URL": "ftp://x:" + secret + "@y"}, names: "SPIDERIQ_API_URL"},
		"Redis URL":         {args: "-machines 2 -daily-limit 5 42", env: map[string]string{"REDIS_URL": "http://x:" + secret + "@y"}, names: "REDIS_URL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), strings.Fields(c.args), func(name string) string { return c.env[name] }, &stdout, &stderr)
			assert.Equal(t, 2, code)
			assert.Empty(t, stdout.String())
			assert.True(t, strings.HasPrefix(stderr.String(), "fleet: "), stderr.String())
			assert.Contains(t, stderr.String(), c.names)
			assert.Equal(t, 1, strings.Count(stderr.String(), "\n"), stderr.String())
			assert.NotContains(t, stderr.String(), secret)
		})
	}
}

func TestHelpStatesTheDocumentedNumbers(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	assert.Equal(t, 0, run(t.Context(), []string{"-h"}, func(string) string { return "" }, &stdout, &stderr))
	assert.Empty(t, stderr.String())
	for _, text := range []string{"Usage: fleet", "-rate requests", "(default 100)", "-burst requests", "(default 15)", "SPIDERIQ_TOKEN", "REDIS_URL"} {
		assert.Contains(t, stdout.String(), text)
	}
}
