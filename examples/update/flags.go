package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spideriq/spideriq-go"
)

// An order is what the command line asks for.
type order struct {
	id     int64
	params spideriq.UpdateParams
	json   bool
}

func parse(args []string) (order, error) {
	var o order
	flags := newFlags(&o)
	err := flags.Parse(args)
	switch {
	case err != nil:
		return o, err
	case flags.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case o.id == 0:
		return o, errors.New("flag -id is missing")
	case o.params == spideriq.UpdateParams{}:
		return o, errors.New("no setting is given; -h lists the flags")
	}
	return o, nil
}

func newFlags(o *order) *flag.FlagSet {
	flags := flag.NewFlagSet("update", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // run reports errors, in one line
	flags.Usage = func() {}
	flags.Func("id", "`number` of the integration (required)", func(s string) (err error) {
		if o.id, err = strconv.ParseInt(s, 10, 64); err != nil || o.id < 1 {
			return errors.New("must be a whole number from 1 on")
		}
		return nil
	})
	p := &o.params
	setting(flags, &p.KeyLabel, text[string], "key-label", "`name` for people to read")
	setting(flags, &p.IsActive, boolean, "is-active", "true or false (`bool`); false takes the key out of the selection pool")
	setting(flags, &p.IsPrimary, boolean, "is-primary", "true or false (`bool`); sets the priority to 10 or 0 as well")
	setting(flags, &p.DailyLimit, whole, "daily-limit", "most `requests` a day")
	setting(flags, &p.MinuteLimit, whole, "minute-limit", "most `requests` a minute")
	setting(flags, &p.SpendLimitAmount, spideriq.ParseAmount, "spend-limit-amount", "spend alert threshold in US `dollars`, such as 1000.00; takes effect on the next billing sync")
	setting(flags, &p.SpendLimitPeriod, text[spideriq.SpendLimitPeriod], "spend-limit-period", "`period` that the threshold counts over: daily or monthly")
	setting(flags, &p.SpendLimitAction, text[spideriq.SpendLimitAction], "spend-limit-action", "what happens at the threshold (`action`): warn or block")
	flags.BoolVar(&o.json, "json", false, "write JSON, and nothing else, to standard output")
	return flags
}

// setting defines a flag that leaves *to nil unless it is given. It takes its value
// after a space too, also for a boolean: with the flag package's own, the false of
// "-is-active false" would be an argument, and the key switched on.
func setting[T any](flags *flag.FlagSet, to **T, parse func(string) (T, error), name, usage string) {
	flags.Func(name, usage, func(s string) error {
		value, err := parse(s)
		if err != nil {
			return err
		}
		*to = &value
		return nil
	})
}

func text[T ~string](s string) (T, error) { return T(s), nil }

func boolean(s string) (bool, error) {
	b, err := strconv.ParseBool(s)
	if err != nil {
		return false, errors.New("must be true or false")
	}
	return b, nil
}

func whole(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, errors.New("must be a whole number")
	}
	return n, nil
}

func writeUsage(w io.Writer) {
	fmt.Fprint(w, `Usage: update -id number [settings]

Changes the settings of one integration, those whose flags are given and no
others, and shows it before and after.

SPIDERIQ_TOKEN has the token, SPIDERIQ_API_URL the API where it is not the usual
one. Without a token an in-memory API is started to try things on; it knows
integration 42 and forgets everything at the end.

Flags:
`)
	flags := newFlags(new(order))
	flags.SetOutput(w)
	flags.PrintDefaults()
	fmt.Fprintf(w, `
Exit codes:
  %3d  changed
  %3d  any other error
  %3d  wrong flag, value, token or URL; nothing was sent
  %3d  the API refuses a value
  %3d  the token is wrong or has expired
  %3d  the token does not allow this
  %3d  no such integration, or another brand's
  %3d  too many requests, or a plan is used up
  %3d  the API failed
  %3d  no answer
  %3d  an answer that makes no sense; the change has probably been made
  %3d  interrupted
`, exitDone, exitOther, exitUsage, exitBadRequest, exitUnauthorized, exitForbidden, exitNotFound,
		exitRateLimit, exitServer, exitNoAnswer, exitInvalidResponse, exitInterrupted)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
