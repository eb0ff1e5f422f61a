// Package spideriqtest is an in-memory SpiderIQ for tests, demos and offline work:
// a real HTTP server on the loopback interface that implements the documented
// behaviour of the Integrations API, and faults on demand.
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
// What the API's documentation leaves open is answered with 501 and
// {"detail": "not documented: …"} instead of a guess. That is: every other path
// and method (there is no way to get one integration by id), unknown query
// parameters and fields, a null, an update without fields, a limit outside 1 to
// 100, negative limits and amounts, and whatever is wrong with a create.
//
// A field of another JSON type than documented is answered with 422. Wrong fields
// are answered in the order of their names, the first one only, and nothing is
// applied then.
package spideriqtest
