package outage

import (
	"bytes"
	"fmt"
	"strings"
)

// A line is what one kind of client sends.
type line struct {
	name, colour string
	requests     []int // by second
}

// total counts the requests from one second up to another.
func (l line) total(from, to int) (sum int) {
	for _, n := range l.requests[from:to] {
		sum += n
	}
	return sum
}

// The drawing, in pixels.
const (
	width, height = 960, 540
	left, right   = 84, width - 28
	top, bottom   = 180, height - 62
	most          = 6000 // requests a second at the upper end
)

func x(second float64) float64   { return left + second*(right-left)/lastCall }
func y(requests float64) float64 { return bottom - requests*(bottom-top)/most }

// draw returns an SVG with a background of its own, so that it can be read on a
// dark page as well.
func draw(lines []line) []byte {
	var svg bytes.Buffer
	put := func(format string, args ...any) { fmt.Fprintf(&svg, format+"\n", args...) }
	text := func(x, y float64, style, format string, args ...any) {
		put(`<text x="%.1f" y="%.1f" %s>%s</text>`, x, y, style, fmt.Sprintf(format, args...))
	}
	put(
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%[1]d" height="%[2]d" font-family="Helvetica, Arial, sans-serif" font-size="14" fill="#1f2328" role="img">`,
		width,
		height,
	)
	put(`<title>Requests per second at the server, from 1,000 clients, during and after an outage</title>`)
	put(`<rect width="%d" height="%d" fill="#ffffff"/>`, width, height)
	text(
		left,
		34,
		`font-size="20" font-weight="bold"`,
		"What a failing server gets from %s clients",
		thousands(clients),
	)
	text(
		left,
		56,
		`fill="#57606a"`,
		"Each makes one call a second. For %d minutes every request is answered 503. Simulated; the clients are real.",
		(outageEnds-outageBegins)/60,
	)

	text(right-250, 86, `fill="#57606a" text-anchor="end"`, "requests in the outage")
	text(right-110, 86, `fill="#57606a" text-anchor="end"`, "per call")
	text(right, 86, `fill="#57606a" text-anchor="end"`, "in all")
	for i, l := range lines {
		at := 108 + 22*float64(i)
		inOutage := l.total(outageBegins, outageEnds)
		put(
			`<line x1="%d" x2="%d" y1="%.1f" y2="%.1[3]f" stroke="%s" stroke-width="4"/>`,
			left,
			left+30,
			at-5,
			l.colour,
		)
		text(left+40, at, ``, "%s", l.name)
		text(right-250, at, `text-anchor="end"`, "%s", thousands(inOutage))
		text(right-110, at, `text-anchor="end"`, "%.2f", float64(inOutage)/clients/(outageEnds-outageBegins))
		text(right, at, `text-anchor="end"`, "%s", thousands(l.total(0, len(l.requests))))
	}

	put(
		`<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="#eaeef2"/>`,
		x(outageBegins),
		top,
		x(outageEnds)-x(outageBegins),
		bottom-top,
	)
	text((x(outageBegins)+x(outageEnds))/2, top+18, `fill="#57606a" text-anchor="middle"`, "outage")
	for n := 0; n <= most; n += 1000 {
		put(`<line x1="%d" x2="%d" y1="%.1f" y2="%.1[3]f" stroke="#d0d7de"/>`, left, right, y(float64(n)))
		text(left-8, y(float64(n))+5, `text-anchor="end"`, "%s", thousands(n))
	}
	for second := 0; second <= lastCall; second += 60 {
		put(`<line x1="%.1f" x2="%.1[1]f" y1="%d" y2="%d" stroke="#57606a"/>`, x(float64(second)), bottom, bottom+5)
		text(x(float64(second)), bottom+22, `text-anchor="middle"`, "%d", second/60)
	}
	text((left+right)/2, bottom+46, `text-anchor="middle"`, "time in minutes")
	put(
		`<text transform="translate(22 %d) rotate(-90)" text-anchor="middle">requests per second</text>`,
		(top+bottom)/2,
	)

	for _, l := range lines {
		var points strings.Builder
		for second, n := range l.requests[:lastCall] {
			// A step for each second, for that is what was counted.
			fmt.Fprintf(
				&points,
				"%.1f,%.1f %.1f,%.1f ",
				x(float64(second)),
				y(float64(n)),
				x(float64(second+1)),
				y(float64(n)),
			)
		}
		put(
			`<polyline points="%s" fill="none" stroke="%s" stroke-width="2.5" stroke-linejoin="round"/>`,
			strings.TrimSpace(points.String()),
			l.colour,
		)
	}
	put(`</svg>`)
	return svg.Bytes()
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
