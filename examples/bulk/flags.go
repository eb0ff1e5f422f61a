package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// settings are the values of the command line.
type settings struct {
	csv, results, store, job           string
	nats, creds                        string
	repeatFailed, repeatUnknown        bool
	dryRun, demo                       bool
	workers, rate, burst, share        int
	replicas                           int
	grace, lease, natsWait, retryDelay time.Duration
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
	if flags.NArg() > 1 {
		return s, fmt.Errorf("unexpected argument %q; flags stand before the CSV file", flags.Arg(1))
	}
	s.csv = flags.Arg(0)
	if err := s.validate(); err != nil {
		return s, err
	}
	s.setDefaults()
	return s, nil
}

// A rule is what a command line must keep.
type rule struct {
	broken  bool
	message string
}

func (s *settings) validate() error {
	for _, rule := range append(s.combinations(), s.ranges()...) {
		if rule.broken {
			return errors.New(rule.message)
		}
	}
	if s.nats == "" {
		return nil
	}
	return checkNATSURL(s.nats)
}

// combinations are rules on flags that go together.
func (s *settings) combinations() []rule {
	repeats := s.repeatFailed || s.repeatUnknown
	return []rule{
		{s.csv == "" && s.nats == "", "the CSV file is missing; -h tells more"},
		{s.csv == "" && s.job == "", "without a CSV file, -job names the job to work on"},
		{s.csv == "" && s.dryRun, "-dry-run needs the CSV file"},
		{s.csv == "" && repeats, "-repeat-failed and -repeat-unknown need the CSV file"},
		{s.job != "" && !jobName.MatchString(s.job), "-job may have letters, digits, - and _ only, at most 64"},
		{s.store != "" && s.nats != "", "-store is the folder of the embedded server; it cannot be used with -nats"},
		{s.creds != "" && s.nats == "", "-creds needs -nats"},
		{s.share != 0 && s.nats == "", "-share needs -nats"},
	}
}

// ranges are rules on single flags.
func (s *settings) ranges() []rule {
	return []rule{
		{s.share < 0, "-share must be at least 1"},
		{s.workers < 1, "-workers must be at least 1"},
		{s.rate < 1, "-rate must be at least 1"},
		{s.burst < 1, "-burst must be at least 1"},
		{s.replicas < 1 || s.replicas > 5, "-replicas must be from 1 to 5"},
		{s.grace < 0, "-grace must not be negative"},
		{s.lease < time.Second, "-lease must be at least 1s"},
		{s.natsWait < 0, "-nats-wait must not be negative"},
		{s.retryDelay < 0, "-retry-delay must not be negative"},
	}
}

var (
	jobName      = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	notInJobName = regexp.MustCompile(`[^A-Za-z0-9_-]+`)
)

func (s *settings) setDefaults() {
	if s.csv == "" {
		return
	}
	base := strings.TrimSuffix(s.csv, ".csv")
	if s.results == "" {
		s.results = base + ".results.csv"
	}
	if s.store == "" {
		s.store = base + ".bulk"
	}
	if s.job == "" {
		s.job = notInJobName.ReplaceAllString(filepath.Base(base), "_")
		s.job = s.job[:min(len(s.job), 64)]
	}
}

func newFlags(s *settings) *flag.FlagSet {
	flags := flag.NewFlagSet("bulk", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // run reports errors, in one line
	flags.Usage = func() {}
	flags.StringVar(&s.nats, "nats", "", "`URL` of a NATS server or cluster with JetStream (default: a built-in one)")
	flags.StringVar(&s.creds, "creds", "", "credentials `file` for -nats")
	flags.IntVar(&s.replicas, "replicas", 1, "`servers` of the cluster that keep a new job")
	flags.StringVar(&s.job, "job", "", "`name` of the job in the queue (default FILE without .csv)")
	flags.StringVar(&s.store, "store", "", "`folder` of the server inside of this program (default FILE.bulk)")
	flags.StringVar(&s.results, "results", "", "`file` that takes the outcome of each row (default FILE.results.csv)")
	flags.BoolVar(&s.repeatFailed, "repeat-failed", false, "send again the rows that failed")
	flags.BoolVar(&s.repeatUnknown, "repeat-unknown", false, "send again the rows whose outcome is unknown")
	flags.BoolVar(&s.dryRun, "dry-run", false, "show what would be sent, and send and write nothing")
	flags.BoolVar(&s.demo, "demo", false, "use an in-memory API with integrations 1 to 300")
	flags.IntVar(&s.workers, "workers", 8, "`rows` in flight at a time")
	flags.IntVar(&s.rate, "rate", 100, "`requests` a minute, of all workers together")
	flags.IntVar(&s.burst, "burst", 20, "`requests` that may go out at once")
	flags.IntVar(&s.share, "share", 0, "keep to 1/`N` of the rate instead of sharing it through the NATS server")
	flags.DurationVar(&s.grace, "grace", 10*time.Second, "how `long` rows in flight may go on after Ctrl-C")
	flags.DurationVar(&s.lease, "lease", 10*time.Second, "how `long` a silent worker keeps its rows; the same for all")
	flags.DurationVar(&s.natsWait, "nats-wait", time.Minute, "how `long` to wait for a NATS server that is away")
	flags.DurationVar(&s.retryDelay, "retry-delay", 30*time.Second, "how `long` a row waits after no answer")
	return flags
}

func writeUsage(w io.Writer) {
	fmt.Fprint(w, `Usage: bulk [flags] FILE.csv
       bulk [flags] -nats URL -job NAME

Updates one integration for each row of FILE.csv. The header names the columns:
id, and any of
`)
	for _, c := range columns {
		fmt.Fprintf(w, "  %-20s  %s\n", c.name, c.about)
	}
	fmt.Fprint(w, `An empty cell leaves its setting alone; false and 0 are sent. The file is checked
as a whole before the first request. A row that would change nothing is not sent.

The rows are jobs in a queue on NATS JetStream. By default the program brings the
server along and keeps the queue in the folder FILE.bulk. With -nats any number of
programs on any number of machines work on one queue: start each with the same
file, or without a file and with -job.

After an interruption, a crash or a kill the same command goes on with what is
left. A row that was on its way without a known outcome may have been applied: such
rows are listed and left alone until you have looked and say -repeat-unknown. Rows
that failed are sent again with -repeat-failed, and may be put right in the file.
The results file has the outcome of each row; it is written from the queue at the
end of each run.

Ctrl-C stops taking new rows and gives those in flight some time (-grace). A wrong
token, a plan that is used up and 10 rows in a row without an answer end the run
early. When the API asks for a pause, the program waits.

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
  %3d  wrong flag, file, token or URL; nothing was sent
  %3d  some rows have an unknown outcome
  %3d  interrupted with rows left
`, exitDone, exitFailed, exitUsage, exitUnknown, exitInterrupted)
}
