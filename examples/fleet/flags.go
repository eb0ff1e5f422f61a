package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"strconv"
)

const usage = `Usage: fleet -machines N -daily-limit N [flags] ID...

Sets the daily limit of integrations. Any number of machines may do so at once:
what they send together stays within the rate that the API allows their credential.

The environment has SPIDERIQ_TOKEN, REDIS_URL (default redis://localhost:6379) and
perhaps SPIDERIQ_API_URL.

Exit codes:
    0  done: all were updated
    1  failed: some were not
    2  wrong flag, argument or variable; nothing was sent
    3  outcome unknown: some may have been updated
  130  interrupted
`

type settings struct {
	ids        []int64
	dailyLimit *int
	machines   int
	rate       int // requests a minute of all machines
	burst      int
	key        string
}

// share returns the requests a minute of one machine, with one decimal.
func (s settings) share() float64 {
	return math.Round(10*float64(s.rate)/float64(s.machines)) / 10
}

func parse(args []string, stdout io.Writer) (settings, error) {
	var s settings
	flags := newFlags(&s)
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(stdout, "%s\nFlags:\n", usage)
		flags.SetOutput(stdout)
		flags.PrintDefaults()
	}
	if err != nil {
		return s, err
	}
	for _, arg := range flags.Args() {
		id, err := strconv.ParseInt(arg, 10, 64)
		if err != nil || id < 1 {
			return s, fmt.Errorf("argument %q: must be the id of an integration", arg)
		}
		s.ids = append(s.ids, id)
	}
	return s, s.validate()
}

func newFlags(s *settings) *flag.FlagSet {
	flags := flag.NewFlagSet("fleet", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // run reports errors, in one line
	flags.Usage = func() {}
	flags.IntVar(&s.machines, "machines", 0,
		"`number` of machines that share the credential; without Redis each keeps to its share of the rate")
	flags.Func("daily-limit", "most `requests` a day that each integration may make", func(value string) error {
		limit, err := strconv.Atoi(value)
		s.dailyLimit = &limit
		return err
	})
	flags.IntVar(&s.rate, "rate", 100, "`requests` a minute that the API allows the credential")
	flags.IntVar(&s.burst, "burst", 15, "`requests` at once; fewer than the 20 that the API allows, because requests\n"+
		"that leave evenly may arrive closer together")
	flags.StringVar(&s.key, "key", "spideriq", "`name` of the count in Redis, one for each credential")
	return flags
}

func (s settings) validate() error {
	switch {
	case s.machines < 1:
		return errors.New("flag -machines: must be given, and at least 1")
	case s.dailyLimit == nil:
		return errors.New("flag -daily-limit: must be given")
	case s.rate < 1:
		return fmt.Errorf("invalid value %d for flag -rate: must be at least 1", s.rate)
	case s.burst < 1:
		return fmt.Errorf("invalid value %d for flag -burst: must be at least 1", s.burst)
	case s.key == "":
		return errors.New("flag -key: must not be empty")
	case len(s.ids) == 0:
		return errors.New("arguments: the ids of integrations are missing")
	}
	return nil
}
