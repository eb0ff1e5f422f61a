package acceptance_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// errorPages are recorded error pages of proxies. A text that is twice in a page is once
// in the error.
var errorPages = []errorBody{
	{
		"html-502", "502 Bad Gateway: The upstream is away (may have been applied)",
		&spideriq.ServerError{}, "", "The upstream is away", 0,
	},
	{
		"html-413", "413 Request Entity Too Large", &spideriq.APIError{}, "", "", 0,
	},
}

func TestErrorPageIsSaidOnce(t *testing.T) {
	t.Parallel()
	page := "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n" +
		"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
	answer := fakeapi.Respond(502, page, "Content-Type: text/html")
	err := update(t.Context(), newClient(t, fakeapi.New(answer), oneAttempt))
	assert.EqualError(t, err, "spideriq: PATCH /integrations/42: 502 Bad Gateway: nginx (may have been applied)")
}

// errorShapes are bodies of error responses, and the words of the API in them.
var errorShapes = []struct {
	body  string
	words []string
}{
	{`{"error": [{"loc": ["body", "daily_limit"], "msg": "too small"}]}`, []string{"daily_limit", "too small"}},
	{
		`{"error": {"daily_limit": ["must be positive", "is odd"]}}`,
		[]string{"daily_limit", "must be positive", "is odd"},
	},
	{`{"errors": {"daily_limit": ["must be positive"]}}`, []string{"daily_limit", "must be positive"}},
	{`{"errors": ["first problem", "second problem"]}`, []string{"first problem", "second problem"}},
	{`{"errors": [{"message": "third problem"}]}`, []string{"third problem"}},
	{`{"message": ["one problem", "another"]}`, []string{"one problem", "another"}},
	{`{"detail": [{"message": "no such field"}]}`, []string{"no such field"}},
	{`{"detail": ["plain text"]}`, []string{"plain text"}},
	{
		`{"detail": {"reason_code": "pool_frozen", "reason_human": "The pool is frozen"}}`,
		[]string{"pool_frozen", "The pool is frozen"},
	},
	{`{"msg": "Not today"}`, []string{"Not today"}},
	{`{"title": "Out of order"}`, []string{"Out of order"}},
	{`[error] upstream timed out`, []string{"upstream timed out"}},
	{`{upstream} is away`, []string{"upstream", "is away"}},
}

func TestWordsOfTheAPIAreShownInWhateverShape(t *testing.T) {
	t.Parallel()
	for _, c := range errorShapes {
		client := newClient(t, fakeapi.New(fakeapi.Respond(400, c.body)))
		err := update(t.Context(), client)
		requireAs[*spideriq.BadRequestError](t, err)
		for _, word := range c.words {
			assert.Contains(t, err.Error(), word, c.body)
		}
		assert.NotContains(t, err.Error(), "\n")
	}
}

func TestInputThatAValidationErrorRepeatsIsNotShown(t *testing.T) {
	t.Parallel()
	for _, shape := range []string{
		`{"error": [%s]}`, `{"errors": [%s]}`, `{"detail": [%s]}`, `[%s]`, `{"error": {"detail": [%s]}}`,
	} {
		problem := `{"loc": ["body"], "msg": "wrong", "input": "SENT", ` +
			`"ctx": {"given": "SENT"}, "what_you_sent": "SENT"}`
		client := newClient(t, fakeapi.New(fakeapi.Respond(422, fmt.Sprintf(shape, problem))))
		assert.NotContains(t, update(t.Context(), client).Error(), "SENT", shape)
	}
}

func TestRecordedErrorBodiesWithoutARowAreUnderstoodToo(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../errorbody/testdata/*.http")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		err := update(t.Context(), newClient(t, fakeapi.New(fakeapi.File(file)), oneAttempt))
		e := requireAs[*spideriq.APIError](t, err)
		assert.Contains(t, file, fmt.Sprint(e.StatusCode))
		assert.Less(t, len(err.Error()), 900)
		assert.NotContains(t, err.Error(), "\n")
	}
}
