package spideriq

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spideriq/spideriq-go/internal/transport"
)

// judge makes the value or the error of a call out of how it ended: held back, an
// answer that says yes or no or makes no sense, or no whole answer.
func (r *request) judge() error {
	status := r.Answer.StatusCode
	var err error
	if r.Err == nil && r.Held == 0 && status/100 == 2 {
		if err = r.decode(); err == nil {
			return nil
		}
	}
	hidden := r.hidden()
	switch {
	case err != nil && err != errRefused:
		return &InvalidResponseError{
			StatusCode: status, ContentType: oneLine(hidden.Replace(r.Answer.Header.Get("Content-Type")), 128),
			Method: r.method, Path: r.path, Attempts: r.Attempts, Err: &cause{hidden.Replace(err.Error()), []error{err}},
		}
	case r.Err == nil || r.Held > 0:
		return r.apiError(hidden)
	}
	errs := []error{r.Err}
	if status != 0 && status/100 != 2 {
		errs = append(errs, r.apiError(hidden)) // of an earlier attempt, or the head of a broken answer
	}
	return &TransportError{
		Method: r.method, Path: r.path, Attempts: r.Attempts, MayHaveApplied: r.MayHaveApplied,
		Err: &cause{hidden.Replace(transport.Describe(r.Err)), errs},
	}
}

// errRefused says that a 2xx has "success": false in it.
var errRefused = errors.New("refused")

// decode reads the body of a 2xx into r.out, unless the API says in it that the call
// failed after all.
func (r *request) decode() error {
	_, bare := r.out.(*nothing)
	if r.out == nil || bare && r.Answer.StatusCode == http.StatusNoContent {
		return nil
	}
	v, err := parse(r.Answer.Body)
	if err = cmp.Or(r.Answer.Unreadable, err); err != nil {
		return err
	}
	err, refused, rest := errNothing, false, reader{text: v}
	theirs, isTheirs := r.out.(func(value) error)
	if whole := rest; !isTheirs && r.member == "" {
		err = whole.set(reflect.ValueOf(r.out).Elem())
	}
	rest.members(func(name value) {
		switch {
		case strings.EqualFold(name.text(), "success"):
			refused = rest.take() == "false"
		case r.member != "" && strings.EqualFold(name.text(), r.member):
			err = rest.set(reflect.ValueOf(r.out).Elem())
		default:
			rest.take()
		}
	})
	switch {
	case refused:
		return errRefused
	case isTheirs && v != null:
		err = theirs(v)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", cmp.Or(r.member, "the answer"), err)
	}
	return err
}

// nothing is what a delete wants of an answer, which may be a bare 204: that it is
// an object that does not say the opposite.
type nothing struct{}

// fill tells what came back.
func (i *ResponseInfo) fill(c *transport.Call) {
	a := c.Answer
	*i = ResponseInfo{StatusCode: a.StatusCode, Header: a.Header.Clone(), Body: bytes.Clone(a.Body), Attempts: c.Attempts}
	limit, err1 := strconv.Atoi(a.Header.Get("X-Ratelimit-Limit"))
	remaining, err2 := strconv.Atoi(a.Header.Get("X-Ratelimit-Remaining"))
	reset, err3 := strconv.ParseInt(a.Header.Get("X-Ratelimit-Reset"), 10, 64)
	if err1 == nil && err2 == nil && err3 == nil {
		i.RateLimit = &RateLimit{Limit: limit, Remaining: remaining, Reset: time.Unix(reset, 0)}
	}
}

// apiError is what an answer that is no success says, or why there was no request.
func (r *request) apiError(hidden *strings.Replacer) error {
	e := &APIError{StatusCode: http.StatusTooManyRequests, RetryAfter: r.Held}
	e.Message = "held back, because the API has asked to wait longer than this call can"
	if r.Held == 0 {
		e = readErrorBody(r.Answer.Body, hidden)
		e.StatusCode, e.Header = r.Answer.StatusCode, r.Answer.Header.Clone()
		e.Code, e.Message = oneLine(hidden.Replace(e.Code), 128), oneLine(hidden.Replace(e.Message), maxMessage)
		if wait, stated := transport.RetryAfter(r.Answer); stated {
			e.RetryAfter = wait
		}
		for _, values := range e.Header {
			for i := range values {
				values[i] = hidden.Replace(values[i])
			}
		}
	}
	e.Method, e.Path, e.Attempts, e.MayHaveApplied = r.method, r.path, r.Attempts, r.MayHaveApplied
	return e.typed()
}

// readErrorBody understands the shapes in which this platform answers errors, and
// never fails. Of JSON it takes only what is named here, because a body may echo
// what was sent; of other text, the beginning.
func readErrorBody(body []byte, hidden *strings.Replacer) *APIError {
	e := new(APIError)
	v, err := parse(body)
	if err != nil {
		if text := hidden.Replace(string(bytes.TrimSpace(body))); text != "" && text[0] != '{' && text[0] != '[' {
			e.Message = markup.ReplaceAllLiteralString(text[:min(len(text), 64<<10)], " ")
		}
		return e
	}
	e.Code = v.first("error code", "error error", "error type", "detail code", "detail error", "code", "reason_code", "refusal")
	e.Message = v.first("error message", "detail message", "message", "reason_human", "detail", "error", "title", "")
	problems := []string{e.Message}
	for _, list := range []reader{{text: v}, {text: v.at("detail")}} { // FastAPI's validation
		if list.next() != '[' {
			continue
		}
		list.members(func(value) {
			var where []string
			problem := list.take()
			loc := reader{text: problem.at("loc")}
			loc.members(func(value) { where = append(where, loc.take().text()) })
			problems = append(problems, strings.Trim(strings.Join(where, ".")+": "+problem.first("msg", ""), ": "))
			e.Code = cmp.Or(e.Code, problem.first("type"))
		})
	}
	e.Message = strings.Trim(strings.Join(problems, "; "), "; ")
	if printed := e.Message; strings.HasPrefix(printed, "{'") { // a Python dict
		e.Message = submatch(pythonText, printed)
		e.Code = cmp.Or(e.Code, submatch(pythonCode, printed))
	}
	e.Code = cmp.Or(e.Code, identifier.FindString(v.first("error")))
	e.Message = cmp.Or(e.Message, e.Code)
	if seconds, err := strconv.ParseUint(v.at("retry_after_seconds").text(), 10, 32); err == nil {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	return e
}

// isFinal says that a 429 with this body stays one, however long anybody waits.
func isFinal(body []byte) bool {
	code := readErrorBody(body, strings.NewReplacer()).Code
	return code == "MAX_CAMPAIGNS_PER_CLIENT" || code == "bulk_records_per_job_exceeded"
}

// first returns the first text, at the end of one of the paths, that is not empty
// and neither an object nor an array. The path "" leads to v itself.
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

// submatch returns what the group of re matches in s.
func submatch(re *regexp.Regexp, s string) string {
	return strings.Join(append(re.FindStringSubmatch(s), "")[1:], "")
}

// hidden returns what takes out of a text what must not come back in an error: the
// token, the parts of one that has colons, and the credentials in the body of a
// create. Those too short to be secret are left: they would take words out of a
// message.
func (r *request) hidden() *strings.Replacer {
	token := strings.TrimPrefix(r.Bearer, "Bearer ")
	parts := slices.DeleteFunc(strings.Split(token, ":"), func(part string) bool { return len(part) < 8 })
	secrets := slices.AppendSeq(append(parts, token, r.Bearer), maps.Values(r.secrets))
	secrets = slices.DeleteFunc(secrets, func(secret string) bool { return len(secret) < 4 })
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) }) // one may begin with another
	var pairs []string
	for _, secret := range secrets {
		pairs = append(pairs, secret, "[redacted]")
	}
	return strings.NewReplacer(pairs...)
}
