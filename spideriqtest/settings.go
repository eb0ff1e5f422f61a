package spideriqtest

import (
	"encoding/json"
	"strconv"

	"github.com/spideriq/spideriq-go"
)

// parseFields takes the object of a request body apart, values as written.
func parseFields(body []byte) (map[string]json.RawMessage, *answer) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
		return nil, invalidBody("", "Input should be a JSON object", "json_invalid", nil)
	}
	return fields, nil
}

// set changes one setting as an update does, and returns an answer when it cannot.
func set(i *spideriq.Integration, name string, v json.RawMessage) *answer {
	if string(v) == "null" {
		a := notDocumented("null for " + strconv.Quote(name))
		return &a
	}
	switch name {
	case "key_label":
		return setText(&i.KeyLabel, name, v)
	case "is_active":
		return setBool(&i.IsActive, name, v)
	case "is_primary":
		no := setBool(&i.IsPrimary, name, v)
		i.Priority = 0
		if i.IsPrimary {
			i.Priority = primaryPriority
		}
		return no
	case "daily_limit":
		return setInt(&i.DailyLimit, name, v)
	case "minute_limit":
		return setInt(&i.MinuteLimit, name, v)
	case "spend_limit_amount":
		return setAmount(&i.SpendLimitAmount, name, v)
	case "spend_limit_period":
		return setWord(&i.SpendLimitPeriod, name, v, spideriq.SpendLimitPeriodDaily, spideriq.SpendLimitPeriodMonthly)
	case "spend_limit_action":
		return setWord(&i.SpendLimitAction, name, v, spideriq.SpendLimitActionWarn, spideriq.SpendLimitActionBlock)
	case "provider_name", "credentials":
		return badRequest("You cannot update provider_name or credentials. To change these, delete the integration and create a new one.")
	}
	a := notDocumented("the field " + strconv.Quote(name))
	return &a
}

// setForCreate changes one setting as a create does.
func setForCreate(i *spideriq.Integration, name string, v json.RawMessage) bool {
	switch name {
	case "provider_name":
		return setText(&i.ProviderName, name, v) == nil
	case "credentials":
		i.KeyPreview = preview(v)
		return i.KeyPreview != nil
	case "is_active": // a field of the update only
		return false
	}
	return set(i, name, v) == nil
}

func setText(to *string, name string, v json.RawMessage) *answer {
	if json.Unmarshal(v, to) != nil {
		return invalidBody(name, "Input should be a valid string", "string_type", v)
	}
	return nil
}

func setBool(to *bool, name string, v json.RawMessage) *answer {
	if json.Unmarshal(v, to) != nil {
		return invalidBody(name, "Input should be a valid boolean", "bool_parsing", v)
	}
	return nil
}

func setInt(to **int, name string, v json.RawMessage) *answer {
	var n int
	if json.Unmarshal(v, &n) != nil {
		return invalidBody(name, "Input should be a valid integer", "int_parsing", v)
	}
	if n < 0 {
		a := notDocumented("a negative " + name)
		return &a
	}
	*to = &n
	return nil
}

// setAmount takes a JSON number and keeps its digits. A string is one of the forms
// in which the API may send decimals, but not one that it is documented to take.
func setAmount(to **spideriq.Amount, name string, v json.RawMessage) *answer {
	amount, err := spideriq.ParseAmount(string(v))
	if err != nil {
		return invalidBody(name, "Input should be a valid decimal", "decimal_parsing", v)
	}
	if amount.Cmp("0") < 0 {
		a := notDocumented("a negative " + name)
		return &a
	}
	*to = &amount
	return nil
}

// setWord takes one of two words. The documentation has the refusal of an action;
// that of a period is said in the same way.
func setWord[S ~string](to *S, name string, v json.RawMessage, one, other S) *answer {
	var word string
	if no := setText(&word, name, v); no != nil {
		return no
	}
	if S(word) != one && S(word) != other {
		return badRequest(name + " must be '" + string(one) + "' or '" + string(other) + "'")
	}
	*to = S(word)
	return nil
}

// preview masks credentials, an object of texts that are not empty. The texts are
// kept nowhere else. It returns nil for anything but that.
func preview(v json.RawMessage) map[string]string {
	var credentials map[string]*string
	if json.Unmarshal(v, &credentials) != nil {
		return nil
	}
	shown := make(map[string]string, len(credentials))
	for name, text := range credentials {
		if text == nil || *text == "" {
			return nil
		}
		shown[name] = masked(*text)
	}
	return shown
}

// masked shows the ends of a secret, as in "sk-o...123", and nothing of one that
// this would give half away.
func masked(secret string) string {
	runes := []rune(secret)
	if len(runes) < 14 {
		return "***"
	}
	return string(runes[:4]) + "..." + string(runes[len(runes)-3:])
}
