package spideriqtest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/spideriq/spideriq-go"
)

const (
	defaultPageSize = 50  // documented
	maxPageSize     = 100 // documented
)

// list answers with one page, in the order of the IDs. The order is not documented.
func (s *Server) list(r Request) (answer, error) {
	page, err := parsePage(r)
	if err != nil {
		return answer{}, err
	}
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	matching := slices.DeleteFunc(s.pool.own(), func(i spideriq.Integration) bool {
		return !matchesList(i, r.Query)
	})
	rows := []listedRow{}
	for _, i := range page.of(matching) {
		rows = append(rows, newListedRow(i))
	}
	return answerJSON(http.StatusOK, listResponse{Success: true, Integrations: rows}), nil
}

// A page is the part of a list that a request asks for.
type page struct {
	limit  int64
	offset int64
}

func parsePage(r Request) (page, error) {
	if err := checkQuery(r, "provider_name", "health_status", "is_active", "limit", "offset"); err != nil {
		return page{}, err
	}
	limit, ok := integerParameter(r.Query, "limit", defaultPageSize)
	if !ok || limit < 1 || limit > maxPageSize {
		return page{}, notDocumented("a limit outside 1 to 100")
	}
	offset, ok := integerParameter(r.Query, "offset", 0)
	if !ok || offset < 0 {
		return page{}, notDocumented("an offset that is negative or not a number")
	}
	if !hasOneOf(r.Query, "is_active", "true", "false") {
		return page{}, notDocumented("is_active with a value other than true and false")
	}
	if !hasOneOf(r.Query, "health_status", "healthy", "degraded", "unhealthy") {
		return page{}, notDocumented("health_status with a value other than healthy, degraded and unhealthy")
	}
	return page{limit: limit, offset: offset}, nil
}

func (p page) of(rows []spideriq.Integration) []spideriq.Integration {
	first := min(p.offset, int64(len(rows)))
	rows = rows[first:]
	return rows[:min(p.limit, int64(len(rows)))]
}

// matchesList reports whether i passes the filters of a list.
func matchesList(i spideriq.Integration, query url.Values) bool {
	return matches(query, "provider_name", i.ProviderName) &&
		matches(query, "health_status", string(i.HealthStatus)) &&
		matches(query, "is_active", strconv.FormatBool(i.IsActive))
}

// matches reports whether a query parameter is absent or equal to value.
func matches(query url.Values, key, value string) bool {
	return !query.Has(key) || query.Get(key) == value
}

// hasOneOf reports whether a query parameter is absent or equal to one of values.
func hasOneOf(query url.Values, key string, values ...string) bool {
	return !query.Has(key) || slices.Contains(values, query.Get(key))
}

// integerParameter returns a query parameter, or fallback when it is absent.
func integerParameter(query url.Values, key string, fallback int64) (n int64, ok bool) {
	if !query.Has(key) {
		return fallback, true
	}
	return parseInteger(query.Get(key))
}

// create answers with a row as in a list. Its fields are not documented.
func (s *Server) create(r Request) (answer, error) {
	if err := checkQuery(r); err != nil {
		return answer{}, err
	}
	if err := checkJSON(r); err != nil {
		return answer{}, err
	}
	fields, err := parseFields(r.Body)
	if err != nil {
		return answer{}, notDocumented("a create whose body is not a JSON object")
	}
	i := spideriq.Integration{
		IsActive:         true,
		SpendLimitPeriod: spideriq.SpendLimitPeriodMonthly,
		SpendLimitAction: spideriq.SpendLimitActionWarn,
	}
	if err := applyCreate(&i, fields); err != nil {
		return answer{}, err
	}
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	row := newListedRow(s.pool.put(i, false))
	return answerJSON(http.StatusCreated, integrationResponse{Success: true, Integration: row}), nil
}

// update changes all of the given fields or, when one is invalid, none. An update
// without fields changes nothing, the time of the last update included.
func (s *Server) update(r Request, id int64) (answer, error) {
	if err := checkQuery(r); err != nil {
		return answer{}, err
	}
	if err := checkJSON(r); err != nil {
		return answer{}, err
	}
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	i, found := s.pool.find(id)
	if !found {
		return answer{}, notFound()
	}
	fields, err := parseFields(r.Body)
	if err != nil {
		return answer{}, err
	}
	if err := applyUpdate(&i, fields); err != nil {
		return answer{}, err
	}
	if len(fields) > 0 {
		i.UpdatedAt = now()
		s.pool.put(i, false)
	}
	return answerJSON(http.StatusOK, integrationResponse{Success: true, Integration: newUpdatedRow(i)}), nil
}

func (s *Server) delete(r Request, id int64) (answer, error) {
	if err := checkQuery(r); err != nil {
		return answer{}, err
	}
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	if _, found := s.pool.find(id); !found {
		return answer{}, notFound()
	}
	delete(s.pool.rows, id)
	body := deleteResponse{Success: true, Message: "Integration deleted successfully", DeletedID: id}
	return answerJSON(http.StatusOK, body), nil
}
