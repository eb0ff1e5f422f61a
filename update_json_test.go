package spideriq

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every field, those that are added later included, is written as its tag says.
func TestUpdateIsWrittenAsEncodingJSONWould(t *testing.T) {
	t.Parallel()
	same := func(p UpdateParams) {
		want, err := json.Marshal(p)
		require.NoError(t, err)
		got, err := encode(p)
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got))
	}
	same(UpdateParams{})
	fields := reflect.TypeFor[UpdateParams]().NumField()
	for which := range 1 << fields {
		for _, text := range []string{"", "1", "12"} {
			var p UpdateParams
			for i := range fields {
				if which&(1<<i) == 0 {
					continue
				}
				field := reflect.ValueOf(&p).Elem().Field(i)
				field.Set(reflect.New(field.Type().Elem()))
				switch v := field.Elem(); v.Kind() {
				case reflect.String:
					if v.SetString(text); v.Type() == reflect.TypeFor[Amount]() {
						v.SetString(text + "0.10")
					}
				case reflect.Bool:
					v.SetBool(text != "")
				case reflect.Int:
					v.SetInt(int64(-len(text)))
				default:
					t.Fatalf("a field of kind %v", v.Kind())
				}
			}
			if text != "" && p.SpendLimitAmount != nil {
				*p.SpendLimitAmount = Amount(text + ".10")
			}
			same(p)
		}
	}
	same(UpdateParams{KeyLabel: new("R&D <\"\\\n\u2028\xff é>")})
}
