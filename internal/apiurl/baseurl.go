// Package apiurl validates and builds the URLs of requests: the base URL of the API, the paths below it and the
// query parameters. What it accepts stays below the base URL, whichever server or proxy reads it.
package apiurl

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// defaultPath is the path of a base URL that has none.
const defaultPath = "/api/v1"

// maxShown is the number of bytes of a caller's text that an error quotes.
const maxShown = 200

// maxBaseURL is the length in bytes of the longest base URL.
const maxBaseURL = 4096

// ParseBase parses the base URL of the API. The scheme is https or http, the path is kept as a prefix, and a URL
// without a path gets /api/v1. Surrounding white space and trailing slashes are ignored. User info, a query and a
// fragment are refused, and so is a path that [CheckPath] would refuse. The caller decides whether http is allowed.
//
// The error says what is wrong and quotes the URL without user info, query and fragment. It does not quote a text
// in which these cannot be told apart from the rest.
func ParseBase(rawURL string) (*url.URL, error) {
	text := strings.TrimSpace(rawURL)
	if len(text) > maxBaseURL {
		return nil, fmt.Errorf("base URL: the URL is longer than %d bytes", maxBaseURL)
	}
	base, err := parseBase(text)
	if err != nil {
		return nil, refuseBase(text, err)
	}
	return base, nil
}

// IsLoopback reports whether host, without a port, is this machine: localhost or a loopback address.
func IsLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func parseBase(text string) (*url.URL, error) {
	if err := checkBaseText(text); err != nil {
		return nil, err
	}
	base, err := url.Parse(text)
	if err != nil {
		return nil, errors.New("the host is not valid")
	}
	escaped := strings.TrimRight(base.EscapedPath(), "/")
	if escaped == "" {
		escaped = defaultPath
	}
	if err := checkSegments(escaped); err != nil {
		return nil, err
	}
	setPath(base, escaped)
	// net/url accepts some zones of IPv6 addresses that it cannot read back.
	if _, err := url.Parse(base.String()); err != nil {
		return nil, errors.New("the host is not valid")
	}
	return base, nil
}

// checkBaseText refuses what net/url would accept, and what net/url would quote in its error.
func checkBaseText(text string) error {
	if err := checkScheme(text); err != nil {
		return err
	}
	_, authority, _ := splitURL(text)
	if err := checkAuthority(authority); err != nil {
		return err
	}
	switch {
	case strings.Contains(text, "?"):
		return errors.New("a query is not allowed")
	case strings.Contains(text, "#"):
		return errors.New("a fragment is not allowed")
	case !utf8.ValidString(text):
		return errors.New("the URL is not valid UTF-8")
	case hasControl(text):
		return errors.New("a control character is not allowed")
	case hasBrokenEscape(text):
		return errors.New("a percent sign is not followed by two hexadecimal digits")
	}
	return nil
}

func checkScheme(text string) error {
	scheme, _, _ := splitURL(text)
	lower := strings.ToLower(text)
	switch {
	case text == "":
		return errors.New("the URL is empty")
	case strings.EqualFold(scheme, "https"), strings.EqualFold(scheme, "http"):
		return nil
	case scheme != "":
		return errors.New("the scheme must be https or http")
	case strings.HasPrefix(lower, "https:"), strings.HasPrefix(lower, "http:"):
		return errors.New("// missing after the scheme")
	}
	return errors.New("https:// missing")
}

func checkAuthority(authority string) error {
	if strings.Contains(authority, "@") {
		return errors.New("a user name or password is not allowed")
	}
	host, port, hasPort := splitPort(authority)
	if strings.Trim(host, "[]") == "" {
		return errors.New("host missing")
	}
	if strings.Contains(host, ":") && !strings.HasPrefix(host, "[") {
		return errors.New("an IPv6 address must be in brackets")
	}
	if !hasPort {
		return nil
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || number == 0 {
		return errors.New("the port must be a number from 1 to 65535")
	}
	return nil
}

// splitPort cuts an authority without user info at the colon before the port. The colons inside the brackets of an
// IPv6 address are part of the host.
func splitPort(authority string) (host, port string, hasPort bool) {
	colon := strings.LastIndexByte(authority, ':')
	if colon < 0 || strings.Contains(authority[colon:], "]") {
		return authority, "", false
	}
	return authority[:colon], authority[colon+1:], true
}

var schemePattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*$`)

// splitURL cuts a URL as net/url does into the scheme, the authority (user info, host and port) and what follows.
// All of a text without "scheme://" at its beginning is rest.
func splitURL(text string) (scheme, authority, rest string) {
	scheme, rest, found := strings.Cut(text, "://")
	if !found || !schemePattern.MatchString(scheme) {
		return "", "", text
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	return scheme, rest[:end], rest[end:]
}

func refuseBase(text string, reason error) error {
	shown := withoutSecrets(text)
	if shown == "" {
		return fmt.Errorf("base URL: %w", reason)
	}
	return fmt.Errorf("base URL %q: %w", shorten(shown), reason)
}

// bareHost matches a URL whose scheme is missing or incomplete. Without any scheme, it matches only what looks like a
// host name or an IPv4 address. A token that was passed in the place of the URL does not match, so it is not quoted.
var bareHost = regexp.MustCompile(`(?i)^(https?:/[a-z0-9.-]+|(//)?(localhost|` +
	`([a-z0-9-]{1,63}\.)+[a-z]{2,24}|([0-9]{1,3}\.){3}[0-9]{1,3}))(:[0-9]{1,5})?(/|$)`)

// withoutSecrets returns a URL without user info, query and fragment. It returns "" when they cannot be told apart
// from the rest: a password may contain an unescaped slash or question mark, and a text that is no URL may be a token.
func withoutSecrets(text string) string {
	scheme, authority, rest := splitURL(text)
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	if hasDelimiterOfSecret(host + rest) {
		return ""
	}
	if end := strings.IndexAny(rest, "?#"); end >= 0 {
		rest = rest[:end]
	}
	switch {
	case scheme != "":
		return scheme + "://" + host + rest
	case bareHost.MatchString(rest):
		return rest
	}
	return ""
}

// hasDelimiterOfSecret reports whether s has an "@", which ends user info, or an escaped "@", "?" or "#".
func hasDelimiterOfSecret(s string) bool {
	decoded := decodeFully(s)
	if strings.Contains(decoded, "@") {
		return true
	}
	return strings.Count(decoded, "?")+strings.Count(decoded, "#") > strings.Count(s, "?")+strings.Count(s, "#")
}

// shorten cuts s to at most maxShown bytes, the mark "…" included.
func shorten(s string) string {
	const mark = "…"
	if len(s) <= maxShown {
		return s
	}
	return strings.ToValidUTF8(s[:maxShown-len(mark)], "") + mark
}
