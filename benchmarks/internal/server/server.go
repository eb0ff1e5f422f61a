// Package server runs the server that contestants are measured against, in a process of its
// own, so that what it costs is not counted with what a client costs. That process is the
// running program once more.
package server

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// variable names the file for the certificate, in the environment of a server process.
const variable = "BENCHMARKS_SERVER_CERTIFICATE"

// A Server is a server process. Its fields are base URLs, which end in /api/v1.
type Server struct {
	Plain  string // HTTP/1.1
	Slow   string // HTTP/1.1, answers after [Think]
	Secure string // HTTP/2 over TLS

	cmd      *exec.Cmd
	commands io.WriteCloser
	replies  *bufio.Scanner
	dir      string
}

// Start starts a server process. It makes the process that calls it trust the server's
// certificate, which works once: before the first TLS connection of the process.
func Start() (*Server, error) {
	dir, err := os.MkdirTemp("", "benchmarks")
	if err != nil {
		return nil, err
	}
	certificate := filepath.Join(dir, "certificate.pem")
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &Server{cmd: exec.Command(program), dir: dir}
	s.cmd.Env = append(os.Environ(), variable+"="+certificate)
	s.cmd.Stderr = os.Stderr
	if s.commands, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	replies, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.replies = bufio.NewScanner(replies)
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	reply, err := s.reply()
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Sscan(reply, &s.Plain, &s.Slow, &s.Secure); err != nil {
		return nil, err
	}
	return s, os.Setenv("SSL_CERT_FILE", certificate)
}

// Connections returns how many connections there were since it was last asked, and closes
// those that are idle.
func (s *Server) Connections() (int, error) {
	if _, err := io.WriteString(s.commands, "connections\n"); err != nil {
		return 0, err
	}
	reply, err := s.reply()
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(reply)
}

func (s *Server) reply() (string, error) {
	if !s.replies.Scan() {
		return "", errors.Join(errors.New("the server process has ended"), s.replies.Err())
	}
	return strings.TrimSpace(s.replies.Text()), nil
}

// Close ends the process.
func (s *Server) Close() error {
	return errors.Join(s.commands.Close(), s.cmd.Wait(), os.RemoveAll(s.dir))
}
