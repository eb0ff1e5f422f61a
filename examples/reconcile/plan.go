package main

import (
	"fmt"

	"github.com/spideriq/spideriq-go"
)

// An update is what makes one integration as it is wanted.
type update struct {
	line        int // of its entry
	integration *spideriq.Integration
	params      spideriq.UpdateParams // what differs, and nothing else
	changes     []change
}

// A change is one setting as a reader sees it.
type change struct{ name, from, to string }

// compare finds the integrations that the entries mean and what is to be changed
// about them. An entry that does not mean exactly one, on its own, is a problem.
func (f *file) compare(pool []*spideriq.Integration) []update {
	var updates []update
	entries := make(map[int64]entry) // by the integration they mean
	for _, e := range f.entries {
		if e.unclear {
			continue
		}
		i := f.find(e, pool)
		if i == nil {
			continue
		}
		if other, taken := entries[i.ID]; taken {
			f.wrong(e.line, "integration %d is meant at line %d already", i.ID, other.line)
			continue
		}
		entries[i.ID] = e
		if u := differences(e.params, i); len(u.changes) > 0 {
			u.line = e.line
			updates = append(updates, u)
		}
	}
	f.checkLabels(entries, pool)
	return updates
}

func (f *file) find(e entry, pool []*spideriq.Integration) *spideriq.Integration {
	var found []*spideriq.Integration
	for _, i := range pool {
		if e.id == i.ID || e.id == 0 && e.provider == i.ProviderName && *e.params.KeyLabel == i.KeyLabel {
			found = append(found, i)
		}
	}
	switch {
	case len(found) == 0 && e.id != 0:
		f.wrong(e.line, "there is no integration %d", e.id)
	case len(found) == 0:
		f.wrong(e.line, "there is no integration of %s labelled %s", text(e.provider), text(*e.params.KeyLabel))
	case len(found) > 1:
		f.wrong(e.line, "integrations %d and %d are both of %s and labelled %s: use an id", found[0].ID, found[1].ID, text(e.provider), text(*e.params.KeyLabel))
	case e.provider != "" && e.provider != found[0].ProviderName:
		f.wrong(e.line, "integration %d is of %s, not %s, and that cannot be updated", e.id, text(found[0].ProviderName), text(e.provider))
	default:
		return found[0]
	}
	return nil
}

// checkLabels finds an integration whose new label would make an entry that goes
// by label mean two, from the next plan on.
func (f *file) checkLabels(entries map[int64]entry, pool []*spideriq.Integration) {
	for _, i := range pool {
		e, ok := entries[i.ID]
		if !ok || e.id == 0 || e.params.KeyLabel == nil || *e.params.KeyLabel == i.KeyLabel {
			continue
		}
		for _, other := range f.entries {
			if !other.unclear && other.id == 0 && other.provider == i.ProviderName && *other.params.KeyLabel == *e.params.KeyLabel {
				f.wrong(e.line, "with this key_label, integration %d would be meant at line %d too: use an id there", i.ID, other.line)
			}
		}
	}
}

// differences are the settings of want that i does not have.
func differences(want spideriq.UpdateParams, i *spideriq.Integration) update {
	u := update{integration: i}
	if want.SpendLimitAmount != nil && i.SpendLimitAmount != nil && want.SpendLimitAmount.Cmp(*i.SpendLimitAmount) == 0 {
		want.SpendLimitAmount = nil // 500.0 is 500.00
	}
	u.params = spideriq.UpdateParams{
		KeyLabel:         differs(&u, "key_label", want.KeyLabel, &i.KeyLabel),
		IsActive:         differs(&u, "is_active", want.IsActive, &i.IsActive),
		IsPrimary:        differs(&u, "is_primary", want.IsPrimary, &i.IsPrimary),
		DailyLimit:       differs(&u, "daily_limit", want.DailyLimit, i.DailyLimit),
		MinuteLimit:      differs(&u, "minute_limit", want.MinuteLimit, i.MinuteLimit),
		SpendLimitAmount: differs(&u, "spend_limit_amount", want.SpendLimitAmount, i.SpendLimitAmount),
		SpendLimitPeriod: differs(&u, "spend_limit_period", want.SpendLimitPeriod, known(i.SpendLimitPeriod)),
		SpendLimitAction: differs(&u, "spend_limit_action", want.SpendLimitAction, known(i.SpendLimitAction)),
	}
	return u
}

// differs returns want, and notes the change, when it is a setting that have is
// not. A nil want leaves the setting alone; a nil have is not set.
func differs[T comparable](u *update, name string, want, have *T) *T {
	if want == nil || have != nil && *want == *have {
		return nil
	}
	from := "not set"
	if have != nil {
		from = text(fmt.Sprint(*have))
	}
	u.changes = append(u.changes, change{name, from, text(fmt.Sprint(*want))})
	return want
}

// known is nil for the "" that stands for the API's null.
func known[S ~string](s S) *S {
	if s == "" {
		return nil
	}
	return &s
}
