package report

import (
	"bytes"
	"image/color"
	"os"
	"regexp"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

const (
	plotWidth  = 21 * vg.Centimeter
	rowHeight  = 0.62 * vg.Centimeter
	plotFrame  = 3.2 * vg.Centimeter // title, axis and label
	margin     = 0.3 * vg.Centimeter
	barWidth   = 0.4 * vg.Centimeter
	labelSpace = 1.14 // of the longest bar, so that its label has room

	// fonts are all as wide as the one that the drawing is laid out with.
	fonts = "Arial,Helvetica,'Liberation Sans',sans-serif"
)

var (
	fontFamily = regexp.MustCompile(`font-family:[^;]*;`)

	oursColour   = color.RGBA{R: 0x0a, G: 0x66, B: 0xc2, A: 0xff}
	othersColour = color.RGBA{R: 0xb4, G: 0xbf, B: 0xcc, A: 0xff}
)

// sans is the font that the drawing is laid out with.
var sans = font.Font{Typeface: "Liberation", Variant: "Sans"}

// Plot draws a column of a table as bars, the best on top, to an SVG file.
func (t Table) Plot(file, title, axis string, column int) error {
	rows := slices.DeleteFunc(slices.Clone(t.Rows), func(r Row) bool {
		return r.Values[column] != r.Values[column] // not a number
	})
	slices.SortStableFunc(rows, func(a, b Row) int {
		less := t.Columns[column].Better == Less
		if (a.Values[column] < b.Values[column]) != less {
			return -1 // the worst comes first: bars are drawn from below
		}
		return 1
	})
	p := plot.New()
	p.Title.Text, p.X.Label.Text = title, axis
	p.Title.TextStyle.Font = font.From(sans, 15)
	p.Title.Padding = 8
	p.X.Label.TextStyle.Font = font.From(sans, 11)
	p.X.Label.Padding = 4
	p.X.Tick.Label.Font, p.Y.Tick.Label.Font = font.From(sans, 10), font.From(sans, 11)
	p.BackgroundColor = color.White
	p.Y.LineStyle.Width, p.Y.Tick.Length, p.Y.Padding = 0, 0, 6
	longest := 0.0
	names := make([]string, len(rows))
	for i, row := range rows {
		names[i] = row.Name
		longest = max(longest, row.Values[column])
		if err := addBar(p, i, row.Values[column], row.Name == Ours); err != nil {
			return err
		}
	}
	if err := addLabels(p, rows, t.Columns[column], column); err != nil {
		return err
	}
	p.NominalY(names...)
	p.X.Min, p.X.Max = 0, longest*labelSpace
	return save(p, file, plotFrame+rowHeight*vg.Length(len(rows)))
}

func addBar(p *plot.Plot, at int, value float64, ours bool) error {
	bar, err := plotter.NewBarChart(plotter.Values{value}, barWidth)
	if err != nil {
		return err
	}
	bar.Horizontal, bar.XMin = true, float64(at)
	bar.Color, bar.LineStyle.Width = othersColour, 0
	if ours {
		bar.Color = oursColour
	}
	p.Add(bar)
	return nil
}

func addLabels(p *plot.Plot, rows []Row, c Column, column int) error {
	var ends plotter.XYs
	var texts []string
	for i, row := range rows {
		ends = append(ends, plotter.XY{X: row.Values[column], Y: float64(i)})
		texts = append(texts, " "+c.text(row.Values[column]))
	}
	labels, err := plotter.NewLabels(plotter.XYLabels{XYs: ends, Labels: texts})
	if err != nil {
		return err
	}
	for i := range labels.TextStyle {
		labels.TextStyle[i].YAlign = text.YCenter
		labels.TextStyle[i].Font = font.From(sans, 10)
	}
	p.Add(labels)
	return nil
}

func save(p *plot.Plot, file string, height vg.Length) error {
	canvas := vgsvg.New(plotWidth, height)
	whole := draw.New(canvas)
	whole.SetColor(color.White)
	whole.Fill(whole.Rectangle.Path())
	p.Draw(draw.Crop(whole, margin, -margin, margin, -margin))
	var svg bytes.Buffer
	if _, err := canvas.WriteTo(&svg); err != nil {
		return err
	}
	return os.WriteFile(file, fontFamily.ReplaceAll(svg.Bytes(), []byte("font-family:"+fonts+";")), 0o644)
}
