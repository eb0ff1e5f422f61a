package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// A connection to NATS, and what must be closed with it.
type connection struct {
	*nats.Conn
	closers []func() // in the order of opening
}

func (c *connection) close() {
	for _, closer := range slices.Backward(c.closers) {
		closer()
	}
}

// connectNATS joins the server of -nats, or starts one on the folder of -store.
func connectNATS(s settings, stderr io.Writer) (*connection, error) {
	if s.nats == "" {
		return startEmbedded(s.store)
	}
	opts := []nats.Option{
		nats.Name("bulk"),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(250 * time.Millisecond),
		nats.ReconnectBufSize(-1), // nothing is sent later than the program believes
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				fmt.Fprintf(stderr, "bulk: the NATS server has gone away; rows wait up to %v for it\n", s.natsWait)
			}
		}),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // each call returns its own
		nats.ReconnectHandler(func(*nats.Conn) { fmt.Fprintln(stderr, "bulk: the NATS server is back") }),
	}
	if s.creds != "" {
		opts = append(opts, nats.UserCredentials(s.creds))
	}
	conn, err := nats.Connect(s.nats, opts...)
	if err != nil {
		return nil, fmt.Errorf("-nats %s: %w", redactedURLs(s.nats), err)
	}
	return &connection{Conn: conn, closers: []func(){conn.Close}}, nil
}

// startEmbedded starts a server that only this process reaches. A lock keeps a second
// process from the folder.
func startEmbedded(folder string) (*connection, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("-store: %w", err)
	}
	lock := flock.New(filepath.Join(folder, "lock"))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("-store: %w", err)
	}
	if !locked {
		return nil, fmt.Errorf("%s is in use by another bulk; -nats lets several work together", folder)
	}
	c := &connection{closers: []func(){func() { _ = lock.Close() }}}
	embedded, err := server.NewServer(&server.Options{
		ServerName: "bulk",
		DontListen: true,
		JetStream:  true,
		StoreDir:   folder,
		SyncAlways: true, // a row is on disk before it is sent
		NoSigs:     true,
		NoLog:      true,
	})
	if err != nil {
		c.close()
		return nil, fmt.Errorf("-store %s: %w", folder, err)
	}
	embedded.Start()
	c.closers = append(c.closers, func() { embedded.Shutdown(); embedded.WaitForShutdown() })
	if !embedded.ReadyForConnections(10*time.Second) || !embedded.JetStreamEnabled() {
		c.close()
		return nil, fmt.Errorf("-store %s: the server inside of this program does not start", folder)
	}
	if c.Conn, err = nats.Connect("", nats.InProcessServer(embedded)); err != nil {
		c.close()
		return nil, fmt.Errorf("-store %s: %w", folder, err)
	}
	c.closers = append(c.closers, c.Conn.Close)
	return c, nil
}

// checkNATSURL checks what the client would accept and never reach.
func checkNATSURL(list string) error {
	for _, text := range strings.Split(list, ",") {
		u, err := url.Parse(strings.TrimSpace(text))
		if err != nil {
			return errors.New("-nats: is not a URL, such as nats://127.0.0.1:4222")
		}
		if !slices.Contains([]string{"nats", "tls", "ws", "wss"}, u.Scheme) || u.Hostname() == "" {
			return fmt.Errorf("-nats %s: is not a URL, such as nats://127.0.0.1:4222", redactedURLs(text))
		}
	}
	return nil
}

// redactedURLs returns a list of URLs without passwords and tokens.
func redactedURLs(list string) string {
	urls := strings.Split(list, ",")
	for i, text := range urls {
		u, err := url.Parse(strings.TrimSpace(text))
		if err != nil {
			urls[i] = "(not a URL)"
			continue
		}
		u.User = nil
		urls[i] = u.String()
	}
	return strings.Join(urls, ",")
}
