package main

import (
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/spideriq/spideriq-go"
)

// A keyCollector serves the keys of the latest listing as metrics, as often as somebody
// asks.
type keyCollector struct {
	keys atomic.Pointer[[]*spideriq.Integration]

	info     *prometheus.Desc
	active   *prometheus.Desc
	primary  *prometheus.Desc
	health   *prometheus.Desc
	failures *prometheus.Desc

	dailyRequests  *prometheus.Desc
	dailyLimit     *prometheus.Desc
	minuteRequests *prometheus.Desc
	minuteLimit    *prometheus.Desc

	spend         *prometheus.Desc
	spendLimit    *prometheus.Desc
	spendExceeded *prometheus.Desc
}

func newKeyCollector() *keyCollector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		labels = append([]string{"id", "provider"}, labels...)
		return prometheus.NewDesc("spideriq_integration_"+name, help, labels, nil)
	}
	return &keyCollector{
		info:     desc("info", "Always 1. The label has the name of the key.", "key_label"),
		active:   desc("active", "1 when the key is in the selection pool."),
		primary:  desc("primary", "1 when the key is a primary one."),
		health:   desc("health", "1 for the health status of the key, 0 for the others.", "status"),
		failures: desc("consecutive_failures", "Failed requests in a row."),

		dailyRequests:  desc("daily_requests", "Requests of today."),
		dailyLimit:     desc("daily_limit", "Most requests a day, where there is a limit."),
		minuteRequests: desc("minute_requests", "Requests of this minute."),
		minuteLimit:    desc("minute_limit", "Most requests a minute, where there is a limit."),

		spend:         desc("spend_dollars", "Usage at the latest billing sync, where it is known.", "period"),
		spendLimit:    desc("spend_limit_dollars", "Spend limit, where there is one.", "period"),
		spendExceeded: desc("spend_limit_exceeded", "1 when the spend is over the limit."),
	}
}

// set replaces the keys that are served.
func (c *keyCollector) set(keys []*spideriq.Integration) { c.keys.Store(&keys) }

// Describe implements prometheus.Collector.
func (c *keyCollector) Describe(descs chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{
		c.info, c.active, c.primary, c.health, c.failures,
		c.dailyRequests, c.dailyLimit, c.minuteRequests, c.minuteLimit,
		c.spend, c.spendLimit, c.spendExceeded,
	} {
		descs <- desc
	}
}

// Collect implements prometheus.Collector.
func (c *keyCollector) Collect(metrics chan<- prometheus.Metric) {
	keys := c.keys.Load()
	if keys == nil {
		return
	}
	for _, key := range *keys {
		g := gauges{to: metrics, labels: []string{strconv.FormatInt(key.ID, 10), label(key.ProviderName)}}
		c.collectState(g, key)
		c.collectUse(g, key)
		c.collectSpend(g, key)
	}
}

func (c *keyCollector) collectState(g gauges, key *spideriq.Integration) {
	g.send(c.info, 1, label(key.KeyLabel))
	g.sendBool(c.active, key.IsActive)
	g.sendBool(c.primary, key.IsPrimary)
	g.send(c.failures, float64(failures(key)))
	known := false
	for _, status := range []spideriq.HealthStatus{
		spideriq.HealthStatusHealthy, spideriq.HealthStatusDegraded, spideriq.HealthStatusUnhealthy,
	} {
		g.sendBool(c.health, key.HealthStatus == status, string(status))
		known = known || key.HealthStatus == status
	}
	if !known {
		g.send(c.health, 1, label(string(key.HealthStatus)))
	}
}

func (c *keyCollector) collectUse(g gauges, key *spideriq.Integration) {
	g.send(c.dailyRequests, float64(key.DailyCount))
	g.send(c.minuteRequests, float64(key.MinuteCount))
	if key.DailyLimit != nil {
		g.send(c.dailyLimit, float64(*key.DailyLimit))
	}
	if key.MinuteLimit != nil {
		g.send(c.minuteLimit, float64(*key.MinuteLimit))
	}
}

func (c *keyCollector) collectSpend(g gauges, key *spideriq.Integration) {
	g.sendAmount(c.spend, key.CachedUsageToday, string(spideriq.SpendLimitPeriodDaily))
	g.sendAmount(c.spend, key.CachedUsageMonth, string(spideriq.SpendLimitPeriodMonthly))
	g.sendAmount(c.spendLimit, key.SpendLimitAmount, label(string(key.SpendLimitPeriod)))
	if key.SpendLimitExceeded != nil {
		g.sendBool(c.spendExceeded, *key.SpendLimitExceeded)
	}
}

// gauges sends the metrics of one key.
type gauges struct {
	to     chan<- prometheus.Metric
	labels []string // those that all have
}

func (g gauges) send(desc *prometheus.Desc, value float64, more ...string) {
	labels := append(g.labels[:len(g.labels):len(g.labels)], more...)
	metric, err := prometheus.NewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	if err != nil {
		metric = prometheus.NewInvalidMetric(desc, err)
	}
	g.to <- metric
}

func (g gauges) sendBool(desc *prometheus.Desc, value bool, more ...string) {
	number := 0.0
	if value {
		number = 1
	}
	g.send(desc, number, more...)
}

// sendAmount sends nothing for an amount that is missing or no number.
func (g gauges) sendAmount(desc *prometheus.Desc, amount *spideriq.Amount, more ...string) {
	if amount == nil {
		return
	}
	exact, ok := amount.Rat()
	if !ok {
		return
	}
	value, _ := exact.Float64()
	g.send(desc, value, more...)
}

// label returns s as the value of a label, which must be UTF-8.
func label(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
