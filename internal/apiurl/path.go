package apiurl

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxPath is the length in bytes that no path may exceed.
const maxPath = 2048

// CheckPath checks a path that is relative to base, which comes from [ParseBase]. The path may be escaped, wholly or
// in part. CheckPath refuses a path that a server or proxy could resolve outside the base URL, however often it
// decodes the path and whichever separators it accepts. It also refuses a path with a query, a path that ends in a
// slash, and a path that repeats the path of base.
//
// The error names the reason. It does not quote the path, except to show how to write it without the repeated part.
func CheckPath(base *url.URL, path string) error {
	if err := checkBeginning(path); err != nil {
		return err
	}
	switch {
	case strings.Contains(path, "?"):
		return errors.New("the path must not contain a query; use WithQuery")
	case strings.Contains(path, "#"):
		return errors.New("the path must not contain a fragment")
	}
	if err := checkSegments(path); err != nil {
		return err
	}
	return checkRepeat(base, path)
}

func checkBeginning(path string) error {
	if path == "" {
		return errors.New("the path is empty")
	}
	if scheme, _, _ := splitURL(path); scheme != "" {
		return errors.New("the path must be relative to the base URL, without a scheme and host")
	}
	if !strings.HasPrefix(path, "/") {
		return errors.New("the path must begin with a slash")
	}
	return nil
}

// checkSegments checks a path that begins with a slash and has no query and no fragment. It looks at the path after
// all decodings: a decoding never removes what is refused, so each earlier form of the path is harmless as well.
func checkSegments(path string) error {
	if len(path) > maxPath {
		return errors.New("the path is longer than 2,048 bytes")
	}
	if hasBrokenEscape(path) {
		return errors.New("a percent sign in the path is not followed by two hexadecimal digits")
	}
	decoded := decodeFully(path)
	switch {
	case !utf8.ValidString(path), !utf8.ValidString(decodeOnce(path)), !utf8.ValidString(decoded):
		return errors.New("the path is not valid UTF-8")
	case hasControl(decoded):
		return errors.New("the path must not contain a control character")
	case strings.Contains(decoded, `\`):
		return errors.New("the path must not contain a backslash")
	case hasDotSegment(decoded):
		return errors.New(`the path must not contain a "." or ".." segment`)
	case strings.Contains(decoded, "//"):
		return errors.New("the path must not contain an empty segment (two slashes in a row)")
	case strings.HasSuffix(decoded, "/"):
		return errors.New("the path must not end in a slash")
	case hasEmptyParameter(decoded):
		return errors.New("a segment of the path must not begin or end with a semicolon or contain two in a row")
	}
	return nil
}

// checkRepeat refuses a path that begins with the path of base, or with /api/v1 where the path of base ends in it.
func checkRepeat(base *url.URL, path string) error {
	prefixes := []string{base.EscapedPath()}
	if strings.HasSuffix(base.Path, defaultPath) {
		prefixes = append(prefixes, defaultPath)
	}
	for _, prefix := range prefixes {
		_, repeats := cutBasePath(decodeFully(path), decodeFully(prefix))
		if !repeats {
			continue
		}
		rest, _ := cutBasePath(path, prefix)
		if strings.HasPrefix(rest, "/") && len(rest) <= maxShown {
			return fmt.Errorf("the path repeats the base path %s; give it as %q", shorten(prefix), rest)
		}
		return fmt.Errorf("the path repeats the base path %s", shorten(prefix))
	}
	return nil
}

// cutBasePath returns path without a prefix that ends at the end of a segment. Letter case does not matter.
func cutBasePath(path, prefix string) (rest string, found bool) {
	if prefix == "" || len(path) < len(prefix) || !strings.EqualFold(path[:len(prefix)], prefix) {
		return "", false
	}
	rest = path[len(prefix):]
	if rest != "" && !isSeparator(rune(rest[0])) {
		return "", false
	}
	return rest, true
}

// similarCharacters replaces characters that some servers convert to a dot, a slash or a backslash.
var similarCharacters = strings.NewReplacer("．", ".", "﹒", ".", "․", ".", "‥", "..", "／", "/", "＼", `\`)

// hasDotSegment reports whether a segment, or a part of one between semicolons, is "." or "..". Spaces around the
// dots do not matter: some file systems ignore them.
func hasDotSegment(path string) bool {
	segments := strings.FieldsFunc(similarCharacters.Replace(path), isSeparator)
	return slices.ContainsFunc(segments, func(segment string) bool {
		segment = strings.TrimSpace(segment)
		return segment == "." || segment == ".."
	})
}

// isSeparator reports whether some servers end a segment at r.
func isSeparator(r rune) bool {
	return r == '/' || r == '\\' || r == ';'
}

// hasEmptyParameter reports whether path has an empty segment for a server that ends segments at semicolons.
func hasEmptyParameter(path string) bool {
	return strings.Contains(strings.ReplaceAll(path, ";", "/")+"/", "//")
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, unicode.IsControl)
}

func hasBrokenEscape(s string) bool {
	_, err := url.PathUnescape(s)
	return err != nil
}

// decodeFully decodes s until a further decoding changes nothing. Each decoding makes s shorter, so the loop ends.
func decodeFully(s string) string {
	for {
		decoded := decodeOnce(s)
		if decoded == s {
			return s
		}
		s = decoded
	}
}

// escape matches a percent escape, also in the form %uXXXX that some servers accept.
var escape = regexp.MustCompile(`%[0-9A-Fa-f]{2}|%u[0-9A-Fa-f]{4}`)

// decodeOnce decodes the escapes in s and keeps a percent sign that begins none.
func decodeOnce(s string) string {
	return escape.ReplaceAllStringFunc(s, func(match string) string {
		digits, wide := strings.CutPrefix(match[1:], "u")
		code, _ := strconv.ParseUint(digits, 16, 16) // the pattern admits hexadecimal digits only
		if wide {
			return string(rune(code))
		}
		return string([]byte{byte(code)})
	})
}

// Join returns a new URL: base with path appended to its path. What must be escaped in path is escaped, what is
// escaped already is kept. base comes from [ParseBase], and path has passed [CheckPath] or is a constant one.
func Join(base *url.URL, path string) url.URL {
	joined := *base
	if base.RawPath == "" && !strings.ContainsAny(path, escapedOtherwise) {
		joined.Path += path // with the result of setPath, which escapes and parses
		return joined
	}
	setPath(&joined, base.EscapedPath()+escapeOnce(path))
	return joined
}

// setPath sets the path of u. As in net/url, RawPath is set only if it differs from the default escaping of Path.
func setPath(u *url.URL, escaped string) {
	u.Path, _ = url.PathUnescape(escaped) // fails for a broken escape only, and escaped has none
	u.RawPath = ""
	if u.EscapedPath() != escaped {
		u.RawPath = escaped
	}
}

// escapeOnce escapes what must not stand in a path, and keeps the escapes that are there.
func escapeOnce(path string) string {
	if !strings.ContainsFunc(path, mayNeedEscape) {
		return path
	}
	var b strings.Builder
	b.Grow(len(path))
	for i := range len(path) {
		c := path[i]
		if isPathByte(c) || c == '%' && !hasBrokenEscape(path[i:min(i+3, len(path))]) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// escapedOtherwise is what net/url escapes in a path and escapeOnce does not.
const escapedOtherwise = "%!'()*[]"

// pathPunctuation may stand in a path unescaped.
const pathPunctuation = "/-._~!$&'()*+,;=:@[]"

func isPathByte(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	default:
		return strings.IndexByte(pathPunctuation, c) >= 0
	}
}

// mayNeedEscape reports whether r may have to be escaped. A percent sign needs it unless it begins an escape.
func mayNeedEscape(r rune) bool {
	return r >= utf8.RuneSelf || !isPathByte(byte(r))
}
