package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"
)

// settings are what the command line says.
type settings struct {
	csv, results                        string
	resume, repeatUnknown, dryRun, demo bool
	workers, rate, burst                int
	grace                               time.Duration
}

func parse(args []string) (settings, error) {
	var s settings
	flags := newFlags(&s)
	if err := flags.Parse(args); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			err = errors.New(strings.Join(strings.Fields(err.Error()), " "))
		}
		return s, err
	}
	switch {
	case flags.NArg() == 0:
		return s, errors.New("the CSV file is missing; -h tells more")
	case flags.NArg() > 1:
		return s, fmt.Errorf("unexpected argument %q; flags stand before the CSV file", flags.Arg(1))
	case s.repeatUnknown && !s.resume:
		return s, errors.New("-repeat-unknown needs -resume")
	case s.workers < 1:
		return s, errors.New("-workers must be at least 1")
	case s.rate < 1:
		return s, errors.New("-rate must be at least 1")
	case s.burst < 1:
		return s, errors.New("-burst must be at least 1")
	case s.grace < 0:
		return s, errors.New("-grace must not be negative")
	}
	s.csv = flags.Arg(0)
	if s.results == "" {
		s.results = strings.TrimSuffix(s.csv, ".csv") + ".results.csv"
	}
	return s, nil
}

func newFlags(s *settings) *flag.FlagSet {
	flags := flag.NewFlagSet("bulk", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // run reports errors, in one line
	flags.Usage = func() {}
	flags.StringVar(&s.results, "results", "", "`file` that takes the outcome of each row (default FILE.results.csv)")
	flags.BoolVar(&s.resume, "resume", false, "go on where the results file ends: skip what is done, send again what failed")
	flags.BoolVar(&s.repeatUnknown, "repeat-unknown", false, "with -resume, also send again the rows whose outcome is unknown")
	flags.BoolVar(&s.dryRun, "dry-run", false, "show what would be sent, and send and write nothing")
	flags.BoolVar(&s.demo, "demo", false, "use an in-memory API with integrations 1 to 300")
	flags.IntVar(&s.workers, "workers", 8, "`rows` in flight at a time")
	flags.IntVar(&s.rate, "rate", 100, "`requests` a minute")
	flags.IntVar(&s.burst, "burst", 20, "`requests` that may go out at once")
	flags.DurationVar(&s.grace, "grace", 10*time.Second, "how `long` rows in flight may go on after Ctrl-C")
	return flags
}

func writeUsage(w io.Writer) {
	fmt.Fprint(w, `Usage: bulk [flags] FILE.csv

Updates one integration for each row of FILE.csv. The header names the columns:
id, and any of
`)
	for _, c := range columns {
		fmt.Fprintf(w, "  %-20s  %s\n", c.name, c.about)
	}
	fmt.Fprint(w, `An empty cell leaves its setting alone; false and 0 are sent. The file is checked
as a whole before the first request.

The results file has a line before a row is sent and another when its outcome is
known, both on disk before the program goes on. After an interruption, a crash or
a kill, -resume skips what is done and sends what failed or was never sent. What
was sent without a known outcome may have been applied: such rows are listed and
left alone until you have looked and say -repeat-unknown. Do not run two at a time
with one results file.

Ctrl-C stops taking new rows and gives those in flight some time (-grace). A wrong
token and a rate limit that does not pass end the run early.

SPIDERIQ_TOKEN has the token, SPIDERIQ_API_URL the API where it is not the usual
one.

Flags:
`)
	flags := newFlags(new(settings))
	flags.SetOutput(w)
	flags.PrintDefaults()
	fmt.Fprintf(w, `
Exit codes:
  %3d  all rows are done
  %3d  some rows failed or were not sent
  %3d  wrong flag, CSV file, results file, token or URL; nothing was sent
  %3d  some rows have an unknown outcome
  %3d  interrupted with rows left
`, exitDone, exitFailed, exitUsage, exitUnknown, exitInterrupted)
}
