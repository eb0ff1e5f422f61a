package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A queue is a job on NATS. A work-queue stream has one message for each row that is
// to be sent. A key-value bucket has the record of every row. The record decides: a
// message only says that a worker must look at its row.
type queue struct {
	js       jetstream.JetStream
	job      string
	stream   jetstream.Stream
	consumer jetstream.Consumer
	records  jetstream.KeyValue
	lease    time.Duration // how long a message belongs to a worker that is silent
	natsWait time.Duration // how long to wait for a server that has gone away
}

var (
	errChanged  = errors.New("another worker has changed the record of the row")
	errNATSGone = errors.New("the NATS server is gone")
)

const (
	requestTimeout = 2 * time.Second        // of one request to NATS
	pollInterval   = 500 * time.Millisecond // of a worker that finds no message
	jobKey         = "job"
)

// openQueue opens the job and makes it when it does not exist. api identifies the API
// that the rows are for; a job that is for another one is refused.
func openQueue(ctx context.Context, conn *connection, s settings, api string) (*queue, error) {
	js, err := jetstream.New(conn.Conn)
	if err != nil {
		return nil, err
	}
	q := &queue{js: js, job: s.job, lease: s.lease, natsWait: s.natsWait}
	steps := []func(context.Context, settings) error{q.openStream, q.openConsumer, q.openRecords}
	if s.csv == "" {
		steps = append([]func(context.Context, settings) error{q.requireJob}, steps...)
	}
	for _, step := range steps {
		if err := step(ctx, s); err != nil {
			return nil, fmt.Errorf("job %s: %w", s.job, err)
		}
	}
	return q, q.claimJob(ctx, api)
}

func (q *queue) streamName() string { return "BULK_" + q.job }
func (q *queue) bucketName() string { return "bulk_" + q.job }

// requireJob refuses to make a job that no file describes.
func (q *queue) requireJob(ctx context.Context, s settings) error {
	_, err := q.js.Stream(ctx, q.streamName())
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return errors.New("does not exist; start one with its CSV file")
	}
	return err
}

func (q *queue) openStream(ctx context.Context, s settings) (err error) {
	q.stream, err = q.js.Stream(ctx, q.streamName())
	if !errors.Is(err, jetstream.ErrStreamNotFound) {
		return err
	}
	q.stream, err = q.js.CreateStream(ctx, jetstream.StreamConfig{
		Name:      q.streamName(),
		Subjects:  []string{q.subject("*")},
		Retention: jetstream.WorkQueuePolicy,
		Storage:   jetstream.FileStorage,
		Replicas:  s.replicas,
		// A row has at most one message, however often its file is queued.
		MaxMsgsPerSubject:    1,
		Discard:              jetstream.DiscardNew,
		DiscardNewPerSubject: true,
		Duplicates:           24 * time.Hour,
	})
	return err
}

// openConsumer makes the consumer that all workers share. Nobody else can use the
// server inside of this program, so there a new consumer replaces that of a killed run,
// and its messages need not wait until their lease ends.
func (q *queue) openConsumer(ctx context.Context, s settings) (err error) {
	const name = "workers"
	if s.nats == "" {
		err = q.stream.DeleteConsumer(ctx, name)
		if err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
			return err
		}
	}
	q.consumer, err = q.stream.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable:       name,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       q.lease,
		MaxDeliver:    -1,
		MaxAckPending: -1,
	})
	return err
}

func (q *queue) openRecords(ctx context.Context, s settings) (err error) {
	q.records, err = q.js.KeyValue(ctx, q.bucketName())
	if !errors.Is(err, jetstream.ErrBucketNotFound) {
		return err
	}
	q.records, err = q.js.CreateKeyValue(ctx, jetstream.KeyValueConfig{
		Bucket: q.bucketName(), Storage: jetstream.FileStorage, Replicas: s.replicas,
	})
	if errors.Is(err, jetstream.ErrBucketExists) { // made by another program just now
		q.records, err = q.js.KeyValue(ctx, q.bucketName())
	}
	return err
}

// claimJob writes down which API the job is for.
func (q *queue) claimJob(ctx context.Context, api string) error {
	_, err := q.records.Create(ctx, jobKey, []byte(api))
	if !errors.Is(err, jetstream.ErrKeyExists) {
		return err
	}
	entry, err := q.records.Get(ctx, jobKey)
	if err != nil {
		return err
	}
	if string(entry.Value()) != api {
		return fmt.Errorf("job %s is for %s, and not for %s; -job NAME begins another", q.job, entry.Value(), api)
	}
	return nil
}

func (q *queue) subject(id string) string { return "bulk." + q.job + "." + id }

// load returns the records of all rows.
func (q *queue) load(ctx context.Context) (map[int64]record, error) {
	var records map[int64]record
	err := q.retry(ctx, func(context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, max(q.natsWait, 10*time.Second))
		defer cancel()
		watcher, err := q.records.Watch(ctx, keyPrefix+"*")
		if err != nil {
			return err
		}
		defer func() { _ = watcher.Stop() }()
		records, err = readAll(ctx, watcher)
		return err
	})
	return records, err
}

// readAll reads what is there when a watch begins. A nil entry marks its end.
func readAll(ctx context.Context, watcher jetstream.KeyWatcher) (map[int64]record, error) {
	records := make(map[int64]record)
	for {
		select {
		case entry := <-watcher.Updates():
			if entry == nil {
				return records, ctx.Err()
			}
			r, err := decodeRecord(entry.Key(), entry.Value(), entry.Revision())
			if err != nil {
				return nil, err
			}
			records[r.ID] = r
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// get returns the record of a row, or jetstream.ErrKeyNotFound.
func (q *queue) get(ctx context.Context, key string) (record, error) {
	var entry jetstream.KeyValueEntry
	err := q.retry(ctx, func(ctx context.Context) (err error) {
		entry, err = q.records.Get(ctx, key)
		return err
	})
	if err != nil {
		return record{}, err
	}
	return decodeRecord(key, entry.Value(), entry.Revision())
}

// put stores r over the revision that it has, and returns it with the new one. It
// returns errChanged when the stored record has another revision by now.
func (q *queue) put(ctx context.Context, r record) (record, error) {
	value, err := json.Marshal(r)
	if err != nil {
		return r, err
	}
	key := keyOf(r.ID)
	err = q.retry(ctx, func(ctx context.Context) error {
		revision, err := q.records.Update(ctx, key, value, r.revision)
		if errors.Is(err, jetstream.ErrKeyRevisionMismatch) {
			// An earlier try of this loop may have stored it, and only its answer was lost.
			entry, getErr := q.records.Get(ctx, key)
			if getErr != nil {
				return getErr
			}
			if !bytes.Equal(entry.Value(), value) {
				return errChanged
			}
			revision, err = entry.Revision(), nil
		}
		if err == nil {
			r.revision = revision
		}
		return err
	})
	return r, err
}

// A rowMessage is the body of a message in the stream.
type rowMessage struct {
	Revision uint64 `json:"revision"` // of the record that was queued
}

// publish puts a row into the stream. A row that is in it already stays there once.
func (q *queue) publish(ctx context.Context, r record) error {
	body, err := json.Marshal(rowMessage{r.revision})
	if err != nil {
		return err
	}
	id := fmt.Sprintf("%d.%d", r.ID, r.revision)
	return q.retry(ctx, func(ctx context.Context) error {
		_, err := q.js.Publish(ctx, q.subject(fmt.Sprint(r.ID)), body, jetstream.WithMsgID(id))
		if isInStream(err) {
			return nil
		}
		return err
	})
}

// next waits a moment for a message, and returns nil when there is none.
func (q *queue) next(ctx context.Context) (jetstream.Msg, error) {
	wait, cancel := context.WithTimeout(ctx, pollInterval)
	defer cancel()
	msg, err := q.consumer.Next(jetstream.FetchContext(wait))
	if err == nil {
		return msg, nil
	}
	if wait.Err() != nil || errors.Is(err, nats.ErrTimeout) {
		return nil, nil
	}
	sleep(ctx, retryInterval)
	return nil, q.retry(ctx, func(ctx context.Context) error {
		_, err := q.consumer.Info(ctx) // fails for good when somebody has deleted it
		return err
	})
}

// isEmpty reports whether every row of the job has an outcome.
func (q *queue) isEmpty(ctx context.Context) (bool, error) {
	var messages uint64
	err := q.retry(ctx, func(ctx context.Context) error {
		info, err := q.stream.Info(ctx)
		if err == nil {
			messages = info.State.Msgs
		}
		return err
	})
	return messages == 0, err
}
