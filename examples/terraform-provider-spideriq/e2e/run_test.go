package e2e

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

const (
	firstKey  = "gsk_first-and-never-stored-111"
	secondKey = "gsk_second-and-never-stored-222"
)

// TestOneWholeRun is what a user does with the provider, from the first plan to the
// end. Its parts build on each other.
func TestOneWholeRun(t *testing.T) {
	t.Parallel()
	tofu := findTofu(t)
	fake := spideriqtest.NewServer()
	defer fake.Close()
	fake.Add(spideriq.Integration{
		ID: 42, ProviderName: spideriq.ProviderOpenRouter, KeyLabel: "Production OpenRouter", IsActive: true,
		DailyLimit: new(20000), SpendLimitAmount: new(spideriq.Amount("500.00")),
	})
	r := &wholeRun{folder: newFolder(t, fake, tofu), fake: fake}
	r.set("groq_key", firstKey)

	r.plansAndApplies()
	r.hasNothingSecret()
	r.mendsDrift()
	r.rotates()
	r.losesAnAnswer()
	r.losesTheAnswerOfARotation()
	r.destroys()
	r.hasNothingSecret()
}

type wholeRun struct {
	*folder
	fake *spideriqtest.Server
	seen int // requests that earlier parts have looked at
}

// changes returns the requests since the last call that change something.
func (r *wholeRun) changes() []string {
	var calls []string
	requests := r.fake.Requests()
	for _, request := range requests[r.seen:] {
		if request.Method != http.MethodGet {
			calls = append(calls, request.Method+" "+request.Path+" "+withoutCredentials(request.Body))
		}
	}
	r.seen = len(requests)
	return calls
}

// isUpToDate asserts that a plan is empty.
func (r *wholeRun) isUpToDate() {
	r.t.Helper()
	assert.Contains(r.t, r.run(0, "plan", "-detailed-exitcode"), "No changes.")
	assert.Empty(r.t, r.changes())
}

func (r *wholeRun) plansAndApplies() {
	plan := r.run(2, "plan", "-detailed-exitcode", "-out=first.tfplan")
	assert.Contains(r.t, plan, "Plan: 1 to import, 1 to add, 1 to change, 0 to destroy.")
	assert.NotContains(r.t, plan, "~ spend_limit_amount", "500 is 500.00")
	assert.Empty(r.t, r.changes(), "a plan changes nothing")

	applied := r.run(0, "apply", "first.tfplan")
	assert.Contains(r.t, applied, "Apply complete! Resources: 1 imported, 1 added, 1 changed, 0 destroyed.")
	assert.ElementsMatch(r.t, []string{
		`PATCH /api/v1/integrations/42 {"daily_limit":30000}`,
		`POST /api/v1/integrations {"key_label":"Batch jobs","provider_name":"groq","spend_limit_amount":12.5}`,
		`PATCH /api/v1/integrations/43 {"is_active":false}`,
	}, r.changes())
	assert.JSONEq(r.t, "true", r.run(0, "output", "-json", "new_key_is_listed"))
	assert.JSONEq(r.t, "true", r.run(0, "output", "-json", "all_keys_are_healthy"))
	r.isUpToDate()
}

// hasNothingSecret looks into every file that OpenTofu has written. That a label is
// found shows that the search works.
func (r *wholeRun) hasNothingSecret() {
	for _, secret := range []string{firstKey, secondKey, r.fake.Token} {
		assert.Empty(r.t, r.filesWith(secret))
	}
	assert.True(r.t, r.contains("first.tfplan", "Batch jobs"))
	assert.Contains(r.t, append(r.filesWith("Batch jobs"), "terraform.tfstate"), "terraform.tfstate")
}

func (r *wholeRun) mendsDrift() {
	drifted, _ := r.fake.Get(42)
	drifted.DailyLimit, drifted.SpendLimitAmount = new(1), new(spideriq.Amount("500"))
	drifted.DailyCount, drifted.UpdatedAt = 77, time.Now().Add(time.Hour)
	r.fake.Add(drifted)

	plan := r.run(2, "plan", "-detailed-exitcode")
	assert.Regexp(r.t, `~ daily_limit += 1 -> 30000`, plan)
	assert.Contains(r.t, r.run(0, "apply", "-auto-approve"), "0 added, 1 changed, 0 destroyed.")
	assert.Equal(r.t, []string{`PATCH /api/v1/integrations/42 {"daily_limit":30000}`}, r.changes())
	r.isUpToDate()
}

// rotates replaces a key: the new one is there before the old one goes.
func (r *wholeRun) rotates() {
	r.set("groq_key", secondKey)
	r.isUpToDate() // another key alone is no change
	r.set("groq_key_version", "2")
	plan := r.run(2, "plan", "-detailed-exitcode", "-out=rotation.tfplan")
	assert.Contains(r.t, plan, "credentials_version  = 1 -> 2 # forces replacement")
	r.run(0, "apply", "rotation.tfplan")
	assert.Equal(r.t, []string{
		`POST /api/v1/integrations {"key_label":"Batch jobs","provider_name":"groq","spend_limit_amount":12.5}`,
		`PATCH /api/v1/integrations/44 {"is_active":false}`,
		`DELETE /api/v1/integrations/43 `,
	}, r.changes())
	r.isUpToDate()
}

// losesAnAnswer creates a key whose answer never comes. It is imported, not created
// again.
func (r *wholeRun) losesAnAnswer() {
	r.add("lost.tf")
	r.run(0, "plan", "-out=lost.tfplan")
	r.changes()
	r.fake.Fail(spideriqtest.Cut())
	failed := r.run(1, "apply", "lost.tfplan")
	assert.Contains(r.t, failed, "The integration may have been created")
	assert.Contains(r.t, failed, `- import ID 45: label "Lost"`)
	assert.Len(r.t, r.changes(), 1, "one create, whatever came of it")
	assert.NotContains(r.t, r.run(0, "state", "list"), "spideriq_integration.lost")

	r.run(0, "import", "spideriq_integration.lost", "45")
	r.isUpToDate()
	_, second := r.fake.Get(46)
	assert.False(r.t, second)
}

// losesTheAnswerOfARotation leaves the old key in the state until the user has put the
// new one in its place.
func (r *wholeRun) losesTheAnswerOfARotation() {
	r.set("groq_key_version", "3")
	r.run(0, "plan", "-out=rotation.tfplan")
	r.changes()
	r.fake.Fail(spideriqtest.Cut())
	failed := r.run(1, "apply", "rotation.tfplan")
	assert.Contains(r.t, failed, `- import ID 46@3: label "Batch jobs"`)
	assert.Len(r.t, r.changes(), 1, "the old key is not deleted")
	assert.Contains(r.t, r.run(0, "state", "show", "spideriq_integration.batch"), `= "44"`)

	r.run(0, "state", "rm", "spideriq_integration.batch")
	r.run(0, "import", "spideriq_integration.batch", "46@3")
	require.NoError(r.t, r.fake.Client().Integrations.Delete(r.t.Context(), 44))
	r.changes()
	r.run(0, "apply", "-auto-approve")
	assert.Equal(r.t, []string{`PATCH /api/v1/integrations/46 {"is_active":false}`}, r.changes())
	r.isUpToDate()
}

func (r *wholeRun) destroys() {
	assert.Contains(r.t, r.run(0, "destroy", "-auto-approve"), "Destroy complete! Resources: 3 destroyed.")
	assert.Empty(r.t, r.run(0, "state", "list"))
	rows, err := r.fake.Client().Integrations.List(r.t.Context(), spideriq.ListParams{})
	require.NoError(r.t, err)
	assert.Empty(r.t, rows)
}

// withoutCredentials returns the JSON of a body without its secrets.
func withoutCredentials(body []byte) string {
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil {
		return ""
	}
	delete(fields, "credentials")
	text, _ := json.Marshal(fields)
	return string(text)
}
