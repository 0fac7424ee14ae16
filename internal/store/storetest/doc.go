// Package storetest is the suite every store engine passes. What the contract
// in package store promises is checked here and nowhere else, so that engines
// cannot drift apart.
//
// It is for tests of engines only and is never linked into the program. An
// engine's test package hands a Subject to Run, and calls Main from TestMain
// so that the test binary can play the process that is killed.
package storetest
