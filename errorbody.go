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
func readErrorBody(body []byte) (s said) {
	v, err := parse(body)
	if err != nil {
		if text := bytes.TrimSpace(body); len(text) > 0 && text[0] != '{' && text[0] != '[' {
			s.message = markup.ReplaceAllString(string(text[:min(len(text), 64<<10)]), " ")
		}
		return s
	}
	s.code = cmp.Or(v.scalar("error", "code"), v.scalar("error", "error"), v.scalar("error", "type"),
		v.scalar("detail", "code"), v.scalar("detail", "error"), v.scalar("code"), v.scalar("reason_code"), v.scalar("refusal"))
	s.message = cmp.Or(v.scalar("error", "message"), v.scalar("detail", "message"), v.scalar("message"), v.scalar("reason_human"),
		v.scalar("detail"), v.scalar("error"), v.scalar("title"), v.scalar())
	for problem := range v.at("detail").elements() { // FastAPI's validation
		if len(s.message) > maxMessage {
			break
		}
		var where []string
		for step := range problem.at("loc").elements() {
			where = append(where, step.text())
		}
		text := strings.Trim(strings.Join(where, ".")+": "+problem.scalar("msg"), ": ")
		s.message = strings.TrimPrefix(s.message+"; "+text, "; ")
		s.code = cmp.Or(s.code, problem.scalar("type"))
	}
	if strings.HasPrefix(s.message, "{'") { // a Python dict, printed
		dict := s.message
		s.message = pythonMember(dict, "message", "msg", "detail", "error")
		s.code = cmp.Or(s.code, pythonMember(dict, "code"))
	}
	if bare := v.scalar("error"); s.code == "" && identifier.MatchString(bare) {
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
	code := readErrorBody(body).code
	return code == "MAX_CAMPAIGNS_PER_CLIENT" || code == "bulk_records_per_job_exceeded"
}

// at follows names from object to object; null when there is nothing.
func (v value) at(names ...string) value {
	for _, name := range names {
		found := null
		for key, member := range v.members() {
			if key == name {
				found = member
			}
		}
		v = found
	}
	return v
}

// scalar returns the text at the end of names, and "" for an object or an array.
func (v value) scalar(names ...string) string {
	if v = v.at(names...); v[0] == '{' || v[0] == '[' {
		return ""
	}
	return v.text()
}

var (
	identifier = regexp.MustCompile(`^[A-Za-z0-9]+(_[A-Za-z0-9]+)+$`)
	pythonPair = regexp.MustCompile(`'(\w+)': (?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")`)
	markup     = regexp.MustCompile(`(?is)<(?:script|style)\b.*?</(?:script|style)\s*>|<!--.*?-->|<[^>]*>`)
)

// pythonMember returns the first of names that a printed Python dict has.
func pythonMember(dict string, names ...string) string {
	pairs := pythonPair.FindAllStringSubmatch(dict, 64)
	for _, name := range names {
		for _, pair := range pairs {
			if pair[1] == name {
				return pair[2] + pair[3]
			}
		}
	}
	return ""
}

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

// secrets are what must not come back in an error: the token, and the credentials
// in the body of a create.
type secrets struct {
	token string
	body  any
}

// texts returns the secrets and their parts. Those too short to be secret are left
// out: they would take words out of a message.
func (s secrets) texts() []string {
	texts := []string{s.token}
	for part := range strings.SplitSeq(s.token, ":") {
		if len(part) >= 8 {
			texts = append(texts, part)
		}
	}
	var credentials Credentials
	switch body := s.body.(type) {
	case CreateParams:
		credentials = body.Credentials
	case *CreateParams:
		credentials = body.Credentials
	}
	for _, secret := range credentials {
		if len(secret) >= 4 {
			texts = append(texts, secret)
		}
	}
	// The longest first, lest a short one leave the rest of it.
	slices.SortFunc(texts, func(a, b string) int { return len(b) - len(a) })
	return texts
}

func (s secrets) redact(text string) string {
	for _, secret := range s.texts() {
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
