package errorbody_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go/internal/errorbody"
)

func TestShapesOfErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, body, code, message string }{
		{
			"error list",
			`{"error": [{"loc": ["body", "daily_limit"], "msg": "Too small", "type": "too_small"}]}`,
			"too_small",
			"body.daily_limit: Too small",
		},
		{
			"error by field",
			`{"error": {"daily_limit": ["Too small", "Not even"], "key_label": ["Too long"]}}`,
			"",
			"daily_limit: Too small; daily_limit: Not even; key_label: Too long",
		},
		{
			"errors by field",
			`{"errors": {"daily_limit": ["Too small"], "key_label": "Too long"}}`,
			"",
			"daily_limit: Too small; key_label: Too long",
		},
		{
			"errors by field, objects",
			`{"errors": {"daily_limit": [{"message": "Too small", "code": "min"}], "x": {"message": "Odd"}}}`,
			"min",
			"daily_limit: Too small; x: Odd",
		},
		{
			"errors by field, with a type",
			`{"errors": {"daily_limit": {"type": "too_small", "msg": "Too small"}}}`,
			"too_small",
			"daily_limit: Too small",
		},
		{
			"errors by known names",
			`{"errors": {"message": ["Too long"], "code": ["Unknown"]}}`,
			"",
			"message: Too long; code: Unknown",
		},
		{"errors as an object", `{"errors": {"input": "echo", "error": {"message": "Broken"}}}`, "", "error: Broken"},
		{"errors as texts", `{"errors": ["First", "Second", "First"]}`, "", "First; Second"},
		{
			"errors as objects",
			`{"errors": [{"code": "X", "title": "T", "detail": "First"}, {"field": "limit", "message": "Second"}]}`,
			"X",
			"First; limit: Second",
		},
		{"errors as maps", `{"errors": [{"daily_limit": ["Too small"]}]}`, "", "daily_limit: Too small"},
		{
			"errors of errors",
			`{"errors": [{"error": {"code": "X", "message": "Deep"}}, ["Deeper"]]}`,
			"X",
			"Deep; Deeper",
		},
		{"errors beside a message", `{"message": "Not valid", "errors": {"x": ["Bad"]}}`, "", "Not valid; x: Bad"},
		{"errors like the message", `{"message": "Not valid", "errors": ["Not valid", "Bad"]}`, "", "Not valid; Bad"},
		{"errors beside false", `{"message": false, "errors": ["Bad"]}`, "", "Bad"},
		{"type that is a URL", `{"error": {"type": "https://errors.test/no", "message": "No"}}`, "", "No"},
		{"type of the whole", `{"type": "validation", "title": "No"}`, "", "No"},
		{"one error for all", `{"errors": "No"}`, "", "No"},
		{"message list", `{"message": ["First", "Second"]}`, "", "First; Second"},
		{
			"message list beside an error",
			`{"statusCode": 400, "message": ["First"], "error": "Bad Request"}`,
			"",
			"Bad Request; First",
		},
		{"message object", `{"message": {"code": "X", "message": "Deep"}}`, "X", "Deep"},
		{"detail messages", `{"detail": [{"message": "First"}, {"msg": "Second"}]}`, "", "First; Second"},
		{"detail texts", `{"detail": ["First", "Second"]}`, "", "First; Second"},
		{
			"detail reason",
			`{"detail": {"reason_code": "cap_reached", "reason_human": "The cap is reached"}}`,
			"cap_reached",
			"The cap is reached",
		},
		{"detail by field", `{"detail": {"limit": ["Bad"]}}`, "", "limit: Bad"},
		{"msg", `{"msg": "No"}`, "", "No"},
		{"title", `{"type": "https://errors.test/no", "title": "No", "status": 400}`, "", "No"},
		{"problem document", `{"type": "about:blank", "title": "No", "detail": "Because"}`, "", "Because"},
		{
			"code and text",
			`{"error": "token_expired", "detail": "The token has expired"}`,
			"token_expired",
			"The token has expired",
		},
		{"two texts", `{"error": "Forbidden", "message": "Not yours"}`, "", "Not yours"},
		{"code in the detail", `{"detail": "brand_suspended"}`, "brand_suspended", "brand_suspended"},
		{"code of letters and digits", `{"detail": "AZ_az_09"}`, "AZ_az_09", "AZ_az_09"},
		{"code as a number", `{"error": {"code": 4002, "message": "No"}}`, "4002", "No"},
		{"inner error", `{"error": {"error": "expired", "message": "No"}}`, "expired", "No"},
		{
			"nested errors",
			`{"error": {"message": "Not valid", "errors": [{"message": "Bad", "reason": "r"}]}}`,
			"",
			"Not valid; Bad",
		},
		{"location as text", `{"detail": [{"loc": "limit", "msg": "Bad"}]}`, "", "limit: Bad"},
		{"location alone", `{"detail": [{"loc": ["body", "x"]}]}`, "", "body.x"},
		{
			"odd locations",
			`{"detail": [{"loc": ["body", 0, {"x": null}, null, "y"], "msg": "Bad", "type": 5}, 1, null, {}]}`,
			"",
			"body.0.y: Bad",
		},
		{"other case", `{"ERROR": {"Code": "X", "MESSAGE": "No"}}`, "X", "No"},
		{"escaped names", `{"\u0065rror": "No"}`, "", "No"},
		{"member twice", `{"error": "First", "error": "Last"}`, "", "Last"},
		{"list of lists", `[["First"], [["Second"]]]`, "", "First; Second"},
		{"number", `404`, "", "404"},
		{"false", `false`, "", "false"},
		{"null", `null`, "", ""},
		{"empty list", `[]`, "", ""},
		{"nothing known", `{"request": {"api_key": "echo"}, "tags": ["echo"]}`, "", ""},
		{"lone surrogates", `{"message": "\ud800 No"}`, "", "\uFFFD No"},
		{"page as a message", `{"error": "<html><title>Bad</title><script>echo</script></html>"}`, "", "Bad"},
		{"byte order mark", "\uFEFF" + `{"error": "No"}`, "", "No"},
		{"mark alone", "\uFEFF", "", ""},
		{"white space", " \r\n\t", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, errorbody.Error{Code: tt.code, Message: tt.message}, errorbody.Parse([]byte(tt.body), nil))
		})
	}
}
