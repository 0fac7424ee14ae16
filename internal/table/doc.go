// Package table holds immutable typed tables with O(1) snapshots.
//
// A [Table] finds a value by its key in about half a microsecond at a million records and without an allocation; a [Sorted]
// keeps its keys in byte order for listing and paging. Both are values: Set and Delete return a new table and leave the old one
// as it was, so a copy of the variable is a snapshot that any goroutine may keep. The zero value is an empty table.
//
// It wraps github.com/benbjohnson/immutable so that nothing else depends on that library, and knows nothing of what it stores.
package table
