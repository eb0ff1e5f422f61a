// Package spideriq is a client for the SpiderIQ Integrations API.
package spideriq

// Version is the version of this library, as it stands in the User-Agent header.
const Version = "0.1.0"
