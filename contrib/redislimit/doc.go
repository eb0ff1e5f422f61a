// Package redislimit shares one rate limit between all machines that use the same
// client credential. The API allows 100 requests a minute for each credential, with 20
// of them at once, however many machines send them.
//
// A [Limiter] fits spideriq.WithRateLimiter. Every attempt then waits for it, retries
// included:
//
//	options, err := redislimit.ParseURL("redis://10.0.0.5:6379")
//	if err != nil {
//		return err
//	}
//	db := redis.NewClient(options)
//	defer db.Close()
//	limiter, err := redislimit.New(db, redislimit.Config{Machines: 4})
//	if err != nil {
//		return err
//	}
//	client, err := spideriq.NewClientFromEnv(spideriq.WithRateLimiter(limiter))
//
// The count is kept in Redis by github.com/go-redis/redis_rate and by the clock of
// Redis, so the clocks of the machines do not matter.
//
// # While Redis is away
//
// Redis counts as away when it refuses, fails or does not answer within
// [Config.Timeout]. The machine then keeps to its own share: PerMinute divided by
// Machines, without a burst. The machines together never exceed the limit that way, and
// none of them stops. The limiter asks Redis again before every request and shares the
// limit again once Redis answers. [Config.OnAway] and [Config.OnBack] are told.
//
// Two cases can still bring a 429, which the client waits out: only some of the machines
// have lost Redis, or Redis comes back without its memory and allows a fresh burst.
package redislimit
