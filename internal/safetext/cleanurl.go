package safetext

import "strings"

// cleanURLs removes user info, query and fragment from the URLs in text. A URL that
// stands alone between double quotes ends with them, as net/http quotes it. Any other
// ends at white space or a quotation mark.
func cleanURLs(text string) string {
	if !strings.ContainsAny(text, "@?#") && !strings.Contains(text, "://") {
		return text
	}
	var b strings.Builder
	for {
		open := strings.IndexByte(text, '"')
		if open < 0 {
			break
		}
		length := closingQuote(text[open:])
		if length < 0 {
			break
		}
		cleanWords(&b, text[:open])
		b.WriteByte('"')
		cleanQuoted(&b, text[open+1:open+length])
		b.WriteByte('"')
		text = text[open+length+1:]
	}
	cleanWords(&b, text)
	return b.String()
}

// cleanQuoted writes the text between two double quotes.
func cleanQuoted(b *strings.Builder, text string) {
	scheme, _, isURL := strings.Cut(text, "://")
	if isURL && !strings.ContainsAny(scheme, wordEnds) {
		b.WriteString(cleanURL(text))
		return
	}
	cleanWords(b, text)
}

// cleanWords writes text with each of its words cleaned.
func cleanWords(b *strings.Builder, text string) {
	for text != "" {
		end := strings.IndexAny(text, wordEnds)
		if end < 0 {
			end = len(text)
		}
		b.WriteString(cleanURL(text[:end]))
		text = text[end:]
		if text != "" {
			b.WriteByte(text[0])
			text = text[1:]
		}
	}
}

// wordEnds are the ASCII characters that no URL has in it.
const wordEnds = " \t\r\n\"'<>`"

// closingQuote returns where the quotation that begins at text[0] ends, or -1.
func closingQuote(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// cleanURL cleans one word. Punctuation at its end is kept.
func cleanURL(word string) string {
	trimmed := strings.TrimRight(word, ".,;:)!")
	punctuation := word[len(trimmed):]

	parts := strings.Split(withoutQuery(trimmed), "://")
	if len(parts) == 1 {
		return withoutPassword(parts[0]) + punctuation
	}
	for i := 1; i < len(parts); i++ {
		parts[i] = withoutUserInfo(parts[i])
	}
	return strings.Join(parts, "://") + punctuation
}

// withoutQuery cuts the query and the fragment off a word that is a URL or a path.
func withoutQuery(word string) string {
	path, _, _ := strings.Cut(word, "?")
	path, _, _ = strings.Cut(path, "#")
	if !strings.Contains(path, "/") {
		return word
	}
	return path
}

// withoutPassword removes user and password of an address without a scheme, such as
// "user:password@proxy:8080".
func withoutPassword(word string) string {
	host := strings.LastIndexByte(word, '@') + 1
	if !strings.Contains(word[:host], ":") {
		return word
	}
	return word[host:]
}

// withoutUserInfo removes the user info from what follows "://". A port that is no
// number may be a password that has a slash or a question mark in it: then nothing is
// kept.
func withoutUserInfo(rest string) string {
	end := strings.IndexAny(rest, `/\`)
	if end < 0 {
		end = len(rest)
	}
	host := rest[strings.LastIndexByte(rest[:end], '@')+1 : end]
	address := host[strings.LastIndexByte(host, ']')+1:]
	_, port, _ := strings.Cut(address, ":")
	if strings.Trim(port, "0123456789") != "" {
		return ellipsis
	}
	return host + rest[end:]
}
