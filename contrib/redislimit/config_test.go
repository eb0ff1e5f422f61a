package redislimit_test

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/contrib/redislimit"
)

func TestUnusableConfigIsRefused(t *testing.T) {
	t.Parallel()
	options, err := redislimit.ParseURL("redis://localhost")
	require.NoError(t, err)
	db := redis.NewClient(options)
	defer db.Close()
	deaf := redis.NewClient(&redis.Options{Addr: "localhost:6379"})
	defer deaf.Close()
	cluster := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{"localhost:6379"}})
	defer cluster.Close()
	ring := redis.NewRing(&redis.RingOptions{})
	defer ring.Close()
	for name, c := range map[string]struct {
		db     redis.UniversalClient
		config redislimit.Config
		says   string
	}{
		"no machine":           {db, redislimit.Config{}, "Machines"},
		"negative machines":    {db, redislimit.Config{Machines: -1}, "Machines"},
		"negative rate":        {db, redislimit.Config{Machines: 1, PerMinute: -1}, "PerMinute"},
		"negative burst":       {db, redislimit.Config{Machines: 1, Burst: -1}, "Burst"},
		"negative timeout":     {db, redislimit.Config{Machines: 1, Timeout: -time.Second}, "Timeout"},
		"no client":            {nil, redislimit.Config{Machines: 1}, "nil"},
		"a nil client":         {(*redis.Client)(nil), redislimit.Config{Machines: 1}, "nil"},
		"a nil cluster client": {(*redis.ClusterClient)(nil), redislimit.Config{Machines: 1}, "nil"},
		"a nil ring":           {(*redis.Ring)(nil), redislimit.Config{Machines: 1}, "nil"},
		"no deadlines":         {deaf, redislimit.Config{Machines: 1}, "ContextTimeoutEnabled"},
		"a cluster without":    {cluster, redislimit.Config{Machines: 1}, "ContextTimeoutEnabled"},
		"a ring without":       {ring, redislimit.Config{Machines: 1}, "ContextTimeoutEnabled"},
	} {
		t.Run(name, func(t *testing.T) {
			limiter, err := redislimit.New(c.db, c.config)
			assert.Nil(t, limiter)
			assert.ErrorContains(t, err, c.says)
			assert.ErrorContains(t, err, "redislimit: ")
		})
	}
}

func TestURLIsNotShown(t *testing.T) {
	t.Parallel()
	for _, rawURL := range []string{"", "http://x:hunter2hunter2@y", "redis://x:hunter2hunter2@y:port"} {
		options, err := redislimit.ParseURL(rawURL)
		assert.Nil(t, options)
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "hunter2")
	}
}

func TestOptionsTryOnceAndHonourDeadlines(t *testing.T) {
	t.Parallel()
	options, err := redislimit.ParseURL("redis://user:secret@example.com:6380/2")
	require.NoError(t, err)
	assert.Equal(t, "example.com:6380", options.Addr)
	assert.Equal(t, 2, options.DB)
	assert.True(t, options.ContextTimeoutEnabled)
	assert.Equal(t, -1, options.MaxRetries)
	assert.Equal(t, 1, options.DialerRetries)
}
