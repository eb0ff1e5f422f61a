package spideriq

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"path"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-querystring/query"
)

// parseBase reads a base URL. Its errors do not quote it, for it may hold a
// password.
func parseBase(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil {
		return nil, errors.New("not a URL")
	}
	port, wrongPort := strconv.ParseUint(cmp.Or(u.Port(), "443"), 10, 16)
	u.RawPath = cmp.Or(strings.TrimRight(u.EscapedPath(), "/"), "/api/v1")
	u.Path, err = cleanPath(u.RawPath)
	return u, cmp.Or(
		unless(u.Scheme == "https" || u.Scheme == "http", "must begin with https:// or http://"),
		unless(u.User == nil, "must not hold a user name or password"),
		unless(u.Hostname() != "" && !strings.HasSuffix(u.Host, ":") && wrongPort == nil && port > 0, "host or port is missing or wrong"),
		unless(!strings.ContainsAny(raw, "?#"), "must not hold a query or fragment"),
		err)
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback() || strings.EqualFold(host, "localhost")
}

// cleanPath returns the path that the escaped one stands for, and refuses one that
// a server or proxy on the way could read as a path to elsewhere.
func cleanPath(escaped string) (string, error) {
	if len(escaped) > 2048 {
		return "", errors.New("the path is longer than 2,048 bytes")
	}
	clean, err := url.PathUnescape(escaped)
	return clean, cmp.Or(
		unless(err == nil, "the path has a broken %% escape"),
		unless(strings.HasPrefix(escaped, "/"), "the path must begin with /"),
		unless(!strings.ContainsAny(escaped, "?#"), "the path must hold no query or fragment; see WithQuery"),
		unless(!isCrooked(clean), `the path must be UTF-8 without empty segments, ".", ".." and control characters`))
}

// isCrooked says that p is not what it looks like to a reader who takes \ for /,
// cuts segments at a semicolon, or unescapes once more.
func isCrooked(p string) bool {
	next, err := url.PathUnescape(p)
	plain := separators.Replace(p)
	return plain == "/" || plain != path.Clean(plain) || strings.ContainsFunc(p, unicode.IsControl) || !utf8.ValidString(p) ||
		err == nil && next != p && isCrooked(next)
}

var separators = strings.NewReplacer(`\`, "/", ";", "/")

// unescaped matches what must be escaped in a path that may be escaped already.
var unescaped = regexp.MustCompile("[^!-~]|[\"<>\\\\^`{|}]")

// encodeQuery encodes a struct with `url` tags. What go-querystring has no form
// for, and would leave out or print as Go does, is an error.
func encodeQuery(params any) (url.Values, error) {
	t := reflect.TypeOf(params)
	if t == nil {
		return nil, errors.New("a query must be a struct, not nil")
	}
	if err := inQuery(t, 8); err != nil {
		return nil, err
	}
	values, err := query.Values(params)
	return values, cmp.Or(err, unless(!values.Has("format"), `the query parameter "format" changes the answer to YAML`))
}

// inQuery takes a type with so many levels of structs, and none in a list.
func inQuery(t reflect.Type, levels int) error {
	switch kind := t.Kind(); {
	case t == reflect.TypeFor[time.Time](), reflect.Bool <= kind && kind <= reflect.Float64, kind == reflect.String:
		return nil
	case kind == reflect.Pointer:
		return inQuery(t.Elem(), levels)
	case kind == reflect.Slice, kind == reflect.Array:
		return inQuery(t.Elem(), 0)
	case kind != reflect.Struct || levels == 0:
		return fmt.Errorf("a %s has no form in a query", t)
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() && !f.Anonymous || f.Tag.Get("url") == "-" || f.Type.Implements(reflect.TypeFor[query.Encoder]()) {
			continue
		}
		if err := inQuery(f.Type, levels-1); err != nil {
			return fmt.Errorf("field %s: %w", f.Name, err)
		}
	}
	return nil
}
