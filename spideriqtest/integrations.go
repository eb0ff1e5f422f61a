package spideriqtest

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spideriq/spideriq-go"
)

const (
	primaryPriority = 10 // documented; 0 when not primary
	defaultPage     = 50
	maxPage         = 100
)

type found struct {
	Success     bool `json:"success"`
	Integration any  `json:"integration"`
}

type page struct {
	Success      bool        `json:"success"`
	Integrations []listedRow `json:"integrations"`
}

type deleted struct {
	Success   bool   `json:"success"`
	Message   string `json:"message"`
	DeletedID int64  `json:"deleted_id"`
}

// list answers in the order of the ids; the order is not documented.
func (s *Server) list(r Request) answer {
	if no := checkQuery(r, "provider_name", "health_status", "is_active", "limit", "offset"); no != nil {
		return *no
	}
	limit, okLimit := queryNumber(r.Query, "limit", defaultPage)
	if !okLimit || limit < 1 || limit > maxPage {
		return notDocumented("a limit outside 1 to 100")
	}
	offset, okOffset := queryNumber(r.Query, "offset", 0)
	if !okOffset || offset < 0 {
		return notDocumented("an offset that is no number, or negative")
	}
	if !oneOf(r.Query, "is_active", "true", "false") || !oneOf(r.Query, "health_status", "healthy", "degraded", "unhealthy") {
		return notDocumented("is_active or health_status with another value than the documented ones")
	}
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	rows := slices.DeleteFunc(s.pool.own(), func(i spideriq.Integration) bool {
		return !matches(r.Query, "provider_name", i.ProviderName) ||
			!matches(r.Query, "health_status", string(i.HealthStatus)) ||
			!matches(r.Query, "is_active", strconv.FormatBool(i.IsActive))
	})
	rows = rows[min(offset, len(rows)):]
	rows = rows[:min(limit, len(rows))]
	body := page{Success: true, Integrations: make([]listedRow, len(rows))}
	for n, i := range rows {
		body.Integrations[n] = listed(i)
	}
	return answerJSON(http.StatusOK, body)
}

// create answers with a row as in a list; which fields it has is not documented.
func (s *Server) create(r Request) answer {
	if no := checkQuery(r); no != nil {
		return *no
	}
	if no := checkJSON(r); no != nil {
		return *no
	}
	fields, no := parseFields(r.Body)
	if no != nil {
		return notDocumented("a create whose body is no JSON object")
	}
	i := spideriq.Integration{
		IsActive:         true,
		SpendLimitPeriod: spideriq.SpendLimitPeriodMonthly,
		SpendLimitAction: spideriq.SpendLimitActionWarn,
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !setForCreate(&i, name, fields[name]) {
			return notDocumented("a create with this " + strconv.Quote(name))
		}
	}
	if i.ProviderName == "" || !hasCredentials(i) {
		return notDocumented("a create without provider_name, or without the credentials of the provider and only those")
	}
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	return answerJSON(http.StatusCreated, found{true, listed(s.pool.put(i, false))})
}

func (s *Server) update(r Request, id int64) answer {
	if no := checkQuery(r); no != nil {
		return *no
	}
	if no := checkJSON(r); no != nil {
		return *no
	}
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	i, ok := s.pool.find(id)
	if !ok {
		return notFound()
	}
	fields, no := parseFields(r.Body)
	if no != nil {
		return *no
	}
	if len(fields) == 0 {
		return notDocumented("an update without fields")
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if no := set(&i, name, fields[name]); no != nil {
			return *no
		}
	}
	i.UpdatedAt = later(i.UpdatedAt)
	return answerJSON(http.StatusOK, found{true, updated(s.pool.put(i, false))})
}

func (s *Server) delete(r Request, id int64) answer {
	if no := checkQuery(r); no != nil {
		return *no
	}
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	if _, ok := s.pool.find(id); !ok {
		return notFound()
	}
	delete(s.pool.rows, id)
	return answerJSON(http.StatusOK, deleted{true, "Integration deleted successfully", id})
}

// later is now in whole seconds, as the API writes them, but after t: two updates
// within a second can be told apart.
func later(t time.Time) time.Time {
	now := time.Now().UTC().Truncate(time.Second)
	if now.After(t) {
		return now
	}
	return t.UTC().Truncate(time.Second).Add(time.Second)
}

// queryNumber returns fallback for a parameter that is not there.
func queryNumber(query url.Values, key string, fallback int) (n int, ok bool) {
	if !query.Has(key) {
		return fallback, true
	}
	n, err := strconv.Atoi(query.Get(key))
	return n, err == nil
}

func oneOf(query url.Values, key string, values ...string) bool {
	return !query.Has(key) || slices.Contains(values, query.Get(key))
}

func matches(query url.Values, key, value string) bool {
	return !query.Has(key) || query.Get(key) == value
}

// hasCredentials: every provider takes api_key, and cloudflare account_id as well.
func hasCredentials(i spideriq.Integration) bool {
	names := strings.Join(slices.Sorted(maps.Keys(i.KeyPreview)), " ")
	if i.ProviderName == spideriq.ProviderCloudflare {
		return names == "account_id api_key"
	}
	return names == "api_key"
}
