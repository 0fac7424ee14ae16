// Package memory is the store engine that forgets everything when the process
// ends: number zero of the suite in storetest, the engine of development mode,
// and the one tests of other packages use.
//
// It never touches a disk and never starts a goroutine. The composition root,
// and tests, may call it.
package memory
