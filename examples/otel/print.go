package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
)

// shown reports whether an attribute is printed.
func shown(a attribute.KeyValue) bool {
	switch a.Key {
	case "http.response.status_code", "error.type", "http.request.resend_count",
		"call", "outcome", "attempts", "may_have_applied":
		return true
	}
	return false
}

// A printer exports spans as lines of text, those of attempts indented. They come
// before the line of their call, because they end first.
type printer struct{ to io.Writer }

func (p printer) ExportSpans(_ context.Context, spans []trace.ReadOnlySpan) error {
	for _, span := range spans {
		indent := ""
		if span.Parent().IsValid() {
			indent = "  "
		}
		var about []string
		for _, a := range span.Attributes() {
			if shown(a) {
				about = append(about, fmt.Sprintf("%s=%v", a.Key, a.Value.AsInterface()))
			}
		}
		fmt.Fprintf(p.to, "%s%s  %v  %v  %s\n", indent, span.Name(), span.Status().Code,
			span.EndTime().Sub(span.StartTime()).Round(10*time.Microsecond), strings.Join(about, " "))
	}
	return nil
}

func (printer) Shutdown(context.Context) error { return nil }

// printMetrics writes one line for each number, in the order of their names.
func printMetrics(to io.Writer, all metricdata.ResourceMetrics) {
	var lines []string
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			lines = append(lines, metricLines(m)...)
		}
	}
	slices.Sort(lines)
	fmt.Fprintln(to, strings.Join(lines, "\n"))
}

func metricLines(m metricdata.Metrics) []string {
	var lines []string
	line := func(labels attribute.Set, number string) {
		labels, _ = labels.Filter(shown)
		lines = append(lines, fmt.Sprintf("%s{%s} %s", m.Name, labels.Encoded(attribute.DefaultEncoder()), number))
	}
	switch values := m.Data.(type) {
	case metricdata.Sum[int64]:
		for _, v := range values.DataPoints {
			line(v.Attributes, fmt.Sprint(v.Value))
		}
	case metricdata.Sum[float64]:
		for _, v := range values.DataPoints {
			line(v.Attributes, fmt.Sprintf("%.3f %s", v.Value, m.Unit))
		}
	case metricdata.Histogram[float64]:
		for _, v := range values.DataPoints {
			line(v.Attributes, fmt.Sprintf("%d in %.3f %s", v.Count, v.Sum, m.Unit))
		}
	}
	return lines
}
