package spideriq

import (
	"bytes"
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

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
	if bare := v.first("error"); e.Code == "" && identifier.MatchString(bare) {
		e.Code = bare
	}
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
