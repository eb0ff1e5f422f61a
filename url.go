package spideriq

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"reflect"
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
	switch {
	case err != nil:
		return nil, errors.New("base URL: not a URL")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("base URL: must begin with https:// or http://")
	case u.User != nil:
		return nil, errors.New("base URL: must not hold a user name or password")
	case u.Hostname() == "" || strings.HasSuffix(u.Host, ":"):
		return nil, errors.New("base URL: host or port is missing")
	case strings.ContainsAny(raw, "?#"):
		return nil, errors.New("base URL: must not hold a query or fragment")
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
			return nil, errors.New("base URL: no such port")
		}
	}
	path := strings.TrimRight(u.EscapedPath(), "/")
	if path == "" {
		path = "/api/v1"
	}
	if u.Path, err = cleanPath(path); err != nil {
		return nil, fmt.Errorf("base URL: %w", err)
	}
	if u.RawPath = path; path == u.Path {
		u.RawPath = "" // only where the two differ, as in net/url
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
	// Somebody may unescape more than once.
	for deep := path; ; {
		for segment := range strings.SplitSeq(strings.ReplaceAll(deep, `\`, "/")[1:], "/") {
			segment, _, _ = strings.Cut(segment, ";") // some servers cut there
			if segment == "" || segment == "." || segment == ".." {
				return "", errors.New(`the path must have no empty segment, no "." and no ".."`)
			}
		}
		if strings.ContainsFunc(deep, unicode.IsControl) || !utf8.ValidString(deep) {
			return "", errors.New("the path has control characters or is not UTF-8")
		}
		next, err := url.PathUnescape(deep)
		if err != nil || next == deep {
			return path, nil
		}
		deep = next
	}
}

// escapePath escapes what must be in a path that may be escaped already.
func escapePath(path string) string {
	var b strings.Builder
	for i := range len(path) {
		if c := path[i]; c > ' ' && c < 0x7f && !strings.ContainsRune("\"<>\\^`{|}", rune(c)) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// encodeQuery encodes a struct with `url` tags. go-querystring leaves out, or
// prints as Go would, what it has no form for; here that is an error.
func encodeQuery(params any) (url.Values, error) {
	v := reflect.ValueOf(params)
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() == reflect.Pointer {
		return nil, nil
	}
	if v.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%T is not a struct", params)
	}
	if err := inQuery(v.Type()); err != nil {
		return nil, err
	}
	return query.Values(v.Interface())
}

var (
	queryEncoder = reflect.TypeFor[query.Encoder]()
	timeType     = reflect.TypeFor[time.Time]()
)

// inQuery says why a struct of type t can't be encoded as a query.
func inQuery(t reflect.Type) error {
	for f := range t.Fields() {
		if !f.IsExported() && !f.Anonymous || f.Tag.Get("url") == "-" {
			continue
		}
		one := f.Type
		for depth := 0; one.Kind() == reflect.Pointer || depth == 0 && (one.Kind() == reflect.Slice || one.Kind() == reflect.Array); {
			if one.Kind() != reflect.Pointer {
				depth++
			}
			one = one.Elem()
		}
		switch {
		case f.Type.Implements(queryEncoder) || one == timeType:
		case one.Kind() >= reflect.Bool && one.Kind() <= reflect.Float64 && one.Kind() != reflect.Uintptr, one.Kind() == reflect.String:
		case one.Kind() == reflect.Struct && f.Type.Kind() != reflect.Slice && f.Type.Kind() != reflect.Array && one != t:
			if err := inQuery(one); err != nil {
				return err
			}
		default:
			return fmt.Errorf("field %s: a %s has no form in a query", f.Name, f.Type)
		}
	}
	return nil
}
