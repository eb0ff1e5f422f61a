// Sandbox serves an in-memory SpiderIQ to try requests on, without an account:
//
//	go run ./examples/sandbox [-addr 127.0.0.1:8089] [-token T] [-rate-limit 100]
//
// It prints its address, its token and a curl line to start with, then one line for
// each request: method, path and status. With -addr 0.0.0.0:8089 other machines reach
// it as well; the address that it prints is the one for this machine.
//
// It has integration 42 of the API's documentation, in the state before the requests
// that are shown there. They work as they are, with this host and token, and each of
// them changes something. Everything is forgotten when the program ends, on Ctrl-C or
// SIGTERM.
//
// The exit status is 130 after Ctrl-C, 0 after SIGTERM, 1 when the address cannot be
// listened on, and 2 for a wrong flag.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	interrupted, stopInterrupt := signal.NotifyContext(context.Background(), os.Interrupt)
	ctx, stopTerm := signal.NotifyContext(interrupted, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if code == 0 && interrupted.Err() != nil {
		code = exitInterrupted
	}
	stopTerm()
	stopInterrupt()
	os.Exit(code)
}

const exitInterrupted = 130

// run is the program, until ctx ends. It returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	s, err := parse(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "sandbox:", err)
		return 2
	}
	if err := serve(ctx, s, stdout); err != nil {
		fmt.Fprintln(stderr, "sandbox:", err)
		return 1
	}
	return 0
}

type settings struct {
	addr         string
	token        string // empty for the default of spideriqtest
	tokenRefused bool
	rateLimit    int // requests a minute; 0 for no limit
}

// parse reads the command line. It prints the usage for -h.
func parse(args []string, stdout io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("sandbox", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // run reports errors, in one line
	flags.Usage = func() {}
	flags.StringVar(&s.addr, "addr", "127.0.0.1:8089", "`address` to listen on, host:port")
	flags.Func("token", "bearer `token` to accept (default an obviously fake one)", s.setToken)
	flags.IntVar(&s.rateLimit, "rate-limit", 0, "`requests` a minute to allow, after a burst of 20; 0 for no limit")
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(stdout, "Usage: sandbox [flags]")
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		return s, err
	}
	if err != nil && s.tokenRefused {
		return s, errInvalidToken // without the value, which package flag would show
	}
	if err != nil {
		return s, err
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return s, s.validate()
}

var errInvalidToken = errors.New("invalid value for flag -token: must be ASCII text without spaces")

func (s *settings) setToken(value string) error {
	if value == "" || strings.ContainsFunc(value, notTokenChar) {
		s.tokenRefused = true
		return errInvalidToken
	}
	s.token = value
	return nil
}

func notTokenChar(r rune) bool {
	return r <= ' ' || r > '~'
}

func (s *settings) validate() error {
	if s.rateLimit < 0 {
		return fmt.Errorf("invalid value %d for flag -rate-limit: must not be negative", s.rateLimit)
	}
	if _, err := net.ResolveTCPAddr("tcp", s.addr); err != nil {
		return fmt.Errorf("invalid value %q for flag -addr: %w", s.addr, err)
	}
	return nil
}
