package acceptance_test

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// zeroPointer returns a pointer to the zero value for a pointer field, and the JSON of
// that value. The zero of an amount is 0, because the empty text is invalid.
func zeroPointer(t *testing.T, f reflect.StructField) (reflect.Value, string) {
	t.Helper()
	require.Equal(t, reflect.Pointer, f.Type.Kind(), "%s can't be left out", f.Name)
	v := reflect.New(f.Type.Elem())
	if f.Type == reflect.TypeFor[*spideriq.Amount]() {
		v.Elem().SetString("0")
		return v, "0"
	}
	text, err := json.Marshal(v.Elem().Interface())
	require.NoError(t, err)
	return v, string(text)
}

func TestEveryQueryParamReachesTheWireAlone(t *testing.T) {
	t.Parallel()
	send := func(t *testing.T, params any) string {
		api := fakeapi.New(fakeapi.Respond(200, successBody))
		var err error
		switch p := params.(type) {
		case spideriq.ListParams:
			_, err = newClient(t, api).Integrations.List(t.Context(), p)
		case spideriq.SyncBillingParams:
			_, err = newClient(t, api).Integrations.SyncBilling(t.Context(), p)
		}
		require.NoError(t, err)
		_, query, _ := strings.Cut(api.Requests()[0].URL, "?")
		return query
	}
	for _, params := range []any{spideriq.ListParams{}, spideriq.SyncBillingParams{}} {
		assert.Empty(t, send(t, params))
		for f := range reflect.TypeOf(params).Fields() {
			p := reflect.New(reflect.TypeOf(params)).Elem()
			var want string
			switch field := p.FieldByIndex(f.Index); field.Kind() {
			case reflect.String:
				field.SetString("a b&c")
				want = "a+b%26c"
			case reflect.Int:
				field.SetInt(7)
				want = "7"
			default:
				var v reflect.Value
				v, want = zeroPointer(t, f)
				field.Set(v)
			}
			assert.Equal(t, snakeCase(f.Name)+"="+want, send(t, p.Interface()))
		}
	}
}

// snakeCase is a field's name as the API writes it.
func snakeCase(field string) string {
	return strings.ToLower(regexp.MustCompile(`([a-z])([A-Z])`).ReplaceAllString(field, "${1}_$2"))
}
