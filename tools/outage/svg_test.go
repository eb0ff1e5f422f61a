package outage

import (
	"bytes"
	"fmt"
	"strings"
)

// A line is the requests that one kind of client sends.
type line struct {
	name     string
	colour   string
	requests []int // by second
}

// total returns the number of requests from one second up to another.
func (l line) total(from, to int) int {
	sum := 0
	for _, n := range l.requests[from:to] {
		sum += n
	}
	return sum
}

// The measures of the drawing, in pixels.
const (
	width, height = 960, 540
	left, right   = 84, width - 28
	top, bottom   = 180, height - 62
)

// maxRequests is the number of requests a second at the upper end of the axis.
const maxRequests = 6000

func x(second float64) float64   { return left + second*(right-left)/lastCall }
func y(requests float64) float64 { return bottom - requests*(bottom-top)/maxRequests }

const (
	svgTag = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%[1]d" height="%[2]d" ` +
		`font-family="Helvetica, Arial, sans-serif" font-size="14" fill="#1f2328" role="img">`
	svgTitle = `<title>Requests per second at the server, from 1,000 clients, during and after an outage</title>`
)

// The styles of texts.
const (
	headline  = `font-size="20" font-weight="bold"`
	grey      = `fill="#57606a"`
	greyRight = `fill="#57606a" text-anchor="end"`
	greyMid   = `fill="#57606a" text-anchor="middle"`
	toRight   = `text-anchor="end"`
	toMiddle  = `text-anchor="middle"`
)

// A drawing collects the elements of an SVG.
type drawing struct {
	bytes.Buffer
}

func (d *drawing) element(format string, args ...any) {
	fmt.Fprintf(d, format+"\n", args...)
}

func (d *drawing) text(x, y float64, style, text string) {
	d.element(`<text x="%.1f" y="%.1f" %s>%s</text>`, x, y, style, text)
}

// draw returns an SVG. It has a background, so that it is legible on a dark page.
func draw(lines []line) []byte {
	d := new(drawing)
	d.element(svgTag, width, height)
	d.element(svgTitle)
	d.element(`<rect width="%d" height="%d" fill="#ffffff"/>`, width, height)
	d.heading()
	d.legend(lines)
	d.axes()
	for _, l := range lines {
		d.curve(l)
	}
	d.element(`</svg>`)
	return d.Bytes()
}

func (d *drawing) heading() {
	d.text(left, 34, headline, fmt.Sprintf("What a failing server gets from %s clients", thousands(clients)))
	d.text(left, 56, grey, fmt.Sprintf("Each makes one call a second. For %d minutes every request is "+
		"answered 503. Simulated; the clients are real.", (outageEnds-outageBegins)/60))
}

// legend writes a table with a row for each line.
func (d *drawing) legend(lines []line) {
	const duringColumn, perCallColumn, totalColumn = right - 250, right - 110, right
	d.text(duringColumn, 86, greyRight, "requests in the outage")
	d.text(perCallColumn, 86, greyRight, "per call")
	d.text(totalColumn, 86, greyRight, "in all")
	const sample = `<line x1="%d" x2="%d" y1="%.1f" y2="%.1[3]f" stroke="%s" stroke-width="4"/>`
	for i, l := range lines {
		row := 108 + 22*float64(i)
		during := l.total(outageBegins, outageEnds)
		perCall := float64(during) / clients / (outageEnds - outageBegins)
		d.element(sample, left, left+30, row-5, l.colour)
		d.text(left+40, row, ``, l.name)
		d.text(duringColumn, row, toRight, thousands(during))
		d.text(perCallColumn, row, toRight, fmt.Sprintf("%.2f", perCall))
		d.text(totalColumn, row, toRight, thousands(l.total(0, len(l.requests))))
	}
}

// axes draws both axes, and the outage as an area behind them.
func (d *drawing) axes() {
	begin, end := x(outageBegins), x(outageEnds)
	d.element(`<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="#eaeef2"/>`, begin, top, end-begin, bottom-top)
	d.text((begin+end)/2, top+18, greyMid, "outage")
	for n := 0; n <= maxRequests; n += 1000 {
		at := y(float64(n))
		d.element(`<line x1="%d" x2="%d" y1="%.1f" y2="%.1[3]f" stroke="#d0d7de"/>`, left, right, at)
		d.text(left-8, at+5, toRight, thousands(n))
	}
	for second := 0; second <= lastCall; second += 60 {
		at := x(float64(second))
		d.element(`<line x1="%.1f" x2="%.1[1]f" y1="%d" y2="%d" stroke="#57606a"/>`, at, bottom, bottom+5)
		d.text(at, bottom+22, toMiddle, fmt.Sprint(second/60))
	}
	d.text((left+right)/2, bottom+46, toMiddle, "time in minutes")
	const vertical = `<text transform="translate(22 %d) rotate(-90)" text-anchor="middle">requests per second</text>`
	d.element(vertical, (top+bottom)/2)
}

// curve draws a step for each second, because the requests are counted by second.
func (d *drawing) curve(l line) {
	var points []string
	for second, n := range l.requests[:lastCall] {
		at := y(float64(n))
		points = append(points,
			fmt.Sprintf("%.1f,%.1f", x(float64(second)), at),
			fmt.Sprintf("%.1f,%.1f", x(float64(second+1)), at))
	}
	const polyline = `<polyline points="%s" fill="none" stroke="%s" stroke-width="2.5" stroke-linejoin="round"/>`
	d.element(polyline, strings.Join(points, " "), l.colour)
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
