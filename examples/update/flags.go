package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/spideriq/spideriq-go"
)

// An order is what the command line asks for.
type order struct {
	id     int64
	params spideriq.UpdateParams
	json   bool
	demo   bool
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
	case o.params.IsZero():
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
	setting(flags, &p.IsActive, boolean, "is-active",
		"true or false (`bool`); false takes the key out of the selection pool")
	setting(flags, &p.IsPrimary, boolean, "is-primary",
		"true or false (`bool`); sets the priority to 10 or 0 as well")
	setting(flags, &p.DailyLimit, whole, "daily-limit", "most `requests` a day")
	setting(flags, &p.MinuteLimit, whole, "minute-limit", "most `requests` a minute")
	setting(flags, &p.SpendLimitAmount, spideriq.ParseAmount, "spend-limit-amount",
		"spend alert threshold in US `dollars`, such as 1000.00; takes effect on the next billing sync")
	setting(flags, &p.SpendLimitPeriod, text[spideriq.SpendLimitPeriod], "spend-limit-period",
		"`period` that the threshold counts over: daily or monthly")
	setting(flags, &p.SpendLimitAction, text[spideriq.SpendLimitAction], "spend-limit-action",
		"what happens at the threshold (`action`): warn or block")
	flags.BoolVar(&o.json, "json", false, "write JSON, and nothing else, to standard output")
	flags.BoolVar(&o.demo, "demo", false, "change an integration in memory; no token and no network is used")
	return flags
}

// setting defines a flag that leaves *to nil unless it is given. The value of a boolean
// may follow after a space. A bool flag of package flag would take the false of
// "-is-active false" for an argument and switch the key on.
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

func text[T ~string](s string) (T, error) {
	if !utf8.ValidString(s) {
		return "", errors.New("must be UTF-8")
	}
	return T(s), nil
}

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

Changes the settings of one integration and shows it before and after. Settings
whose flags are not given stay as they are. Nothing is sent when the integration
has the given settings already.

SPIDERIQ_TOKEN has the token, SPIDERIQ_API_URL the API where it is not the usual
one. With -demo neither is read: the program changes integration 42 of an API in
memory, which forgets everything at the end.

Flags:
`)
	flags := newFlags(new(order))
	flags.SetOutput(w)
	flags.PrintDefaults()
	fmt.Fprintf(w, `
Exit codes:
  %3d  done: the integration has the given settings
  %3d  failed: the API refuses the change, or does not answer
  %3d  wrong flag, value, token or address; nothing was sent
  %3d  outcome unknown: the change may have been made
  %3d  interrupted
`, exitDone, exitFailed, exitUsage, exitUnknown, exitInterrupted)
}
