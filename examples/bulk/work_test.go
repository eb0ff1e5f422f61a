package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

var errRefused = &spideriq.TransportError{Err: errors.New("connection refused")}

func TestRowWithoutAnAnswerComesAgainLater(t *testing.T) {
	t.Parallel()
	q := newQueue(t)
	enqueueRows(t, q, 3)
	p, client := newTestPool(q, map[int64][]error{1: {errRefused}})
	p.retryDelay = 300 * time.Millisecond
	require.NoError(t, p.run(t.Context()))
	assert.Equal(t, []int64{1, 2, 3, 1}, ids(client.calls))
	assert.GreaterOrEqual(t, client.calls[3].at.Sub(client.calls[0].at), p.retryDelay)
	assert.Equal(t, map[int64]state{1: done, 2: done, 3: done}, states(t, q))
}

func ids(calls []call) []int64 {
	var all []int64
	for _, c := range calls {
		all = append(all, c.id)
	}
	return all
}

func TestRowThatNeverGetsAnAnswerFailsInTheEnd(t *testing.T) {
	t.Parallel()
	q := newQueue(t)
	enqueueRows(t, q, 1)
	p, client := newTestPool(q, map[int64][]error{1: {errRefused, errRefused, errRefused, errRefused, errRefused}})
	p.retryDelay = time.Millisecond
	require.NoError(t, p.run(t.Context()))
	assert.Len(t, client.calls, maxCalls)
	assert.Equal(t, map[int64]state{1: failed}, states(t, q))
}

// Twelve rows get no answer, and between two of them another row gets one.
func TestRowsWithoutAnAnswerThatAreNotInARowDoNotEndTheRun(t *testing.T) {
	t.Parallel()
	q := newQueue(t)
	enqueueRows(t, q, 24)
	script := make(map[int64][]error)
	for id := int64(1); id <= 24; id += 2 {
		script[id] = []error{errRefused}
	}
	p, client := newTestPool(q, script)
	require.NoError(t, p.run(t.Context()))
	assert.Len(t, client.calls, 24+12)
}

func TestPauseOfTheAPIIsKept(t *testing.T) {
	t.Parallel()
	q := newQueue(t)
	enqueueRows(t, q, 3)
	const wait = 1200 * time.Millisecond
	limited := &spideriq.RateLimitError{APIError: &spideriq.APIError{StatusCode: 429, RetryAfter: wait}}
	p, client := newTestPool(q, map[int64][]error{1: {limited}})
	var log strings.Builder
	p.stderr = &log
	require.NoError(t, p.run(t.Context()))
	assert.Len(t, client.calls, 4)
	assert.GreaterOrEqual(t, client.calls[1].at.Sub(client.calls[0].at), wait, "no row is sent in the pause")
	assert.Equal(t, "bulk: the API asks for a pause of 1s\n", log.String())
	assert.Equal(t, map[int64]state{1: done, 2: done, 3: done}, states(t, q))
}

func TestFailedRowIsTerminated(t *testing.T) {
	t.Parallel()
	q := newQueue(t)
	enqueueRows(t, q, 1)
	refused := &spideriq.BadRequestError{APIError: &spideriq.APIError{StatusCode: 400}}
	p, client := newTestPool(q, map[int64][]error{1: {refused}})
	terminated, err := q.js.Conn().SubscribeSync("$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.>")
	require.NoError(t, err)
	require.NoError(t, p.run(t.Context()))
	assert.Len(t, client.calls, 1)
	_, err = terminated.NextMsg(5 * time.Second)
	require.NoError(t, err)
	assert.Equal(t, map[int64]state{1: failed}, states(t, q))
	assert.Zero(t, messagesIn(t, q))
}

// The claim is stored before the request, and the outcome before the acknowledgement.
func TestClaimIsStoredBeforeTheRequest(t *testing.T) {
	t.Parallel()
	q := newQueue(t)
	enqueueRows(t, q, 1)
	g := &gate{limiter: unlimited{}, queue: q, stopped: t.Context()}
	stored := mustLoad(t, q)[1]
	f := &flight{record: stored, delivery: 1}
	require.NoError(t, g.Wait(context.WithValue(t.Context(), flightKey{}, f)))
	now := mustLoad(t, q)[1]
	assert.Equal(t, sending, now.State)
	assert.NotEmpty(t, now.Claim)

	second := &flight{record: stored, delivery: 2}
	require.ErrorIs(t, g.Wait(context.WithValue(t.Context(), flightKey{}, second)), errChanged, "one worker has it")
	assert.False(t, second.claimed)
}

func TestNothingIsSentWithoutARecord(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	q := openStore(t, folder)
	enqueueRows(t, q, 1)
	q.natsWait = 0
	p, client := newTestPool(q, nil)
	p.gate.limiter = limiterFunc(func(context.Context) error {
		return q.js.DeleteKeyValue(t.Context(), q.bucketName()) // as good as a full disk
	})
	require.Error(t, p.run(t.Context()))
	assert.Empty(t, client.calls)
	assert.Equal(t, 1, messagesIn(t, q))
}

type limiterFunc func(context.Context) error

func (f limiterFunc) Wait(ctx context.Context) error { return f(ctx) }

// take returns a delivery of the next message.
func take(t *testing.T, q *queue) *delivery {
	t.Helper()
	var msg jetstream.Msg
	require.Eventually(t, func() bool {
		var err error
		msg, err = q.next(t.Context())
		require.NoError(t, err)
		return msg != nil
	}, 10*time.Second, time.Millisecond)
	d, err := newDelivery(msg)
	require.NoError(t, err)
	return d
}

func claimed(t *testing.T, q *queue, d *delivery) record {
	t.Helper()
	r := mustLoad(t, q)[1].changedTo(sending, "")
	r.Claim, r.Delivery = "a worker", d.number
	r, err := q.put(t.Context(), r)
	require.NoError(t, err)
	return r
}

// A worker that is silent for two leases is gone. Its row is unknown and not sent.
func TestRowOfADeadWorkerIsUnknown(t *testing.T) {
	t.Parallel()
	q := newQueue(t)
	enqueueRows(t, q, 1)
	claimed(t, q, take(t, q)) // and then nothing is heard of it
	began := time.Now()
	p, client := newTestPool(q, nil)
	require.NoError(t, p.run(t.Context()))
	assert.Empty(t, client.calls)
	assert.Equal(t, map[int64]state{1: unknown}, states(t, q))
	assert.GreaterOrEqual(t, time.Since(began), 2*q.lease-100*time.Millisecond)
}

// A slow worker keeps its row as long as it is heard of.
func TestRowOfASlowWorkerIsLeftToIt(t *testing.T) {
	t.Parallel()
	q := newQueue(t)
	enqueueRows(t, q, 1)
	d := take(t, q)
	r := claimed(t, q, d)
	stop := d.keepAlive(q.lease / 3)
	p, client := newTestPool(q, nil)
	ended := make(chan error)
	go func() { ended <- p.run(t.Context()) }()
	select {
	case err := <-ended:
		t.Fatal("the other worker did not wait", err)
	case <-time.After(3 * q.lease):
	}
	stop()
	p.settle(d, r.changedTo(done, ""), 0)
	require.NoError(t, <-ended)
	assert.Empty(t, client.calls)
	assert.Equal(t, map[int64]state{1: done}, states(t, q))
}

// What a worker knows counts, also when it has been given up.
func TestOutcomeOfAWorkerThatWasGivenUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		knows    state
		want     state
		messages int
	}{
		"done":        {done, done, 0},
		"unknown":     {unknown, unknown, 0},
		"not applied": {queued, queued, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := newQueue(t)
			enqueueRows(t, q, 1)
			d := take(t, q)
			r := claimed(t, q, d)
			_, err := q.put(t.Context(), r.changedTo(unknown, abandonedMessage))
			require.NoError(t, err)
			require.NoError(t, d.msg.DoubleAck(t.Context()))

			p, _ := newTestPool(q, nil)
			require.NoError(t, p.record(t.Context(), r.changedTo(c.knows, "")))
			assert.Equal(t, map[int64]state{1: c.want}, states(t, q))
			assert.Equal(t, c.messages, messagesIn(t, q))
		})
	}
}

// The row has been repeated since, as asked: the late outcome must not end that.
func TestLateOutcomeLeavesARepeatAlone(t *testing.T) {
	t.Parallel()
	q := newQueue(t)
	enqueueRows(t, q, 1)
	late := claimed(t, q, take(t, q))
	r, err := q.put(t.Context(), late.changedTo(unknown, ""))
	require.NoError(t, err)
	repeat := record{Line: 2, ID: 1, Settings: r.Settings, revision: r.revision}
	r, err = q.put(t.Context(), repeat.changedTo(queued, ""))
	require.NoError(t, err)
	p, _ := newTestPool(q, nil)
	require.NoError(t, p.record(t.Context(), late.changedTo(done, "")))
	assert.Equal(t, r.revision, mustLoad(t, q)[1].revision)
}

func TestMessageOfARowWithAnOutcomeIsAcknowledged(t *testing.T) {
	t.Parallel()
	q := newQueue(t)
	enqueueRows(t, q, 1)
	r := mustLoad(t, q)[1]
	_, err := q.put(t.Context(), r.changedTo(done, ""))
	require.NoError(t, err)
	p, client := newTestPool(q, nil)
	require.NoError(t, p.run(t.Context()))
	assert.Empty(t, client.calls)
	assert.Zero(t, messagesIn(t, q))
}

func TestStrangeMessagesAreTakenOut(t *testing.T) {
	t.Parallel()
	q := newQueue(t)
	for subject, body := range map[string]string{"x": "{}", "7": "text"} {
		_, err := q.js.Publish(t.Context(), q.subject(subject), []byte(body))
		require.NoError(t, err)
	}
	p, client := newTestPool(q, nil)
	require.NoError(t, p.run(t.Context()))
	assert.Empty(t, client.calls)
	assert.Zero(t, messagesIn(t, q))
}

func TestPutFindsOutThatItHasSucceeded(t *testing.T) {
	t.Parallel()
	q := newQueue(t)
	enqueueRows(t, q, 1)
	r := mustLoad(t, q)[1].changedTo(done, "")
	first, err := q.put(t.Context(), r)
	require.NoError(t, err)
	second, err := q.put(t.Context(), r) // as after an answer that was lost
	require.NoError(t, err)
	assert.Equal(t, first, second)
	_, err = q.put(t.Context(), r.changedTo(unknown, ""))
	require.ErrorIs(t, err, errChanged)
}
