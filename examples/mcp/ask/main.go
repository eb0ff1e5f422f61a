// Ask is a small MCP client for trying a server without a host and without an
// agent. It starts the server, calls the tools that it reads from standard input,
// one a line, and shows the dialogue. See usage below, or run it with -h.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/spideriq/spideriq-go"
)

const usage = `Usage: ask COMMAND [ARGUMENT]... <dialogue

ask starts COMMAND as an MCP server. Each line of standard input is a call: the name
of a tool and, after a space, its arguments as JSON. ask shows the line after "> "
and then the result, or the lines of a tool error after "! ". Without lines it
shows the names of the tools.

Exit status: 0 when every call was answered, tool errors included; 1 when the
server failed; 2 for a wrong argument or line; 130 after Ctrl-C.
`

const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program. It returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) > 0 && (args[0] == "-h" || args[0] == "-help" || args[0] == "--help") {
		if _, err := io.WriteString(stdout, usage); err != nil {
			return exitFailed
		}
		return exitDone
	}
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return report(stderr, exitUsage, errors.New("the command that starts the server is missing; -h tells more"))
	}
	calls, err := readCalls(stdin)
	if err != nil {
		return report(stderr, exitUsage, err)
	}
	server := exec.Command(args[0], args[1:]...)
	server.Stderr = stderr
	err = converse(ctx, server, calls, stdout)
	switch {
	case ctx.Err() != nil:
		return exitInterrupted
	case err != nil:
		return report(stderr, exitFailed, err)
	}
	return exitDone
}

// report writes err and returns the exit status that goes with it.
func report(stderr io.Writer, status int, err error) int {
	_, _ = fmt.Fprintln(stderr, "ask:", err) // there is nowhere else to say it
	return status
}

// A call is one line of the dialogue.
type call struct {
	tool      string
	arguments json.RawMessage
}

// readCalls reads all lines before anything is started, so that a wrong one costs
// nothing.
func readCalls(r io.Reader) ([]call, error) {
	var calls []call
	lines := bufio.NewScanner(r)
	for number := 1; lines.Scan(); number++ {
		tool, arguments, _ := strings.Cut(strings.TrimSpace(lines.Text()), " ")
		if tool == "" {
			continue
		}
		if arguments == "" {
			arguments = "{}"
		}
		if !json.Valid([]byte(arguments)) {
			return nil, fmt.Errorf("line %d: the arguments of %s are not JSON", number, tool)
		}
		calls = append(calls, call{tool, json.RawMessage(arguments)})
	}
	return calls, lines.Err()
}

// converse starts the server, makes the calls in order and shows the answers.
func converse(ctx context.Context, server *exec.Cmd, calls []call, stdout io.Writer) error {
	client := mcp.NewClient(&mcp.Implementation{Name: "ask", Version: spideriq.Version}, nil)
	session, err := client.Connect(ctx, &mcp.CommandTransport{Command: server}, nil)
	if err != nil {
		return err
	}
	if len(calls) == 0 {
		err = showTools(ctx, session, stdout)
	}
	for _, c := range calls {
		if err = c.make(ctx, session, stdout); err != nil {
			break
		}
	}
	return errors.Join(err, session.Close())
}

func showTools(ctx context.Context, session *mcp.ClientSession, stdout io.Writer) error {
	for tool, err := range session.Tools(ctx, nil) {
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(stdout, tool.Name); err != nil {
			return err
		}
	}
	return nil
}

func (c call) make(ctx context.Context, session *mcp.ClientSession, stdout io.Writer) error {
	if _, err := fmt.Fprintf(stdout, "> %s %s\n", c.tool, c.arguments); err != nil {
		return err
	}
	result, err := session.CallTool(ctx, &mcp.CallToolParams{Name: c.tool, Arguments: c.arguments})
	if err != nil {
		return err
	}
	_, err = io.WriteString(stdout, shown(result))
	return err
}

// shown returns the text of a result, a line or more.
func shown(result *mcp.CallToolResult) string {
	var lines strings.Builder
	for _, content := range result.Content {
		text, ok := content.(*mcp.TextContent)
		switch {
		case !ok:
			lines.WriteString("(content that is not text)\n")
		case result.IsError:
			lines.WriteString("! " + strings.ReplaceAll(text.Text, "\n", "\n! ") + "\n")
		default:
			lines.WriteString(indented(text.Text) + "\n")
		}
	}
	return lines.String()
}

// indented returns JSON with line breaks, and any other text as it is.
func indented(text string) string {
	var result bytes.Buffer
	if json.Indent(&result, []byte(text), "", "  ") != nil {
		return text
	}
	return result.String()
}
