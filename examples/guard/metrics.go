package main

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/otlptranslator"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"

	spideriqotel "github.com/spideriq/spideriq-go/contrib/otel"
)

// Outcomes of a promotion or a disabling.
const (
	outcomeDone    = "done"
	outcomeFailed  = "failed"
	outcomeUnknown = "unknown" // a promotion that turns out to have been made is counted as done as well
)

// metrics counts what the guard does. Serving them sends no request: the keys that they
// show are those of the latest look.
type metrics struct {
	registry   *prometheus.Registry
	keys       *keyCollector
	looks      *prometheus.CounterVec
	lastLook   prometheus.Gauge
	promotions *prometheus.CounterVec
	disablings *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		keys:     newKeyCollector(),
		looks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "spideriq_guard_looks_total", Help: "Looks at the pool, by outcome: done or failed.",
		}, []string{"outcome"}),
		lastLook: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "spideriq_guard_last_look_timestamp_seconds",
			Help: "Time of the latest look that has seen the pool; 0 before the first.",
		}),
		promotions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "spideriq_guard_promotions_total", Help: "Keys made primary, by outcome: done, failed or unknown.",
		}, []string{"provider", "outcome"}),
		disablings: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "spideriq_guard_disablings_total", Help: "Keys disabled, by outcome: done or failed.",
		}, []string{"provider", "outcome"}),
	}
	m.registry.MustRegister(m.keys, m.looks, m.lastLook, m.promotions, m.disablings,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	// A counter that begins at 0 shows its first increase.
	for _, outcome := range []string{outcomeDone, outcomeFailed} {
		m.looks.WithLabelValues(outcome)
	}
	return m
}

// addProvider makes the counters of a provider begin at 0.
func (m *metrics) addProvider(name string) {
	name = label(name)
	for _, outcome := range []string{outcomeDone, outcomeFailed, outcomeUnknown} {
		m.promotions.WithLabelValues(name, outcome)
	}
	for _, outcome := range []string{outcomeDone, outcomeFailed} {
		m.disablings.WithLabelValues(name, outcome)
	}
}

func (m *metrics) looked(err error) {
	if err != nil {
		m.looks.WithLabelValues(outcomeFailed).Inc()
		return
	}
	m.looks.WithLabelValues(outcomeDone).Inc()
	m.lastLook.Set(float64(time.Now().UnixMilli()) / 1000)
}

func (m *metrics) promoted(provider, outcome string) {
	m.promotions.WithLabelValues(label(provider), outcome).Inc()
}

func (m *metrics) disabled(provider, outcome string) {
	m.disablings.WithLabelValues(label(provider), outcome).Inc()
}

// telemetry returns what measures the calls of the client and their attempts. A nil
// base is the default transport.
func (m *metrics) telemetry(base http.RoundTripper) (*spideriqotel.Telemetry, error) {
	exporter, err := otelprometheus.New(
		otelprometheus.WithRegisterer(m.registry),
		otelprometheus.WithTranslationStrategy(otlptranslator.UnderscoreEscapingWithSuffixes),
		otelprometheus.WithoutTargetInfo(),
		otelprometheus.WithoutScopeInfo(),
	)
	if err != nil {
		return nil, err
	}
	sizes := metric.NewView( // bodies are small and alike
		metric.Instrument{Name: "http.client.request.body.size"},
		metric.Stream{Aggregation: metric.AggregationDrop{}})
	provider := metric.NewMeterProvider(metric.WithReader(exporter), metric.WithView(sizes))
	return spideriqotel.New(spideriqotel.WithMeterProvider(provider), spideriqotel.WithTransport(base))
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
