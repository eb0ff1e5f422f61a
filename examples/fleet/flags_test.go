package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWrongFlagsArgumentsAndVariables(t *testing.T) {
	const secret = "hunter2hunter2"
	const url = "ftp://x:" + secret + "@y"
	const good = "-machines 2 -daily-limit 5 42"
	env := func(name, value string) map[string]string { return map[string]string{name: value} }
	for name, c := range map[string]struct {
		args  string
		env   map[string]string
		names string
	}{
		"unknown flag":      {args: "-speed 9 " + good, names: "-speed"},
		"machines missing":  {args: "-daily-limit 5 42", names: "-machines"},
		"no machine":        {args: "-machines 0 -daily-limit 5 42", names: "-machines"},
		"limit missing":     {args: "-machines 2 42", names: "-daily-limit"},
		"limit no number":   {args: "-machines 2 -daily-limit many 42", names: "-daily-limit"},
		"rate":              {args: "-rate 0 " + good, names: "-rate"},
		"burst":             {args: "-burst -1 " + good, names: "-burst"},
		"key":               {args: "-key= " + good, names: "-key"},
		"no id":             {args: "-machines 2 -daily-limit 5", names: "ids"},
		"id no number":      {args: good + " x", names: `"x"`},
		"id too small":      {args: good + " 0", names: `"0"`},
		"no token":          {args: good, env: env("SPIDERIQ_TOKEN", ""), names: "SPIDERIQ_TOKEN"},
		"token with prefix": {args: good, env: env("SPIDERIQ_TOKEN", "Bearer "+secret), names: "SPIDERIQ_TOKEN"},
		"API URL":           {args: good, env: env("SPIDERIQ_API_URL", url), names: "SPIDERIQ_API_URL"},
		"Redis URL":         {args: good, env: env("REDIS_URL", "http://x:"+secret+"@y"), names: "REDIS_URL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SPIDERIQ_TOKEN", "a:b:c")
			for variable, value := range c.env {
				t.Setenv(variable, value)
			}
			var stdout, stderr bytes.Buffer
			assert.Equal(t, exitUsage, run(t.Context(), strings.Fields(c.args), &stdout, &stderr))
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
	assert.Equal(t, exitDone, run(t.Context(), []string{"-h"}, &stdout, &stderr))
	assert.Empty(t, stderr.String())
	for _, text := range []string{
		"Usage: fleet", "-rate requests", "(default 100)", "-burst requests", "(default 15)",
		"SPIDERIQ_TOKEN", "REDIS_URL", "outcome unknown",
	} {
		assert.Contains(t, stdout.String(), text)
	}
}
