package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

func TestPlan(t *testing.T) {
	t.Parallel()
	const wanted, other = `{"daily_limit":5}`, `{"daily_limit":6}`
	row7 := row{line: 2, id: 7, settings: wanted}
	only8 := row{line: 2, id: 8, settings: "{}"}
	stored := func(s state, settings string) map[int64]record {
		return map[int64]record{7: {ID: 7, Settings: settings, State: s, revision: 3}}
	}
	again := settings{repeatFailed: true, repeatUnknown: true}
	const edited = "line 2: integration 7 has other settings in the job, where it is "
	const removed = " in the job and not in the file"
	for name, c := range map[string]struct {
		row    row
		before map[int64]record
		s      settings
		want   string // what is queued; or the error
	}{
		"new":                       {row7, nil, settings{}, "stored and published"},
		"nothing to change":         {row{line: 2, id: 7, settings: "{}"}, nil, settings{}, "nothing"},
		"done":                      {row7, stored(done, wanted), again, "nothing"},
		"unchanged":                 {row7, stored(unchanged, wanted), again, "nothing"},
		"unchanged, then edited":    {row7, stored(unchanged, other), settings{}, "stored and published"},
		"queued":                    {row7, stored(queued, wanted), settings{}, "published"},
		"queued, then edited":       {row7, stored(queued, other), settings{}, "stored and published"},
		"on its way":                {row7, stored(sending, wanted), again, "nothing"},
		"failed":                    {row7, stored(failed, wanted), settings{}, "nothing"},
		"failed, put right":         {row7, stored(failed, other), again, "stored and published"},
		"failed, edited, not asked": {row7, stored(failed, other), settings{}, "nothing"},
		"unknown":                   {row7, stored(unknown, wanted), settings{repeatFailed: true}, "nothing"},
		"unknown, to repeat":        {row7, stored(unknown, wanted), again, "stored and published"},
		"done, then edited":         {row7, stored(done, other), again, edited + "done"},
		"unknown, then edited":      {row7, stored(unknown, other), again, edited + "unknown"},
		"on its way, then edited":   {row7, stored(sending, other), again, edited + "sending"},
		"unknown, then removed":     {only8, stored(unknown, wanted), again, "integration 7 is unknown" + removed},
		"queued, then removed":      {only8, stored(queued, wanted), again, "integration 7 is queued" + removed},
		"on its way, then removed":  {only8, stored(sending, wanted), again, "integration 7 is sending" + removed},
		"failed and then gone":      {only8, stored(failed, wanted), settings{}, "nothing"},
		"done, and then removed":    {only8, stored(done, wanted), settings{}, "nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := newPlan([]row{c.row}, c.before, c.s)
			if err != nil {
				assert.EqualError(t, err, c.want)
				return
			}
			if len(p.tasks) == 0 {
				assert.Equal(t, c.want, "nothing")
				return
			}
			require.Len(t, p.tasks, 1)
			task := p.tasks[0]
			assert.Equal(t, queued, task.record.State)
			assert.Equal(t, wanted, task.record.Settings)
			assert.Equal(t, c.before[7].revision, task.record.revision)
			assert.Equal(t, c.want, map[bool]string{true: "stored and published", false: "published"}[task.isNew])
		})
	}
}

func TestRowThatIsQueuedTwiceHasOneMessage(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	q := openStore(t, folder)
	enqueueRows(t, q, 5)
	enqueueRows(t, q, 5)
	assert.Equal(t, 5, messagesIn(t, q))
	for id, r := range mustLoad(t, q) { // as another program does that has read the same records
		assert.NoError(t, q.publish(t.Context(), r), id)
	}
	edited, err := q.put(t.Context(), mustLoad(t, q)[3].changedTo(queued, ""))
	require.NoError(t, err)
	require.NoError(t, q.publish(t.Context(), edited))
	info, err := q.stream.Info(t.Context())
	require.NoError(t, err)
	assert.EqualValues(t, 5, info.State.Msgs)
	assert.EqualValues(t, 5, info.State.LastSeq, "a row that is in the stream keeps its message")

	fetched, err := q.next(t.Context())
	require.NoError(t, err)
	require.NoError(t, fetched.DoubleAck(t.Context()))
	first := mustLoad(t, q)[1]
	require.NoError(t, q.publish(t.Context(), first), "the message id is known")
	assert.Equal(t, 4, messagesIn(t, q))
}

func mustLoad(t *testing.T, q *queue) map[int64]record {
	t.Helper()
	records, err := q.load(t.Context())
	require.NoError(t, err)
	return records
}

func TestRowsWithoutAMessageAreQueuedAgain(t *testing.T) {
	t.Parallel()
	q := newQueue(t)
	rows, err := readRows(writeFile(t, "test.csv", limits(3)))
	require.NoError(t, err)
	p, err := newPlan(rows, nil, settings{})
	require.NoError(t, err)
	_, err = q.storeAll(t.Context(), p.tasks) // and here the program is killed
	require.NoError(t, err)
	assert.Zero(t, messagesIn(t, q))

	server := newAPI(t, 3)
	g := &gate{limiter: unlimited{}, queue: q, stopped: t.Context()}
	worker := &bulkRun{ // without the file
		settings: settings{workers: 2}, queue: q, gate: g, before: mustLoad(t, q),
		api: &api{client: server.Client(spideriq.WithRateLimiter(g))},
	}
	_, err = worker.send(t.Context())
	require.NoError(t, err)
	assert.Equal(t, map[int64]state{1: done, 2: done, 3: done}, states(t, q))
}
