package apiurl_test

import (
	"net/url"
	"path"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/spideriq/spideriq-go/internal/apiurl"
)

// FuzzBaseURL accepts a URL with the host, scheme and path that net/url finds in it, or refuses it without quoting
// user info, query and fragment.
func FuzzBaseURL(f *testing.F) {
	for _, raw := range []string{
		"https://api.example", "https://api.example/v1/", "http://127.0.0.1:8080", "http://[::1]/", "http://localhost",
		"http://api.example", "https://user:hunter2@api.example/", "https://hunter2@api.example", "spideriq.ai",
		"https://api.example/a%2Fb/%2e%2e", "https://api.example/a b/%20", "//api.example", "https:api.example",
		"HTTPS://API.EXAMPLE:443", "https://api.example:99999", "https://[fe80::1%25eth0]/", "http:/host",
		"https://api.example?hunter2#x", "https://@api.example", "https://api.example\\@hunter2", "http://0x7f.1/",
		"http://127.1", "https://api.example/..;/x", "https://ünïcode.example",
		"https://user:p%zz@host", "https://a:b/c@d",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		base, err := apiurl.ParseBase(raw)
		if err != nil {
			checkBaseError(t, raw, err.Error())
			return
		}
		given, err := url.Parse(strings.TrimSpace(raw))
		if err != nil {
			t.Fatal(err)
		}
		want := url.URL{Scheme: given.Scheme, Host: given.Host, Path: base.Path, RawPath: base.RawPath}
		if *base != want || isAmbiguous(base.EscapedPath()) {
			t.Errorf("%q becomes %q", raw, base)
		}
		again, err := apiurl.ParseBase(base.String())
		if err != nil || *again != *base {
			t.Errorf("%q is read back as %v, %v", base, again, err)
		}
	})
}

func checkBaseError(t *testing.T, raw, text string) {
	t.Helper()
	if len(text) > 1000 || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("%q: %d bytes: %q", raw, len(text), text)
	}
	if strings.ContainsAny(text, "@?#") {
		t.Errorf("%q is quoted: %s", raw, text)
	}
	given, err := url.Parse(raw)
	if err != nil || given.User == nil {
		return
	}
	if password, _ := given.User.Password(); len(password) > 8 && strings.Contains(text, password) &&
		!strings.Contains(given.Host+given.Path+"user name or password is not allowed", password) {
		t.Errorf("%q shows the password: %s", raw, text)
	}
}

// FuzzCheckPath refuses a path, or no server or proxy reads the joined URL as one outside the base URL.
func FuzzCheckPath(f *testing.F) {
	for _, p := range []string{
		"/integrations/42", "/a b", "/a%20b", "/a%2Fb", "/a%2Fb c", "/..", "/%2e%2e/x", "/%252e%252e", "/a/%5c..%5cb",
		`/a\..\b`, "//evil.example", "https://evil.example/x", "/a?b", "/a#b", "/%", "/%zz", "/\x00", "/\u2028", "/a/",
		"/.", "/...", "/..;/x", "/%E0%80%AE", "/%c0%ae%c0%ae/x", "/ä", "/\xff", "/@evil.example", "/:80", "", "/;a=..",
		"/%25%32%65%25%32%65/x", "/x/%252e%252e/%252e%252e/admin%25zz", "/api/v1/x", "/API%2fv1", "/a;b/c",
		"/%25u002e./x", "/%2%65", "/..%20/x",
	} {
		f.Add(p)
	}
	base, err := apiurl.ParseBase("https://api.example")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, p string) {
		joined := apiurl.Join(base, p)
		want := url.URL{Scheme: "https", Host: "api.example", Path: joined.Path, RawPath: joined.RawPath}
		sent, err := url.Parse(joined.String())
		if err != nil || *sent != want {
			t.Fatalf("%q becomes %q, read as %q: %v", p, joined.String(), sent, err)
		}
		if err := apiurl.CheckPath(base, p); err != nil {
			if len(err.Error()) > 700 || strings.ContainsAny(err.Error(), "\r\n") {
				t.Errorf("%q: %v", p, err)
			}
			return
		}
		if decoded, err := url.PathUnescape(p); err != nil || sent.Path != base.Path+decoded {
			t.Errorf("%q becomes %q", p, sent.Path)
		}
		if strings.ContainsFunc(sent.Path, unicode.IsControl) || escapes(sent.EscapedPath(), base.Path) {
			t.Errorf("%q leads out of the base URL: %s", p, sent)
		}
	})
}

var (
	parameter   = regexp.MustCompile(`;[^/]*`)
	validEscape = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
)

// readings are the steps in which servers and proxies resolve a path, each alone or after others.
var readings = []func(string) string{
	path.Clean,
	func(p string) string { return strings.ReplaceAll(p, `\`, "/") },
	func(p string) string { return strings.ReplaceAll(p, ";", "/") },
	func(p string) string { return parameter.ReplaceAllString(p, "") },
	func(p string) string {
		decoded, err := url.PathUnescape(p)
		if err != nil {
			return p
		}
		return decoded
	},
	func(p string) string { // as a server does that keeps a broken escape
		return validEscape.ReplaceAllStringFunc(p, func(escape string) string {
			decoded, _ := url.PathUnescape(escape)
			return decoded
		})
	},
}

// escapes reports whether some order of readings resolves p to a path that is not below base.
func escapes(p, base string) bool {
	seen := map[string]bool{p: true}
	for todo := []string{p}; len(todo) > 0 && len(seen) < 200; todo = todo[1:] {
		for _, read := range readings {
			next := read(todo[0])
			if !strings.HasPrefix(path.Clean(next), base+"/") {
				return true
			}
			if !seen[next] {
				seen[next] = true
				todo = append(todo, next)
			}
		}
	}
	return false
}

// isAmbiguous reports whether p, decoded once or more often, is another path when it is cleaned.
func isAmbiguous(p string) bool {
	for range 10 {
		slashed := strings.NewReplacer(`\`, "/", ";", "/").Replace(p)
		if path.Clean(slashed) != slashed {
			return true
		}
		p = readings[len(readings)-1](p)
	}
	return false
}

// FuzzQuery makes a struct type and its values from bytes. EncodeQuery returns all of it or an error; it panics
// never, and loses no field.
func FuzzQuery(f *testing.F) {
	f.Add([]byte{0, 0, 1, 1, 2, 2}, "text")
	f.Add([]byte{5, 3, 5, 4, 5, 5}, "a,b c")
	f.Add([]byte{8, 0, 9, 1, 10, 2}, "\xff")
	f.Add([]byte{16, 1, 17, 0, 4, 6}, "format")
	f.Fuzz(func(t *testing.T, shape []byte, text string) {
		fields := fieldsOf(shape)
		params := reflect.New(reflect.StructOf(fields)).Elem()
		for i := range fields {
			fill(params.Field(i), text)
		}
		values, err := apiurl.EncodeQuery(params.Interface())
		if err != nil {
			if values != nil || strings.Contains(err.Error(), "a method of params panicked") {
				t.Errorf("%s: %v beside %v", params.Type(), values, err)
			}
			return
		}
		for i, field := range fields {
			if isLost(field, params.Field(i), values, text) {
				t.Errorf("%s: field %s is not in %v", params.Type(), field.Name, values)
			}
		}
	})
}

var queryTypes = []reflect.Type{
	reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[*string](), reflect.TypeFor[float64](),
	reflect.TypeFor[time.Time](), reflect.TypeFor[[]string](), reflect.TypeFor[[]byte](), reflect.TypeFor[[2]string](),
	reflect.TypeFor[map[string]string](), reflect.TypeFor[any](), reflect.TypeFor[Encoder](), reflect.TypeFor[uuid](),
	reflect.TypeFor[selfEncoder](), reflect.TypeFor[*pointerEncoder](), reflect.TypeFor[plain](),
	reflect.TypeFor[*plain](), reflect.TypeFor[*int](), reflect.TypeFor[time.Duration](), reflect.TypeFor[endless](),
	reflect.TypeFor[date](), reflect.TypeFor[named](), reflect.TypeFor[[]*string](), reflect.TypeFor[chan int](),
}

var queryTags = []reflect.StructTag{
	"", `url:",omitempty"`, `url:"-"`, `url:",comma"`, `url:",brackets"`, `url:",numbered"`, `url:",unixnano"`,
	`del:"|"`, `layout:"2006"`, `url:",int"`, `url:",misspelt"`,
}

// fieldsOf makes up to four fields, each from two bytes.
func fieldsOf(shape []byte) []reflect.StructField {
	var fields []reflect.StructField
	for i := 0; i+1 < min(len(shape), 8); i += 2 {
		fields = append(fields, reflect.StructField{
			Name: "F" + string(rune('A'+i)),
			Type: queryTypes[int(shape[i])%len(queryTypes)],
			Tag:  queryTags[int(shape[i+1])%len(queryTags)],
		})
	}
	return fields
}

// fill puts text into strings, lists of strings and pointers to strings, and leaves the rest zero.
func fill(v reflect.Value, text string) {
	switch p := v.Addr().Interface().(type) {
	case *string:
		*p = text
	case **string:
		*p = &text
	case *[]string:
		*p = []string{text, "b"}
	case *[]*string:
		*p = []*string{&text}
	}
}

// isLost reports whether values has no parameter for a field, or not its text.
func isLost(field reflect.StructField, v reflect.Value, values url.Values, text string) bool {
	if field.Tag.Get("url") == "-" || strings.Contains(field.Tag.Get("url"), "omitempty") && v.IsZero() {
		return false
	}
	if v.Kind() == reflect.String && v.Type().PkgPath() == "" {
		return values.Get(field.Name) != text
	}
	for name := range values {
		if strings.HasPrefix(name, field.Name) {
			return false
		}
	}
	return true
}
