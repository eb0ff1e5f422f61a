package spideriqtest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestToken(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	for name, authorization := range map[string][]string{
		"none":           nil,
		"another":        {"Bearer " + server.Token + "x"},
		"no scheme":      {server.Token},
		"twice":          {"Bearer " + server.Token, "Bearer " + server.Token},
		"doubled":        {"Bearer Bearer " + server.Token},
		"another scheme": {"Basic " + server.Token},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := request(t, server, "DELETE", "/integrations/42", "")
			r.Header["Authorization"] = authorization
			got, err := do(t, r)
			require.NoError(t, err)
			assert.Equal(t, 401, got.status)
			assert.JSONEq(t, `{"detail": "Invalid or missing token"}`, got.body)
			_, there := server.Get(42)
			assert.True(t, there, "nothing is applied")
		})
	}
}

func TestChangedFieldsHaveNoEffect(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	r := request(t, server, "GET", "/integrations", "")
	server.Token = "another"
	server.URL = "http://127.0.0.1:1"
	got, err := do(t, r)
	require.NoError(t, err)
	assert.Equal(t, 200, got.status)
	_, err = server.Client().Integrations.Health(t.Context())
	assert.NoError(t, err)
}

func TestNotDocumented(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	for _, c := range []struct{ method, path string }{
		{"GET", "/integrations/42"},
		{"PUT", "/integrations/42"},
		{"POST", "/integrations/42"},
		{"PATCH", "/integrations"},
		{"DELETE", "/integrations"},
		{"HEAD", "/integrations"},
		{"OPTIONS", "/integrations"},
		{"POST", "/integrations/health"},
		{"GET", "/integrations/sync-billing"},
		{"GET", "/integrations/"},
		{"GET", "//integrations"},
		{"GET", "/integrations/../integrations"},
		{"PATCH", "/integrations/42/"},
		{"PATCH", "/integrations/042"},
		{"PATCH", "/integrations/+42"},
		{"PATCH", "/integrations/4%32"},
		{"PATCH", "/integrations/openrouter"},
		{"PATCH", "/integrations/9223372036854775808"},
		{"PATCH", "/integrations42"},
		{"GET", "/campaigns"},
		{"GET", ""},
		{"GET", "/integrations?format=yaml"},
		{"GET", "/integrations?limit=101"},
		{"GET", "/integrations?limit=0"},
		{"GET", "/integrations?limit=many"},
		{"GET", "/integrations?limit=+5"},
		{"GET", "/integrations?limit=9223372036854775808"},
		{"GET", "/integrations?offset=9223372036854775808"},
		{"GET", "/integrations?offset=05"},
		{"GET", "/integrations?limit=%zz"},
		{"GET", "/integrations?a;b"},
		{"GET", "/integrations?limit=1&limit=2"},
		{"GET", "/integrations?offset=-1"},
		{"GET", "/integrations?is_active=1"},
		{"GET", "/integrations?health_status=fine"},
		{"GET", "/integrations/health?provider_name=groq"},
		{"POST", "/integrations?dry_run=true"},
		{"PATCH", "/integrations/42?format=yaml"},
		{"DELETE", "/integrations/42?force=true"},
		{"POST", "/integrations/sync-billing?id=42"},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			t.Parallel()
			body := ""
			if c.method == "PATCH" {
				body = `{"is_active": false}`
			}
			got := send(t, server, c.method, c.path, body)
			assert.Equal(t, 501, got.status)
			assert.Equal(t, "application/json", got.header.Get("Content-Type"))
			if c.method != "HEAD" {
				assert.Contains(t, got.body, `{"detail":"not documented: `)
			}
		})
	}
	t.Cleanup(func() {
		i, _ := server.Get(42)
		assert.True(t, i.IsActive, "nothing is applied")
	})
}

func TestContentType(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	for contentType, status := range map[string]int{
		"application/json":                  200,
		"application/json; charset=utf-8":   200,
		"":                                  501,
		"text/plain":                        501,
		"application/x-www-form-urlencoded": 501,
	} {
		r := request(t, server, "PATCH", "/integrations/42", `{"is_active": false}`)
		r.Header.Set("Content-Type", contentType)
		got, err := do(t, r)
		require.NoError(t, err)
		assert.Equal(t, status, got.status, contentType)
	}
	r := request(t, server, "POST", "/integrations", `{"provider_name": "groq", "credentials": {"api_key": "x"}}`)
	r.Header.Del("Content-Type")
	got, err := do(t, r)
	require.NoError(t, err)
	assert.Equal(t, 501, got.status)
}

func TestBodyTooLong(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	got := send(t, server, "PATCH", "/integrations/42", `{"key_label": "`+strings.Repeat("x", 1<<20)+`"}`)
	assert.Equal(t, 501, got.status)
	assert.Empty(t, server.Requests())
}
