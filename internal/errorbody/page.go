package errorbody

import (
	"html"
	"slices"
	"strings"
)

const (
	maxBlocks   = 32      // how many blocks of a page are kept
	maxPageText = 4 << 10 // how much text of a page is enough
	minRepeated = 8       // a block that is shorter may be part of another by chance
)

// pageText returns the text of an HTML page or of plain text, without tags, comments,
// scripts and styles. Text that is in the page twice, such as a title and a heading, is
// returned once. It reads the page once, from left to right.
func pageText(page string) string {
	p := pageReader{page: page, lower: lowerASCII(page), lastTag: strings.LastIndexByte(page, '>')}
	for p.pos < len(page) && !p.full() {
		p.next()
	}
	p.endBlock()
	return strings.Join(p.blocks, " ")
}

// A pageReader collects the blocks of a page.
type pageReader struct {
	page, lower string
	pos         int
	lastTag     int  // where the last tag ends
	inPage      bool // there was a tag
	block       strings.Builder
	blocks      []string
	length      int // of all blocks
}

// full reports whether there is enough text.
func (p *pageReader) full() bool {
	return len(p.blocks) == maxBlocks || p.length+p.block.Len() > maxPageText
}

// next reads text up to the next tag, or one piece of markup.
func (p *pageReader) next() {
	length := p.markupLength()
	if length == 0 {
		p.text()
		return
	}
	tag := p.lower[p.pos : p.pos+length]
	name := tagName(tag)
	p.pos += length
	p.inPage = true
	if !slices.Contains(inlineTags, name) {
		p.endBlock()
	}
	if slices.Contains(hiddenTags, name) && !strings.HasPrefix(tag, "</") {
		p.skipTo("</" + name)
	}
}

// text reads up to the next tag.
func (p *pageReader) text() {
	rest := p.page[p.pos:]
	length := len(rest)
	if i := strings.IndexByte(rest[1:], '<'); i >= 0 {
		length = 1 + i
	}
	p.block.WriteString(rest[:length])
	p.pos += length
}

// skipTo goes on at the tag, or at the end of the page where there is none.
func (p *pageReader) skipTo(tag string) {
	i := strings.Index(p.lower[p.pos:], tag)
	if i < 0 {
		p.pos = len(p.page)
		return
	}
	p.pos += i
}

var (
	// inlineTags do not end a block of text. A comment and a tag without a name do not
	// either.
	inlineTags = []string{"", "a", "abbr", "b", "big", "code", "em", "font", "i", "kbd", "mark", "samp", "small",
		"span", "strong", "tt", "u"}

	// hiddenTags have content that is not shown, or that repeats what was sent.
	hiddenTags = []string{"script", "style", "template", "textarea"}
)

// markupLength returns the length of the tag or comment that begins here, 0 where text
// begins. What is never closed takes the rest of the page. In plain text that is no page,
// as in "limit <value", it is text.
func (p *pageReader) markupLength() int {
	rest := p.page[p.pos:]
	switch {
	case strings.HasPrefix(rest, "<!--"):
		return commentLength(rest)
	case !beginsTag(rest):
		return 0
	case p.pos > p.lastTag && p.pos > 0 && !p.inPage:
		return 0
	}
	return tagLength(rest)
}

// beginsTag reports whether text begins with a tag and not with "< 5".
func beginsTag(text string) bool {
	if len(text) < 2 || text[0] != '<' {
		return false
	}
	return !isNotAlphanumeric(rune(text[1])) || strings.IndexByte("/!?", text[1]) >= 0
}

// commentLength returns the length of a comment.
func commentLength(text string) int {
	const begin, end = "<!--", "-->"
	i := strings.Index(text[len(begin):], end)
	if i < 0 {
		return len(text)
	}
	return len(begin) + i + len(end)
}

// tagLength returns the length of a tag. A ">" between quotation marks does not end it,
// unless the quotation never ends.
func tagLength(text string) int {
	quote := byte(0)
	for i := range len(text) {
		c := text[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return indexBehind(text, '>')
}

// tagName returns the name of a tag, without the slash of a closing tag, and "" for a
// comment. Tags are in lower case.
func tagName(tag string) string {
	tag = strings.TrimLeft(tag, "</")
	end := strings.IndexFunc(tag, isNotAlphanumeric)
	if end < 0 {
		return tag
	}
	return tag[:end]
}

// endBlock adds the text of the block to the blocks, unless it is there.
func (p *pageReader) endBlock() {
	text := strings.Join(strings.Fields(html.UnescapeString(p.block.String())), " ")
	p.block.Reset()
	if text == "" {
		return
	}
	for i, known := range p.blocks {
		if repeats(known, text) {
			return
		}
		if repeats(text, known) { // the title is shorter than the heading
			p.blocks[i] = text
			p.length += len(text) - len(known)
			return
		}
	}
	p.blocks = append(p.blocks, text)
	p.length += len(text)
}

// repeats reports whether text has been said by what is known already.
func repeats(known, text string) bool {
	if len(text) < minRepeated {
		return strings.EqualFold(known, text)
	}
	return strings.Contains(lowerASCII(known), lowerASCII(text))
}

// lowerASCII returns s with its ASCII letters in lower case. Unlike [strings.ToLower] it
// keeps the length.
func lowerASCII(s string) string {
	lower := []byte(s)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c - 'A' + 'a'
		}
	}
	return string(lower)
}
