package sqlite

// The portable statements. Binary columns are BYTEA and key is COLLATE "C" in
// PostgreSQL, where sqlHead also ends in FOR UPDATE when it opens a commit.
const (
	sqlHead      = `SELECT rev, compacted, lineage, schema FROM meta WHERE id = 1`
	sqlNonce     = `SELECT nonce FROM log WHERE rev = $1 AND seq = 0`
	sqlAdvance   = `UPDATE meta SET rev = $1 WHERE id = 1`
	sqlRecord    = `INSERT INTO log (rev, seq, nonce, cause, key, value) VALUES ($1, $2, $3, $4, $5, $6)`
	sqlPut       = `INSERT INTO state (key, rev, value) VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET rev = excluded.rev, value = excluded.value`
	sqlDelete    = `DELETE FROM state WHERE key = $1`
	sqlState     = `SELECT key, value FROM state ORDER BY key`
	sqlHistory   = `SELECT rev, seq, nonce, cause, key, value, value IS NULL FROM log WHERE rev > $1 AND rev <= $2 ORDER BY rev, seq`
	sqlForget    = `DELETE FROM log WHERE rev < $1`
	sqlForgotten = `UPDATE meta SET compacted = $1 WHERE id = 1`
	sqlCreate    = `INSERT INTO meta (id, rev, compacted, lineage, schema) VALUES (1, $1, $1, $2, $3)`
	sqlExtent    = `SELECT count(*), coalesce(min(rev), 0), coalesce(max(rev), 0) FROM log WHERE seq = 0`
	sqlStray     = `SELECT count(*) FROM state WHERE rev > (SELECT rev FROM meta WHERE id = 1)`
)

// schema is the version of the tables below, in meta.schema.
const schema = 1

// The tables. nonce and cause stand only at seq 0 of a revision; a value that
// is NULL is a deletion. log keeps the row of revision meta.compacted itself,
// for its nonce, and everything after it.
var tables = [...]string{
	`CREATE TABLE state (key TEXT NOT NULL PRIMARY KEY, rev BIGINT NOT NULL, value BLOB NOT NULL) WITHOUT ROWID`,
	`CREATE TABLE log (rev BIGINT NOT NULL, seq INTEGER NOT NULL, nonce BLOB, cause BLOB, key TEXT NOT NULL, value BLOB, PRIMARY KEY (rev, seq)) WITHOUT ROWID`,
	`CREATE TABLE meta (id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), rev BIGINT NOT NULL, compacted BIGINT NOT NULL, lineage BLOB NOT NULL, schema INTEGER NOT NULL)`,
}
