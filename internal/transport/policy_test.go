package transport

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOutcomeIsUnknownOnlyAfterAWriteWasSent(t *testing.T) {
	t.Parallel()
	answered := func(status int) outcome { return outcome{response: &Response{StatusCode: status}} }
	cut := outcome{err: errOpaque, headsUnanswered: 1}
	twice := func(status int) outcome {
		return outcome{response: &Response{StatusCode: status}, headsUnanswered: 1}
	}
	tests := []struct {
		name   string
		method string
		o      outcome
		want   bool
	}{
		{"success", http.MethodPatch, answered(200), false},
		{"refusal", http.MethodPatch, answered(400), false},
		{"redirect", http.MethodPatch, answered(302), false},
		{"408", http.MethodPost, answered(408), true},
		{"429", http.MethodPatch, answered(429), false},
		{"500", http.MethodPatch, answered(500), false},
		{"502", http.MethodPatch, answered(502), true},
		{"503", http.MethodPatch, answered(503), false},
		{"504", http.MethodDelete, answered(504), true},
		{"511", http.MethodPatch, answered(511), false},
		{"519", http.MethodPatch, answered(519), false},
		{"520", http.MethodPatch, answered(520), true},
		{"524", http.MethodPatch, answered(524), true},
		{"599", http.MethodPost, answered(599), true},
		{"502 of a read", http.MethodGet, answered(502), false},
		{"cut", http.MethodPost, cut, true},
		{"cut after the status", http.MethodPut, outcome{response: &Response{StatusCode: 200}, err: errOpaque}, true},
		{"not sent", http.MethodPost, outcome{err: errOpaque, failure: failure{unsent: true}}, false},
		{"cut read", http.MethodGet, cut, false},
		{"cut HEAD", http.MethodHead, cut, false},
		{"cut OPTIONS", http.MethodOptions, cut, false},
		{"sent twice, then refused", http.MethodDelete, twice(404), true},
		{"sent twice, then a 2xx, whose body may say that it failed", http.MethodDelete, twice(200), true},
		{"read twice", http.MethodGet, twice(404), false},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, tt.o.mayHaveApplied(tt.method), tt.name)
	}
}
