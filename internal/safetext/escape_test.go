package safetext

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestEscapesStandForCharacters(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, secret, text string }{
		{"backslash at the end", "token/12/", `token/12\/`},
		{"pair of surrogates at the end", "token\U0001F600", `token\ud83d\ude00`},
		{"entity at the end", "token12'", "token12&#39;"},
		{"name in upper case", "token&12", "token&AMP;12"},
		{"number in upper hex", "tokenJ12", "token&#x4A;12"},
		{"last character of Unicode", "token\U0010FFFF12", "token&#1114111;12"},
		{"number beyond Unicode", "token\uFFFD12", "token&#1114112;12"},
		{"number that begins like the last character", "token\uFFFD12", "token&#11141115;12"},
		{"hexadecimal number that begins like it", "token\uFFFD12", `token\U010FFFF012`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, "[redacted]", NewRedactor(tt.secret).Redact(tt.text))
		})
	}
}

func TestWhatIsNoNumberOfACharacterStandsForItself(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, secret, text string }{
		{"letter", "token112", "token&#a;12"},                                // 'a' is 49 more than '0', and 49 is '1'
		{"letter behind a digit", "tokenc12", "token&#5a;12"},                // 5*10 + 49 is 'c'
		{"character before the digits", "token012", "token&#5.;12"},          // 5*10 - 2 is '0'
		{"letter that is no hexadecimal digit", "tokenp12", "token&#x6g;12"}, // 6*16 + 16 is 'p'
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.text, NewRedactor(tt.secret).Redact(tt.text))
		})
	}
}
