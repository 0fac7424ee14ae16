// Package sqlite is the embedded store engine: one SQLite file in a data
// folder that one process uses alone.
//
// It owns the folder's rights (0700, files 0600), the lock that keeps a second
// process out, the three tables state, log and meta, and the translation of
// the driver's errors. The driver is modernc.org/sqlite, reached through
// database/sql only. The journal is a write-ahead log with synchronous=FULL: a
// commit that was acknowledged has been flushed. There is one writer
// connection, whose transactions begin with BEGIN IMMEDIATE, and a few
// connections that can only read.
//
// Revisions come from the one row of meta, read inside the writing
// transaction, and never from a sequence: a sequence hands out numbers before
// they are committed, and a follower that reads past a gap misses a change.
// The statements in statement.go are plain SQL that another engine with the
// same tables can take over; what is SQLite's own stays in open.go.
//
// It never interprets a value and never starts a goroutine. The composition
// root opens it; package db and the backup and doctor commands use it.
package sqlite
