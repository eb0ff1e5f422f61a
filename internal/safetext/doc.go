// Package safetext makes text safe to show in errors, in logs and in the headers that a
// caller gets.
//
// [OneLine] bounds a text and puts it on one line. A [Redactor] takes secrets out
// of a text. [Describe] turns an error of net/http into one line. A text must be redacted
// before it is cut, because half a secret is not recognised.
package safetext
