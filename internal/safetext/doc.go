// Package safetext makes text that may be shown: in an error, in a log line, in a
// header that is handed to the caller.
//
// [OneLine] bounds a text and puts it on one line. A [Redactor] takes secrets out
// of a text. [Describe] turns an error of net/http into one line. A text is redacted
// first and cut last, because half a secret cannot be found any more.
package safetext
