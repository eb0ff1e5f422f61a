package acceptance_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

func TestCreateIsTheDocumentedCall(t *testing.T) {
	t.Parallel()
	want := documentedRequest{"POST", "/integrations", `{"provider_name":"groq","credentials":{"api_key":"k"}}`}
	got := callDocumented(t, "create-201", want, func(s *spideriq.IntegrationsService) (*spideriq.Integration, error) {
		return s.Create(t.Context(), spideriq.CreateParams{
			ProviderName: spideriq.ProviderGroq,
			Credentials:  spideriq.Credentials{"api_key": "k"},
		})
	})
	assert.Equal(t, documentedRow(), got)
}

func TestEveryCreateParamReachesTheWire(t *testing.T) {
	t.Parallel()
	required := `"provider_name":"groq","credentials":{"account_id":"a","api_key":"k"}`
	for f := range reflect.TypeFor[spideriq.CreateParams]().Fields() {
		params := spideriq.CreateParams{
			ProviderName: spideriq.ProviderGroq,
			Credentials:  spideriq.Credentials{"api_key": "k", "account_id": "a"},
		}
		want := "{" + required + "}"
		if f.Name != "ProviderName" && f.Name != "Credentials" {
			v, text := zeroPointer(t, f)
			reflect.ValueOf(&params).Elem().FieldByIndex(f.Index).Set(v)
			want = "{" + required + `,"` + snakeCase(f.Name) + `":` + text + "}"
		}
		api := fakeapi.New(fakeapi.Respond(201, successBody))
		_, err := newClient(t, api).Integrations.Create(t.Context(), params)
		require.NoError(t, err)
		assert.JSONEq(t, want, api.Requests()[0].Body)
		assert.NotContains(t, api.Requests()[0].Body, "null")
	}
}
