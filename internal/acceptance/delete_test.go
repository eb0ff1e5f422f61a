package acceptance_test

import (
	"io"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
	"github.com/spideriq/spideriq-go/internal/wireserver"
)

func TestDeleteIsTheDocumentedCall(t *testing.T) {
	t.Parallel()
	want := documentedRequest{"DELETE", "/integrations/42", ""}
	callDocumented(t, "delete-200", want, func(s *spideriq.IntegrationsService) (any, error) {
		return nil, s.Delete(t.Context(), 42)
	})
}

func TestDeleteThatFindsNothingAfterALostAnswer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		first []fakeapi.Reply
		want  bool
	}{
		{"first attempt", nil, false},
		{"after 502", []fakeapi.Reply{fakeapi.Respond(502, refusalBody)}, true},
		{"after 504", []fakeapi.Reply{fakeapi.Respond(504, refusalBody)}, true},
		{"after a cut", []fakeapi.Reply{fakeapi.Fail(io.EOF)}, true},
		{"after a timeout", []fakeapi.Reply{fakeapi.Hang}, true},
		{"after a cut and 503", []fakeapi.Reply{fakeapi.Fail(io.EOF), fakeapi.Respond(503, refusalBody)}, true},
		{"after 503", []fakeapi.Reply{fakeapi.Respond(503, refusalBody)}, false},
		{"after 429", []fakeapi.Reply{fakeapi.Respond(429, refusalBody, "Retry-After: 1")}, false},
		{"after a refused connection", []fakeapi.Reply{fakeapi.Fail(fakeapi.ErrRefused)}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := newClient(t, fakeapi.New(append(tt.first, errorResponse("update-404"))...))
				e := requireAs[*spideriq.NotFoundError](t, remove(t.Context(), client))
				assert.Equal(t, len(tt.first)+1, e.Attempts)
				assert.Equal(t, tt.want, e.MayHaveApplied)
			})
		})
	}
}

func TestDeleteNeedsNoBody(t *testing.T) {
	t.Parallel()
	server := wireserver.Start(t, wireserver.Always("HTTP/1.1 204 No Content\r\n\r\n"))
	require.NoError(t, remove(t.Context(), wireClient(t, server)))
}
