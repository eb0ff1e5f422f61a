package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
)

const usage = `Usage: otel [-demo] -daily-limit N ID

Sets the daily limit of an integration and prints the spans and metrics of that.

The environment has SPIDERIQ_TOKEN and perhaps SPIDERIQ_API_URL. With -demo neither
is read: integration 42 of an API in memory is changed.

Exit codes:
    0  done: the limit was set
    1  failed: it was not
    2  wrong flag, argument or variable; nothing was sent
    3  outcome unknown: the limit may have been set
  130  interrupted
`

type settings struct {
	id         int64
	dailyLimit *int
	demo       bool
}

func parse(args []string, stdout io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("otel", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // run reports errors, in one line
	flags.Usage = func() {}
	flags.Func("daily-limit", "most `requests` a day that the integration may make", func(value string) error {
		limit, err := strconv.Atoi(value)
		s.dailyLimit = &limit
		return err
	})
	flags.BoolVar(&s.demo, "demo", false, "change an integration in memory; no token and no network is used")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintf(stdout, "%s\nFlags:\n", usage)
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		return s, err
	case err != nil:
		return s, err
	case s.dailyLimit == nil:
		return s, errors.New("flag -daily-limit: must be given")
	case flags.NArg() != 1:
		return s, fmt.Errorf("%d arguments: must be one, the id of an integration", flags.NArg())
	}
	s.id, err = strconv.ParseInt(flags.Arg(0), 10, 64)
	if err != nil || s.id < 1 {
		return s, fmt.Errorf("argument %q: must be the id of an integration", flags.Arg(0))
	}
	return s, nil
}
