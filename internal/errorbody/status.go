package errorbody

import (
	"net/http"
	"strconv"
	"strings"
)

// otherPhrases are what servers say in the place of Go's text for a status.
var otherPhrases = map[int][]string{
	http.StatusRequestEntityTooLarge: {"Payload Too Large", "Content Too Large"},
	http.StatusRequestURITooLong:     {"URI Too Long", "Request-URI Too Large", "Request-URI Too Long"},
	http.StatusUnprocessableEntity:   {"Unprocessable Content"},
	http.StatusServiceUnavailable:    {"Service Temporarily Unavailable"},
	http.StatusGatewayTimeout:        {"Gateway Time-out"},
}

// TrimStatus returns a message without the status at its beginning, for a caller who
// writes the status before it: "502 Bad Gateway nginx" becomes "nginx", and "Not Found"
// becomes "". "Not found in this brand" is left: it says more than the status.
func TrimStatus(message string, status int) string {
	for {
		rest, found := cutStatus(message, status)
		if !found {
			return message
		}
		message = rest
	}
}

// cutStatus cuts "502 Bad Gateway", "502:" or "Bad Gateway:" off a message, once.
func cutStatus(message string, status int) (rest string, found bool) {
	behindNumber, numbered := cutWords(message, strconv.Itoa(status))
	if !numbered {
		rest, found = cutPhrase(message, status)
		return trimPunctuation(rest), found && isSeparated(rest)
	}
	behindPhrase, found := cutPhrase(trimPunctuation(behindNumber), status)
	if found {
		return trimPunctuation(behindPhrase), true
	}
	return trimPunctuation(behindNumber), isSeparated(behindNumber)
}

// cutPhrase cuts the text of a status off a message.
func cutPhrase(message string, status int) (rest string, found bool) {
	for _, phrase := range append(otherPhrases[status], http.StatusText(status)) {
		rest, found = cutWords(message, phrase)
		if phrase != "" && found {
			return rest, true
		}
	}
	return message, false
}

// cutWords cuts words off a message, in any letter case, where they end as words.
func cutWords(message, words string) (rest string, found bool) {
	if len(message) < len(words) || !strings.EqualFold(message[:len(words)], words) {
		return message, false
	}
	rest = message[len(words):]
	if rest != "" && !isNotAlphanumeric(rune(rest[0])) {
		return message, false
	}
	return rest, true
}

// separators stand between a status and what is said about it.
const separators = ":;,.!-–—|"

// isSeparated reports whether rest ends here or begins with a separator.
func isSeparated(rest string) bool {
	rest = strings.TrimLeft(rest, " ")
	return rest == "" || strings.TrimLeft(rest, separators) != rest
}

// trimPunctuation removes separators and spaces from the beginning of rest.
func trimPunctuation(rest string) string {
	return strings.TrimLeft(rest, " "+separators)
}
