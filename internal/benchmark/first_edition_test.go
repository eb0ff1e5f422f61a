// The bounds of the first edition. They are deleted with it.

//go:build !second

package benchmark_test

var allocationBounds = map[string]allocationBound{
	"update": {-11, 0, 10},
	"list":   {-1604, -697, 10},
}
