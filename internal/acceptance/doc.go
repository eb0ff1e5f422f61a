// Package acceptance holds the black-box tests of the library: they use the exported API
// only, and each file is named after the behaviour that its tests prove. It has no code
// of its own.
//
// A test that needs no wire sends to a [github.com/spideriq/spideriq-go/internal/fakeapi.API],
// inside a testing/synctest bubble where time matters. A test about connections or framing
// uses a [github.com/spideriq/spideriq-go/internal/wireserver.Server].
package acceptance
