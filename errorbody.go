package spideriq

import (
	"bytes"
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spideriq/spideriq-go/internal/transport"
)

// said is what an error body tells.
type said struct {
	code, message string
	retryAfter    time.Duration
}

// readErrorBody understands the shapes in which this platform answers errors, and
// never fails. Of JSON it takes only what is named here, because a body may echo
// what was sent; of other text, the beginning.
func readErrorBody(body []byte, hidden secrets) (s said) {
	v, err := parse(body)
	if err != nil {
		if text := hidden.redact(string(bytes.TrimSpace(body))); text != "" && text[0] != '{' && text[0] != '[' {
			s.message = markup.ReplaceAllLiteralString(text[:min(len(text), 64<<10)], " ")
		}
		return s
	}
	s.code = v.first("error.code", "error.error", "error.type", "detail.code", "detail.error", "code", "reason_code", "refusal")
	s.message = v.first("error.message", "detail.message", "message", "reason_human", "detail", "error", "title", "")
	for d := v.at("detail").elements(); d.next() && len(s.message) <= maxMessage; { // FastAPI's validation
		var where []string
		for step := d.v.at("loc").elements(); step.next(); {
			where = append(where, step.v.text())
		}
		text := strings.Trim(strings.Join(where, ".")+": "+d.v.first("msg"), ": ")
		s.message = strings.TrimPrefix(s.message+"; "+text, "; ")
		s.code = cmp.Or(s.code, d.v.first("type"))
	}
	if strings.HasPrefix(s.message, "{'") { // a Python dict, printed
		text, code := pythonText.FindStringSubmatch(s.message), pythonCode.FindStringSubmatch(s.message)
		s.message = ""
		if text != nil {
			s.message = text[1] + text[2]
		}
		if code != nil && s.code == "" {
			s.code = code[1]
		}
	}
	if bare := v.first("error"); s.code == "" && identifier.MatchString(bare) {
		s.code = bare
	}
	s.message = cmp.Or(s.message, s.code)
	if seconds, err := v.at("retry_after_seconds").integer(); err == nil && seconds > 0 {
		s.retryAfter = time.Duration(min(seconds, 1<<32)) * time.Second
	}
	return s
}

// isFinal says that a 429 with this body stays one, however long anybody waits.
func isFinal(body []byte) bool {
	code := readErrorBody(body, nil).code
	return code == "MAX_CAMPAIGNS_PER_CLIENT" || code == "bulk_records_per_job_exceeded"
}

// at follows a path of names with dots from object to object; null when it leads
// nowhere.
func (v value) at(path string) value {
	for path != "" {
		var name string
		name, path, _ = strings.Cut(path, ".")
		found := null
		for m := v.members(); m.next(); {
			if m.name == name {
				found = m.v
			}
		}
		v = found
	}
	return v
}

// first returns the first text, at the end of one of the paths, that is not empty
// and neither an object nor an array.
func (v value) first(paths ...string) string {
	for _, path := range paths {
		if found := v.at(path); found[0] != '{' && found[0] != '[' && found.text() != "" {
			return found.text()
		}
	}
	return ""
}

var (
	identifier = regexp.MustCompile(`^[A-Za-z0-9]+(_[A-Za-z0-9]+)+$`)
	pythonText = regexp.MustCompile(`'(?:message|msg|detail)': (?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")`)
	pythonCode = regexp.MustCompile(`'(?:code|error)': '(\w+)'`)
	markup     = regexp.MustCompile(`(?is)<(?:script|style)\b.*?</(?:script|style)\s*>|<!--.*?-->|<[^>]*>`)
)

// maxMessage is the length in bytes up to which a message is kept.
const maxMessage = 512

// oneLine makes s printable on one line and cuts it, with a mark, to max bytes.
func oneLine(s string, max int) string {
	clean := func(r rune) rune {
		if r == utf8.RuneError || unicode.IsPrint(r) {
			return r
		}
		return ' '
	}
	if len(s) > 4*max {
		s = s[:4*max]
	}
	s = strings.Join(strings.Fields(strings.Map(clean, s)), " ")
	if len(s) <= max {
		return s
	}
	const mark = "…"
	end := max - len(mark)
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + mark
}

// secrets are what must not come back in an error, the longest first.
type secrets []string

// secretsOf collects the token of a request, the parts of one that has colons, and
// the credentials in the body of a create. Those too short to be secret are left:
// they would take words out of a message.
func secretsOf(r *transport.Request) secrets {
	token := strings.TrimPrefix(r.Bearer, bearer)
	all := secrets{token}
	for part := range strings.SplitSeq(token, ":") {
		if len(part) >= 8 {
			all = append(all, part)
		}
	}
	if body, ok := r.Hidden.(interface{ hidden() []string }); ok {
		for _, secret := range body.hidden() {
			if len(secret) >= 4 {
				all = append(all, secret)
			}
		}
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}

func (s secrets) redact(text string) string {
	for _, secret := range s {
		text = strings.ReplaceAll(text, secret, "[redacted]")
	}
	return text
}

func (s secrets) redactHeader(h http.Header) http.Header {
	h = h.Clone()
	for _, values := range h {
		for i := range values {
			values[i] = s.redact(values[i])
		}
	}
	return h
}

// redactError hides an error whose text has a secret behind one that has not.
func (s secrets) redactError(err error) error {
	if text := err.Error(); s.redact(text) != text {
		return &redacted{s.redact(transport.Describe(err)), err}
	}
	return err
}
