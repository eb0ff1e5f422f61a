// Reconcile makes the key pool of a brand what a YAML file says. See usage below,
// or run it with -h.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spideriq/spideriq-go"
)

const usage = `Usage:
  reconcile plan  [-f pool.yaml] [-detailed-exitcode] [-demo]
  reconcile apply [-f pool.yaml] [-demo]

plan shows what differs between the file and the pool. apply shows the same and
changes it: one update for each integration that differs, with the settings that
differ. Integrations and settings that the file does not name are left alone.

  -f file             the wanted pool (default pool.yaml)
  -detailed-exitcode  plan exits with 3 when something differs
  -demo               use an in-memory pool with a few integrations, which is
                      forgotten at the end; no account is needed

The file lists integrations, each by its id, or by provider_name and key_label
together. Beside an id, provider_name is checked and key_label is a setting.

  integrations:
    - id: 42
      daily_limit: 20000
      spend_limit_amount: 1000.00   # sent with the digits as they stand here
    - provider_name: groq
      key_label: Batch jobs
      is_active: false

Settings: key_label, is_active, is_primary, daily_limit, minute_limit,
spend_limit_amount, spend_limit_period (daily, monthly), spend_limit_action (warn,
block). All that is wrong with the file is reported before anything is changed.

apply goes on after an update that fails, but not when the rest would fail as
well: on Ctrl-C, without a connection, and on 401, 403 and 429.

Environment: SPIDERIQ_TOKEN (needed unless -demo is given), SPIDERIQ_API_URL (for
another server than production), NO_COLOR (a plan without colours).

Exit status: 0 nothing differs, or plan has shown it, or apply has changed it all;
1 the API failed, or apply has not changed all of it; 2 a flag, the environment or
the file is wrong, and nothing was changed; 3 see -detailed-exitcode.
`

const (
	exitOK      = 0
	exitFailed  = 1
	exitWrong   = 2
	exitDiffers = 3
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program. It returns the exit status.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	s, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, usage)
		return exitOK
	}
	if err != nil {
		return wrong(stderr, err)
	}
	client, disconnect, err := connect(s.demo, getenv)
	if err != nil {
		return wrong(stderr, err)
	}
	defer disconnect()
	return reconcile(ctx, client.Integrations, s, screen{stdout, stderr, coloured(stdout, getenv)})
}

func wrong(stderr io.Writer, err error) int {
	fmt.Fprintln(stderr, "reconcile:", strings.ReplaceAll(err.Error(), "\n", "; "))
	return exitWrong
}

type settings struct {
	apply            bool
	file             string
	detailedExitCode bool
	demo             bool
}

func parse(args []string) (s settings, err error) {
	command := ""
	if len(args) > 0 {
		command = args[0]
	}
	flags := flag.NewFlagSet("reconcile", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // run reports, in one line
	flags.StringVar(&s.file, "f", "pool.yaml", "")
	flags.BoolVar(&s.demo, "demo", false, "")
	switch command {
	case "plan":
		flags.BoolVar(&s.detailedExitCode, "detailed-exitcode", false, "")
	case "apply":
		s.apply = true
	case "-h", "-help", "--help", "help":
		return s, flag.ErrHelp
	case "":
		return s, errors.New("no command: use plan, apply or -h")
	default:
		return s, fmt.Errorf("%q is not a command: use plan, apply or -h", command)
	}
	switch err := flags.Parse(args[1:]); {
	case err != nil:
		return s, err
	case flags.NArg() > 0:
		return s, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case s.file == "":
		return s, errors.New(`invalid value "" for flag -f: a file is needed`)
	}
	return s, nil
}

// connect returns a client of production, or of a demo that ends with disconnect.
func connect(demo bool, getenv func(string) string) (client *spideriq.Client, disconnect func(), err error) {
	if demo {
		server := startDemo()
		return server.Client(), server.Close, nil
	}
	if getenv("SPIDERIQ_TOKEN") == "" {
		return nil, nil, errors.New("SPIDERIQ_TOKEN is not set: give it a token, or use -demo to try an in-memory pool")
	}
	client, err = spideriq.NewClientFromEnv(spideriq.WithUserAgent("reconcile/" + spideriq.Version))
	return client, func() {}, err
}

// reconcile reads the file and the pool and does the rest.
func reconcile(ctx context.Context, pool *spideriq.IntegrationsService, s settings, out screen) int {
	content, err := os.ReadFile(s.file)
	if err != nil {
		return wrong(out.stderr, err)
	}
	f := readFile(content)
	integrations, err := all(ctx, pool)
	if err != nil {
		out.problems(s.file, f.problems)
		fmt.Fprintln(out.stderr, "reconcile:", err)
		if len(f.problems) > 0 {
			return exitWrong
		}
		return exitFailed
	}
	updates := f.compare(integrations)
	if len(f.problems) > 0 {
		out.problems(s.file, f.problems)
		return exitWrong
	}
	if len(updates) == 0 {
		fmt.Fprintln(out.stdout, "no changes")
		return exitOK
	}
	if s.apply {
		return apply(ctx, pool, updates, s.file, out)
	}
	for _, u := range updates {
		out.update(u)
	}
	fmt.Fprintf(out.stdout, "\nto change: %d, as wanted: %d, not in the file: %d\n",
		len(updates), len(f.entries)-len(updates), len(integrations)-len(f.entries))
	if s.detailedExitCode {
		return exitDiffers
	}
	return exitOK
}

func all(ctx context.Context, pool *spideriq.IntegrationsService) (found []*spideriq.Integration, err error) {
	for i, err := range pool.All(ctx, spideriq.ListParams{}) {
		if err != nil {
			return nil, err
		}
		found = append(found, i)
	}
	return found, nil
}
