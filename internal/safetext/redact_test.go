package safetext

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
)

// everyByte has each printable ASCII character that an encoder may escape.
const everyByte = "sk-!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~ é\u2028\U0001F600-end"

func unescapedJSON(s string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// everyRune returns s with each character written by format.
func everyRune(s, format string) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, format, r)
	}
	return b.String()
}

// everyByteAs is everyRune for bytes.
func everyByteAs(s, format string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, format, s[i])
	}
	return b.String()
}

// inUTF16 returns s with each character as JSON escapes it, in pairs of surrogates where
// it needs two.
func inUTF16(s string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, `\u%04x`, unit)
	}
	return b.String()
}

func inJSON(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(text)
}

var (
	htmlByName = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;", "/", "&sol;")
	htmlInHex  = strings.NewReplacer("&", "&amp;", "'", "&#x27;", `"`, "&#X22;", "/", "&#x2F;")
	python     = strings.NewReplacer(`\`, `\\`, "'", `\'`, "\n", `\n`)
)

// encodings are the ways in which a server may echo what it was sent.
var encodings = map[string]func(string) string{
	"raw":                          func(s string) string { return s },
	"upper case":                   strings.ToUpper,
	"JSON":                         inJSON,
	"JSON without HTML escapes":    unescapedJSON,
	"JSON with escaped slashes":    func(s string) string { return strings.ReplaceAll(unescapedJSON(s), "/", `\/`) },
	"JSON in JSON":                 func(s string) string { return inJSON(inJSON(s)) },
	"JSON in upper hex":            func(s string) string { return everyByteAs(s, `\u%04X`) },
	"JSON in lower hex":            func(s string) string { return everyByteAs(s, `\u%04x`) },
	"JSON in ASCII":                inUTF16,
	"HTML":                         html.EscapeString,
	"HTML with names":              htmlByName.Replace,
	"HTML in hex":                  htmlInHex.Replace,
	"HTML, every character":        func(s string) string { return everyRune(s, "&#%d;") },
	"HTML, every character in hex": func(s string) string { return everyRune(s, "&#x%x;") },
	"HTML of JSON":                 func(s string) string { return html.EscapeString(inJSON(s)) },
	"HTML twice":                   func(s string) string { return html.EscapeString(html.EscapeString(s)) },
	"query":                        url.QueryEscape,
	"query in lower hex":           func(s string) string { return strings.ToLower(url.QueryEscape(s)) },
	"path":                         url.PathEscape,
	"every byte of a URL":          func(s string) string { return everyByteAs(s, "%%%02x") },
	"query twice":                  func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
	"query in HTML in JSON":        func(s string) string { return inJSON(html.EscapeString(url.QueryEscape(s))) },
	"Go":                           strconv.Quote,
	"Go in ASCII":                  strconv.QuoteToASCII,
	"Python":                       python.Replace,
}

// ascii drops what is not ASCII, for the encodings that are spelled by byte.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0x7e {
			return -1
		}
		return r
	}, s)
}

func TestSecretsAreRedactedInEveryEncoding(t *testing.T) {
	t.Parallel()
	secrets := map[string]string{
		"token":                "client_51f0aa:key_9c27d03e:secret_55ab8114",
		"every character":      ascii(everyByte),
		"other scripts":        everyByte,
		"escapes in a secret":  `a%41b\n\u0041&amp;&#39;c%zz\q`,
		"escapes on one line":  `a%41b&amp;&#39;c%zz\q`,
		"base64":               "abcd+/EFGH+ijkl/==",
		"spaces":               "correct horse battery",
		"backslashes":          `C:\new\table\x41`,
		"line break as escape": `-----BEGIN-----\nMIIEvQIBADANBg\n-----END-----`,
	}
	for name, secret := range secrets {
		for how, encode := range encodings {
			if strings.HasSuffix(how, "hex") && strings.HasPrefix(how, "JSON") && secret != ascii(secret) {
				continue // spells bytes
			}
			if how == "upper case" && secret != ascii(secret) {
				continue
			}
			t.Run(name+"/"+how, func(t *testing.T) {
				t.Parallel()
				encoded := strings.Trim(encode("|"+secret+"|"), `"`)
				before, after := strings.Trim(encode("|"), `"`), strings.Trim(encode("|"), `"`)
				got := NewRedactor(secret).Redact("you sent " + encoded + " to us")
				if how != "JSON in JSON" && how != "HTML of JSON" { // these put quotation marks around it
					assert.Equal(t, "you sent "+before+"[redacted]"+after+" to us", got)
				}
				assert.Contains(t, got, "[redacted]")
				assert.NotContains(t, got, encoded)
				assert.Regexp(t, `^you sent .* to us$`, got)
			})
		}
	}
}

func TestLongestSecretIsRedactedWhole(t *testing.T) {
	t.Parallel()
	const longer = "sk-or-v1-0b5e77aa31-tail99"
	r := NewRedactor(longer[:18], longer, longer[:9], longer[9:], "tail99")
	assert.Equal(t, "no: [redacted]!", r.Redact("no: "+longer+"!"))
}

func TestSecretsThatOverlapOrTouchGetOnePlaceholder(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		secrets []string
		text    string
		want    string
	}{
		{"overlap", []string{"abcdef", "defghi"}, "no: abcdefghi!", "no: [redacted]!"},
		{"overlap in a chain", []string{"abcdef", "defghi", "ghijkl"}, "no: abcdefghijkl!", "no: [redacted]!"},
		{"one inside the other", []string{"cdef", "abcdefgh"}, "no: abcdefgh!", "no: [redacted]!"},
		{"two inside the other", []string{"bcde", "fghi", "abcdefghij"}, "no: abcdefghij!", "no: [redacted]!"},
		{"same beginning", []string{"abcd", "abcdef"}, "no: abcdef!", "no: [redacted]!"},
		{"same end", []string{"cdef", "abcdef"}, "no: abcdef!", "no: [redacted]!"},
		{"touch", []string{"abcd", "efgh"}, "no: abcdefgh!", "no: [redacted]!"},
		{"touch inside the other", []string{"cdef", "ghij", "abcdefghijkl"}, "no: abcdefghijkl!", "no: [redacted]!"},
		{"apart", []string{"key_9c27", "secret_55ab"}, "key_9c27:secret_55ab", "[redacted]:[redacted]"},
		{"apart behind an overlap", []string{"abcdef", "defghi"}, "abcdefghi abcdef", "[redacted] [redacted]"},
		{"overlaps itself", []string{"abab"}, "abababc", "[redacted]c"},
		{"touches itself", []string{"abcd"}, "abcdabcd!", "[redacted]!"},
		{"begins in the first half of itself", []string{"aaaa"}, "aaaaa", "[redacted]a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, NewRedactor(tt.secrets...).Redact(tt.text))
		})
	}
}

func TestShortSecretsAreLeft(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "abc [redacted]", NewRedactor("abc", "abcd", "").Redact("abc abcd"))
	assert.Equal(t, "[redacted]", NewRedactor("abcd").Redact("abcd"), "the shortest one alone")
	assert.Equal(t, "%41%42 a ab", NewRedactor("%41").Redact("%41%42 a ab"))
	assert.Equal(t, "[redacted] ab", NewRedactor("%41%42").Redact("%41%42 ab"), "its decoded form is too short")
	for _, secret := range []string{"    ", "++++", "\n\n\n\n", ""} {
		assert.Equal(t, "a     b\n\n\n\n+++++", NewRedactor(secret).Redact("a     b\n\n\n\n+++++"))
	}
	var none *Redactor
	assert.Equal(t, "text", none.Redact("text"))
	assert.Equal(t, "text", NewRedactor().Redact("text"))
}

func TestOrdinaryWordsStay(t *testing.T) {
	t.Parallel()
	r := NewRedactor("not:a:key", "nota key", "abcd1234")
	for _, text := range []string{"not a key", "a b c d 1 2 3 4", "abcd 1234", "100% of & all \\ things", ""} {
		assert.Equal(t, text, r.Redact(text))
	}
}

// pemKey is like a private key of size bytes and is none.
func pemKey(size int) string {
	var b strings.Builder
	b.WriteString("-----BEGIN PRIVATE KEY-----\n")
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "%062d+/\n", i*i*i+7)
	}
	b.WriteString("abcd==\n-----END PRIVATE KEY-----\n")
	return b.String()
}

func TestSecretOfSeveralLinesIsRedactedHoweverItIsBroken(t *testing.T) {
	t.Parallel()
	key := pemKey(400)
	r := NewRedactor(key)
	breaks := map[string]string{
		"as sent": "\n", "CRLF": "\r\n", "space": " ", "none": "", "indented": "\n    ", "plus": "+",
		"backslash n": `\n`, "backslash r n": `\r\n`, "escaped twice": `\\n`, "percent": "%0A",
		"percent CRLF": "%0d%0a", "entity": "&#10;",
	}
	for name, lineBreak := range breaks {
		echo := strings.ReplaceAll(strings.TrimSpace(key), "\n", lineBreak)
		assert.Equal(t, "bad key [redacted], sorry", r.Redact("bad key "+echo+", sorry"), name)
		assert.Equal(t, "bad key [redacted] sorry", r.Redact("bad key "+echo+" sorry"), name)
		for how, encode := range encodings {
			got := r.Redact("bad key " + encode(echo) + " sorry")
			assert.NotContains(t, strings.ToLower(got), "private", "%s %s", name, how)
			assert.NotRegexp(t, `0{9}`, got, "%s %s", name, how)
		}
	}
	lines := strings.Split(key, "\n")
	assert.Equal(t, "line 2: [redacted]", r.Redact("line 2: "+lines[1]))
	assert.Equal(t, "last line: abcd==", r.Redact("last line: abcd=="), "shorter than 8 bytes")
	assert.Equal(t, "line 2: [redacted]", NewRedactor("abcdefgh\nijklmnop").Redact("line 2: ijklmnop"), "of two")
	assert.Equal(t, "abcdefg", NewRedactor("abcd\nefg").Redact("abcdefg"), "too short without its line breaks")
	assert.Equal(t, "[redacted]", NewRedactor("abcd\nefgh").Redact("abcdefgh"), "just long enough without it")
}

func TestPartsThatAreCutInTwoEncodings(t *testing.T) {
	t.Parallel()
	r := NewRedactor("nsecret-1234", "abcdef12")
	assert.Equal(t, `C:\[redacted]`, r.Redact(`C:\nsecret-1234`), "the backslash is no escape")
	assert.Equal(t, `100%[redacted]`, r.Redact(`100%abcdef12`), "the percent sign is no escape")
	assert.Equal(t, `[redacted]`, r.Redact(`\u0061%62c&#100;\x65f12`), "each character in its own way")
	broken := []string{`\`, `%`, `&`, `\u`, `\u00`, `\ud800`, `\ud800\u`, `\U0001`, `\UFFFFFFFF`, `%4`, `&#`, `&#x;`,
		`&lt`, `&;`, `&#99999999999;`, `&#xffffffff;`}
	for _, text := range broken {
		assert.Equal(t, text+"[redacted]"+text, r.Redact(text+"NSECRET-1234"+text), text)
	}
}

func TestRedactorIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	r := NewRedactor(pemKey(400), "sk-or-v1-0b5e77aa31")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { assert.Equal(t, "x [redacted]", r.Redact("x sk-or-v1-0b5e77aa31")) })
	}
	all.Wait()
}

func FuzzRedact(f *testing.F) {
	f.Add(`\u0061%62c`, "abcd")
	f.Add("&#97;bcd", "a\nbcdefgh")
	f.Add(`%5Cn`, `\\n%41`)
	f.Fuzz(func(t *testing.T, text, secret string) {
		r := NewRedactor(secret)
		got := r.Redact(text + secret + text)
		if trimmed := strings.TrimSpace(secret); len(trimmed) >= minSecret && strings.Trim(trimmed, "+") != "" {
			if !strings.Contains(got, placeholder) {
				t.Errorf("%q stays in %q", secret, got)
			}
		}
	})
}
