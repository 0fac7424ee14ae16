// Package store is the persistence contract of Daypass and nothing else.
//
// It owns the words engines and their one caller share: positions, rows,
// batches with their causes, limits and the closed list of errors. The state
// is a flat set of rows; its history is a dense, totally ordered list of
// batches. An engine knows nothing of what the rows mean: every rule of
// integrity is checked in memory by the caller against exactly the state it
// commits on, so the contract needs no conditions, guards or foreign keys.
//
// Engines live in sub-packages: memory (number zero, for development and for
// tests) and sqlite (the embedded default). Every engine passes the suite in
// storetest.
//
// The package never decodes a value, never opens a sealed secret and never
// starts a goroutine. Only package db and the composition root call engines;
// the backup and doctor commands read through the same contract.
package store
