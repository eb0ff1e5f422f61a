package errorbody_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go/internal/errorbody"
)

func TestTextOfPages(t *testing.T) {
	t.Parallel()
	const nginx = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n" +
		"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>"
	tests := []struct{ name, page, want string }{
		{"title and heading alike", nginx, "502 Bad Gateway nginx"},
		{"in other case", "<title>Bad gateway (az)</title><h1>BAD GATEWAY (AZ)</h1>", "Bad gateway (az)"},
		{
			"title is longer",
			"<title>Bad Gateway | api.test</title><h1>Bad Gateway</h1><p>Later</p>",
			"Bad Gateway | api.test Later",
		},
		{
			"heading is longer",
			"<title>Bad Gateway</title><h1>502 Bad Gateway</h1><p>Later</p>",
			"502 Bad Gateway Later",
		},
		{"short words", "<p>no</p><p>not now</p><p>no</p>", "no not now"},
		{"inline tags", "<p>The <b>up</b>stream<br>is <em>away</em></p>", "The upstream is away"},
		{"comments", "a<!-- x --><!-- <p>y</p> -->b<!---->c", "abc"},
		{"comment never closed", "<p>Away</p><!-- label", "Away"},
		{"script and style", "<STYLE>p{}</STYLE><p>Away</p><Script>if (a<b) {}</script ><p>Later</p>", "Away Later"},
		{"empty script", "<script></script><p>Away</p>", "Away"},
		{"script never closed", "<p>Away</p><script>var x", "Away"},
		{"other tag that begins alike", "<stylesheet>Away</stylesheet>", "Away"},
		{"bracket in an attribute", `<a title="x > label">Away</a>`, "Away"},
		{"quotation that never ends", `<a title="x>Away</a>`, "Away"},
		{"tag that never ends", `<p>Away</p><a title="label`, "Away"},
		{"page of a tag that never ends", `<input value="label`, ""},
		{"tag that ends behind its first letter", "<p>Away</p><b", "Away"},
		{"tag at the very end", "<p>Away<", "Away<"},
		{"entities", "<p>Away &amp; gone &lt;soon&gt;&nbsp;&#33;</p>", "Away & gone <soon> !"},
		{
			"XML",
			"<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code><Message>Away</Message></Error>",
			"AccessDenied Away",
		},
		{"nothing", "<html><head></head><body></body></html>", ""},
		{"spaces", "<p> The \n\t upstream\r\n is   away </p>", "The upstream is away"},
		{"long page", "<p>" + strings.Repeat("x", 8<<10) + "<p>y", strings.Repeat("x", 8<<10)},
		{
			"many blocks",
			strings.Repeat("<p>a<p>b", 20) + manyBlocks(40),
			"a b " + strings.TrimSpace(manyBlockTexts(30)),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, errorbody.Parse([]byte(tt.page), nil).Message)
		})
	}
}

// A page is read up to the piece of text with which there are more than 4 KiB.
func TestPageIsReadUpToItsBound(t *testing.T) {
	t.Parallel()
	const (
		most            = 4 << 10
		titleAndHeading = "<title>The title</title><h1>The title, longer</h1><p>"
	)
	x := func(n int) string { return strings.Repeat("x", n) }
	tests := []struct {
		name, page string
		length     int  // of the text before the last block
		lastIsRead bool // the last block, "end"
	}{
		{"one block", "<p>" + x(most) + "<p>end", most, true},
		{"one block, too long", "<p>" + x(most+1) + "<p>end", most + 1, false},
		{"three blocks", "<p>first<p>second<p>" + x(most-11) + "<p>end", most + 2, true},
		{"three blocks, too long", "<p>first<p>second<p>" + x(most-10) + "<p>end", most + 3, false},
		{"block of two pieces, too long", "<p>first<p>" + x(most-5) + "<b>y</b><p>end", most + 2, false},
		{"block that is not complete", "<p>" + x(most-1) + "<p>yy<b>end", most + 2, false},
		{"title and heading", titleAndHeading + x(most-17) + "<p>end", most + 1, true},
		{"title and heading, too long", titleAndHeading + x(most-16) + "<p>end", most + 2, false},
	}
	for _, tt := range tests {
		text := errorbody.Parse([]byte(tt.page), nil).Message
		before, lastIsRead := strings.CutSuffix(text, " end")
		assert.Equal(t, tt.length, len(before), tt.name)
		assert.Equal(t, tt.lastIsRead, lastIsRead, tt.name)
	}
}

func manyBlocks(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("<p>" + strings.Repeat("z", i+1) + "</p>")
	}
	return b.String()
}

// manyBlockTexts is what pageText makes of manyBlocks: from 8 letters on, each block
// takes the place of the one before.
func manyBlockTexts(int) string {
	var b strings.Builder
	for i := range 7 {
		b.WriteString(strings.Repeat("z", i+1) + " ")
	}
	return b.String() + strings.Repeat("z", 40)
}

func TestStatusIsNotSaidTwice(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status        int
		message, want string
	}{
		{502, "502 Bad Gateway nginx", "nginx"},
		{502, "502 Bad Gateway", ""},
		{502, "Bad Gateway", ""},
		{502, "bad gateway: upstream is away", "upstream is away"},
		{502, "502 Bad Gateway - 502: Bad Gateway. The upstream is away", "The upstream is away"},
		{502, "502 - upstream is away", "upstream is away"},
		{502, "502", ""},
		{504, "504 Gateway Time-out nginx", "nginx"},
		{503, "503 Service Temporarily Unavailable nginx", "nginx"},
		{413, "413 Payload Too Large", ""},
		{404, "Not Found", ""},
		{404, "Not found in this brand", "Not found in this brand"},
		{404, "Not Foundation", "Not Foundation"},
		{502, "502 upstreams are away", "502 upstreams are away"},
		{502, "5020", "5020"},
		{502, "404 Not Found", "404 Not Found"},
		{599, "599", ""},
		{599, "", ""},
		{0, "no status", "no status"},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, errorbody.TrimStatus(tt.message, tt.status), tt.message)
	}
}
