package spideriqtest

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spideriq/spideriq-go"
)

// parseFields splits the object of a request body into its fields, whose values stay
// as written.
func parseFields(body []byte) (map[string]json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, invalidBody()
	}
	if fields == nil { // null
		return nil, invalidBody()
	}
	return fields, nil
}

// applyUpdate changes the fields of i that an update may change. It returns an error
// for the first field, in the order of the names, that cannot be applied.
func applyUpdate(i *spideriq.Integration, fields map[string]json.RawMessage) error {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if string(fields[name]) == "null" {
			return notDocumented("null for " + strconv.Quote(name))
		}
		if err := setField(i, name, fields[name]); err != nil {
			return err
		}
	}
	return nil
}

// applyCreate sets the fields of i that a create may give. The documentation does
// not say how the API answers a wrong one.
func applyCreate(i *spideriq.Integration, fields map[string]json.RawMessage) error {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !setCreateField(i, name, fields[name]) {
			return notDocumented("a create with this " + strconv.Quote(name))
		}
	}
	if i.ProviderName == "" || !hasCredentials(*i) {
		return notDocumented("a create without provider_name, " +
			"or without the credentials of the provider and only those")
	}
	return nil
}

// setField applies one field of an update.
func setField(i *spideriq.Integration, name string, value json.RawMessage) error {
	switch name {
	case "key_label":
		return setString(&i.KeyLabel, name, value)
	case "is_active":
		return setBool(&i.IsActive, name, value)
	case "is_primary":
		return setPrimary(i, name, value)
	case "daily_limit":
		return setLimit(&i.DailyLimit, name, value)
	case "minute_limit":
		return setLimit(&i.MinuteLimit, name, value)
	case "spend_limit_amount":
		return setAmount(&i.SpendLimitAmount, name, value)
	case "spend_limit_period":
		return setEnum(&i.SpendLimitPeriod, name, value,
			spideriq.SpendLimitPeriodDaily, spideriq.SpendLimitPeriodMonthly)
	case "spend_limit_action":
		return setEnum(&i.SpendLimitAction, name, value,
			spideriq.SpendLimitActionWarn, spideriq.SpendLimitActionBlock)
	case "provider_name", "credentials":
		return badRequest("You cannot update provider_name or credentials. " +
			"To change these, delete the integration and create a new one.")
	}
	return notDocumented("the field " + strconv.Quote(name))
}

// setCreateField applies one field of a create and reports whether it could.
func setCreateField(i *spideriq.Integration, name string, value json.RawMessage) bool {
	if string(value) == "null" {
		return false
	}
	switch name {
	case "provider_name":
		return setString(&i.ProviderName, name, value) == nil
	case "credentials":
		i.KeyPreview = preview(value)
		return i.KeyPreview != nil
	case "is_active": // a field of the update only
		return false
	}
	return setField(i, name, value) == nil
}

func setString(to *string, name string, value json.RawMessage) error {
	if err := json.Unmarshal(value, to); err != nil {
		return invalidField(name, "Input should be a valid string", "string_type", value)
	}
	return nil
}

func setBool(to *bool, name string, value json.RawMessage) error {
	if err := json.Unmarshal(value, to); err != nil {
		return invalidField(name, "Input should be a valid boolean", "bool_parsing", value)
	}
	return nil
}

// setPrimary sets the priority as well, as documented.
func setPrimary(i *spideriq.Integration, name string, value json.RawMessage) error {
	if err := setBool(&i.IsPrimary, name, value); err != nil {
		return err
	}
	i.Priority = secondaryPriority
	if i.IsPrimary {
		i.Priority = primaryPriority
	}
	return nil
}

func setLimit(to **int, name string, value json.RawMessage) error {
	var limit int
	if err := json.Unmarshal(value, &limit); err != nil {
		return invalidField(name, "Input should be a valid integer", "int_parsing", value)
	}
	if limit < 0 {
		return notDocumented("a negative " + name)
	}
	*to = &limit
	return nil
}

// setAmount accepts a JSON number and keeps its digits. The API may send decimals as
// strings, but is not documented to accept them.
func setAmount(to **spideriq.Amount, name string, value json.RawMessage) error {
	amount, err := spideriq.ParseAmount(string(value))
	if err != nil {
		return invalidField(name, "Input should be a valid decimal", "decimal_parsing", value)
	}
	if amount.Cmp("0") < 0 {
		return notDocumented("a negative " + name)
	}
	*to = &amount
	return nil
}

// setEnum accepts one of two words. The error for an action is documented; the one
// for a period has the same form.
func setEnum[S ~string](to *S, name string, value json.RawMessage, first, second S) error {
	var word string
	if err := setString(&word, name, value); err != nil {
		return err
	}
	if S(word) != first && S(word) != second {
		return badRequest(name + " must be '" + string(first) + "' or '" + string(second) + "'")
	}
	*to = S(word)
	return nil
}

// preview masks the credentials of a create, which must be an object of non-empty
// strings. It returns nil for anything else. The credentials are kept nowhere.
func preview(value json.RawMessage) map[string]string {
	var credentials map[string]*string
	if err := json.Unmarshal(value, &credentials); err != nil {
		return nil
	}
	masked := make(map[string]string, len(credentials))
	for name, secret := range credentials {
		if secret == nil || *secret == "" {
			return nil
		}
		masked[name] = mask(*secret)
	}
	return masked
}

// hasCredentials reports whether i has the documented credentials of its provider
// and no others: api_key, and for cloudflare account_id as well.
func hasCredentials(i spideriq.Integration) bool {
	names := strings.Join(slices.Sorted(maps.Keys(i.KeyPreview)), " ")
	if i.ProviderName == spideriq.ProviderCloudflare {
		return names == "account_id api_key"
	}
	return names == "api_key"
}
