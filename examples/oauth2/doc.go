// Package oauth2 shows how an oauth2.TokenSource of golang.org/x/oauth2 becomes a
// spideriq.TokenSource. It has an example only.
package oauth2
