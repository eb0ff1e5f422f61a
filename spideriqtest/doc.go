// Package spideriqtest is an in-memory SpiderIQ for tests, demos and offline work.
// It implements the documented behaviour of the Integrations API and fails on
// demand. Clients reach a [Server] over HTTP on the loopback interface, or in memory
// through [Server.Transport].
//
//	func TestRaiseLimit(t *testing.T) {
//		server := spideriqtest.NewServer()
//		defer server.Close()
//		key := server.Add(spideriq.Integration{ProviderName: spideriq.ProviderGroq, IsActive: true})
//		server.Fail(spideriqtest.Cut()) // the first answer is lost
//
//		if err := raiseLimit(t.Context(), server.Client(), key.ID); err != nil {
//			t.Fatal(err)
//		}
//		if got, _ := server.Get(key.ID); *got.DailyLimit != 20000 {
//			t.Errorf("daily limit is %d", *got.DailyLimit)
//		}
//	}
//
// Code under test that makes its own client is pointed at the server by URL and
// Token, or by SPIDERIQ_API_URL and SPIDERIQ_TOKEN.
//
// # Fake time
//
// In a testing/synctest bubble the clock moves on when every goroutine is durably
// blocked, and a goroutine that waits for the network is not: the bubble cannot know
// when an answer comes. So the clock of the bubble stands still while the loopback
// server holds an answer back or keeps a connection open, and a test that waits for
// the clock hangs. Use [Server.Transport] there. It needs no network, and a wait of
// an hour takes no real time:
//
//	func TestRaiseLimitWaitsForTheAPI(t *testing.T) {
//		server := spideriqtest.NewServer() // outside of the bubble
//		defer server.Close()
//		key := server.Add(spideriq.Integration{ProviderName: spideriq.ProviderGroq, IsActive: true})
//		server.Fail(spideriqtest.RateLimited(time.Hour))
//
//		synctest.Test(t, func(t *testing.T) {
//			client := server.Client(
//				spideriq.WithHTTPClient(&http.Client{Transport: server.Transport()}),
//				spideriq.WithRetryPolicy(spideriq.RetryPolicy{MaxRetryAfter: 2 * time.Hour}),
//			)
//			began := time.Now()
//			if err := raiseLimit(t.Context(), client, key.ID); err != nil {
//				t.Fatal(err)
//			}
//			if waited := time.Since(began); waited < time.Hour {
//				t.Errorf("tried again after %v", waited)
//			}
//		})
//	}
//
// # What is not documented
//
// What the API's documentation leaves open is answered with 501 and
// {"detail": "not documented: …"} instead of a guess: every other path and method
// (there is no way to get one integration by ID), unknown query parameters and
// fields, a null, a limit outside 1 to 100, negative limits and amounts, and any
// mistake in a create.
//
// A field of another JSON type than documented is answered with 422. When several
// fields are wrong, the answer is about the first in the order of their names, and
// nothing is applied. An update without fields is answered with 200 and changes
// nothing, the time of the last update included.
package spideriqtest
