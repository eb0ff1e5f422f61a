package spideriq

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
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
		return nil, errors.New("base URL: not a URL")
	}
	port, err := strconv.ParseUint(cmp.Or(u.Port(), "443"), 10, 16)
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("base URL: must begin with https:// or http://")
	case u.User != nil:
		return nil, errors.New("base URL: must not hold a user name or password")
	case u.Hostname() == "" || strings.HasSuffix(u.Host, ":") || err != nil || port == 0:
		return nil, errors.New("base URL: host or port is missing or wrong")
	case strings.ContainsAny(raw, "?#"):
		return nil, errors.New("base URL: must not hold a query or fragment")
	}
	u.RawPath = cmp.Or(strings.TrimRight(u.EscapedPath(), "/"), "/api/v1")
	if u.Path, err = cleanPath(u.RawPath); err != nil {
		return nil, fmt.Errorf("base URL: %w", err)
	}
	return u, nil
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback() || strings.EqualFold(host, "localhost")
}

// cleanPath returns the path that the escaped one stands for, and refuses one that
// a server or proxy on the way could read as a path to elsewhere.
func cleanPath(escaped string) (string, error) {
	path, err := url.PathUnescape(escaped)
	switch {
	case err != nil:
		return "", errors.New("the path has a broken % escape")
	case len(escaped) > 2048:
		return "", errors.New("the path is longer than 2,048 bytes")
	case !strings.HasPrefix(escaped, "/"):
		return "", errors.New("the path must begin with /")
	case strings.ContainsAny(escaped, "?#"):
		return "", errors.New("the path must hold no query or fragment; see WithQuery")
	}
	for deep, before := path, ""; deep != before; { // somebody may unescape more than once
		for segment := range strings.SplitSeq(strings.ReplaceAll(deep, `\`, "/")[1:], "/") {
			segment, _, _ = strings.Cut(segment, ";") // some servers cut there
			if segment == "" || segment == "." || segment == ".." {
				return "", errors.New(`the path must have no empty segment, no "." and no ".."`)
			}
		}
		if strings.ContainsFunc(deep, unicode.IsControl) || !utf8.ValidString(deep) {
			return "", errors.New("the path has control characters or is not UTF-8")
		}
		before = deep
		if next, err := url.PathUnescape(deep); err == nil {
			deep = next
		}
	}
	return path, nil
}

// unescaped matches what must be escaped in a path that may be escaped already.
var unescaped = regexp.MustCompile("[^!-~]|[\"<>\\\\^`{|}]")

// encodeQuery encodes a struct with `url` tags. What go-querystring has no form
// for, and would leave out or print as Go does, is an error.
func encodeQuery(params any) (url.Values, error) {
	t := reflect.TypeOf(params)
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%T is not a struct", params)
	}
	if err := inQuery(t); err != nil {
		return nil, err
	}
	values, err := query.Values(params)
	return values, cmp.Or(err, unless(!values.Has("format"), `the parameter "format" changes the answer to YAML`))
}

func inQuery(t reflect.Type) error {
	for f := range t.Fields() {
		one, list := f.Type, false
		for one.Kind() == reflect.Pointer || one.Kind() == reflect.Slice || one.Kind() == reflect.Array {
			list = list || one.Kind() != reflect.Pointer
			one = one.Elem()
		}
		switch kind := one.Kind(); {
		case !f.IsExported() && !f.Anonymous, f.Tag.Get("url") == "-", f.Type.Implements(reflect.TypeFor[query.Encoder]()):
		case one == reflect.TypeFor[time.Time](), reflect.Bool <= kind && kind <= reflect.Float64, kind == reflect.String:
		case kind == reflect.Struct && !list && one != t:
			if err := inQuery(one); err != nil {
				return err
			}
		default:
			return fmt.Errorf("field %s: a %s has no form in a query", f.Name, f.Type)
		}
	}
	return nil
}
