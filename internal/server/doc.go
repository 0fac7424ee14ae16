// Package server is the composition root: it builds every room by struct literal, starts every goroutine, and stops them all.
//
// [New] puts the rooms together over an engine, an audit sink and a root key; [Server.Run] serves until its context ends.
// [Bootstrap] makes the first account of an empty state, [Seed] the ready-made one of development mode. There is no rule of the
// product here, only wiring, listeners and files. Caller: cmd/daypass.
package server
