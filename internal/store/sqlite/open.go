package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	_ "modernc.org/sqlite" // the driver, registered under the name "sqlite"

	"github.com/daypass/daypass/internal/store"
)

// Options say which store to open and how to create it.
type Options struct {
	// Folder is the data folder; it is created when it is missing.
	Folder string
	// Random gives lineage and nonces: crypto/rand.Reader outside of tests.
	Random io.Reader
	// Start is the revision a newly created store begins at, 0 to 2^62. A
	// restore starts above the revision of what it replaces, so that clients
	// which wait for a revision are never answered from older state.
	Start uint64
}

// Engine is a store.Engine and store.Compactor in one SQLite file.
type Engine struct {
	path   string
	file   os.FileInfo // of the state file as it was opened
	random io.Reader
	lock   *os.File
	bell   store.Bell

	write *sql.DB // one connection
	read  *sql.DB
	stmts statements

	// writing holds one token; who has it is the writer. A channel rather than
	// a mutex, so that waiting ends with the caller's context.
	writing chan struct{}
	// broken is why commits are refused; guarded by writing.
	broken error

	life context.Context // ends when the engine closes
	end  context.CancelFunc
}

var (
	_ store.Engine    = (*Engine)(nil)
	_ store.Compactor = (*Engine)(nil)
)

const (
	applicationID = 0x44795073 // "DyPs", at offset 68 of the file
	readers       = 8
	maxRevision   = math.MaxInt64
	maxStart      = 1 << 62
)

// Open opens the store in the folder, or creates it when the folder holds none.
//
//	store.ErrInUse    another process, or another Engine, has the folder open
//	store.ErrForeign  the file belongs to another program or another version
//	store.ErrCorrupt  the file is damaged; the message names it and what to do
func Open(ctx context.Context, o Options) (*Engine, error) {
	if o.Start > maxStart {
		return nil, fmt.Errorf("%w: a store cannot begin at revision %d", store.ErrInvalid, o.Start)
	}
	folder, err := filepath.Abs(o.Folder)
	if err != nil {
		return nil, fmt.Errorf("find the data folder: %w", err)
	}
	if err := prepareFolder(folder); err != nil {
		return nil, err
	}
	lock, err := lockFolder(folder)
	if err != nil {
		return nil, err
	}
	e := &Engine{
		path:    filepath.Join(folder, stateFile),
		random:  o.Random,
		lock:    lock,
		writing: make(chan struct{}, 1),
	}
	e.life, e.end = context.WithCancel(context.Background())
	e.writing <- struct{}{}
	if err := e.open(ctx, o.Start); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

func (e *Engine) open(ctx context.Context, start uint64) error {
	if err := prepareFile(e.path); err != nil {
		return err
	}
	info, err := os.Stat(e.path)
	if err != nil {
		return fmt.Errorf("look at the state file: %w", err)
	}
	e.file = info
	if err := e.identify(ctx); err != nil {
		return err
	}
	if e.write, err = sql.Open("sqlite", dsn(e.path, "_txlock=immediate&_journal_mode=WAL&_synchronous=FULL&_pragma=journal_size_limit(67108864)")); err != nil {
		return fmt.Errorf("open the state file: %w", err)
	}
	e.write.SetMaxOpenConns(1)
	if err := e.create(ctx, start); err != nil {
		return err
	}
	if err := e.durable(ctx); err != nil {
		return err
	}
	if e.stmts, err = prepare(ctx, e.write); err != nil {
		return e.explain("prepare the statements", err)
	}
	if e.read, err = sql.Open("sqlite", dsn(e.path, "_query_only=1")); err != nil {
		return fmt.Errorf("open the state file: %w", err)
	}
	e.read.SetMaxOpenConns(readers)
	e.read.SetMaxIdleConns(readers)
	return nil
}

// dsn is the driver's name for the file. What is common to all connections is
// here: waiting for locks that another program should not have taken, and
// SQLite's advice on files that may have been tampered with ("Defense Against
// The Dark Arts").
func dsn(path, more string) string {
	if runtime.GOOS == "windows" {
		path = "/" + strings.ReplaceAll(path, `\`, "/")
	}
	u := url.URL{Scheme: "file", Path: path}
	return u.String() + "?_busy_timeout=5000&_defensive=1&_error_rc=1&_pragma=trusted_schema(0)&_pragma=cell_size_check(1)&_pragma=temp_store(2)&" + more
}

// identify refuses a database that is not ours, before anything in it, even
// its journal mode, is changed.
func (e *Engine) identify(ctx context.Context) error {
	db, err := sql.Open("sqlite", dsn(e.path, "_query_only=1"))
	if err != nil {
		return fmt.Errorf("open the state file: %w", err)
	}
	defer db.Close()
	var id, content int64
	if err := db.QueryRowContext(ctx, `SELECT (SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_schema)`).Scan(&id, &content); err != nil {
		return e.explain("read the state file", err)
	}
	if id == 0 && content == 0 {
		return nil // new, or its creation did not come to its end
	}
	if id != applicationID {
		return fmt.Errorf("%w: %s is a SQLite file of another program (application id 0x%08x); choose another data folder", store.ErrForeign, e.path, uint32(id))
	}
	return nil
}

// create makes the tables in one transaction, unless they are there.
func (e *Engine) create(ctx context.Context, start uint64) error {
	tx, err := e.write.BeginTx(ctx, nil)
	if err != nil {
		return e.explain("open the state file", err)
	}
	defer tx.Rollback()
	var content int64
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&content); err != nil {
		return e.explain("read the state file", err)
	}
	if content > 0 {
		return e.recognize(ctx, tx)
	}
	lineage, err := store.NewLineage(e.random)
	if err != nil {
		return err
	}
	for _, s := range tables {
		if _, err := tx.ExecContext(ctx, s); err != nil {
			return e.explain("create the tables", err)
		}
	}
	if _, err := tx.ExecContext(ctx, sqlCreate, int64(start), lineage[:], schema); err != nil {
		return e.explain("create the store", err)
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
		return e.explain("mark the state file", err)
	}
	if err := tx.Commit(); err != nil {
		return e.explain("create the store", err)
	}
	return nil
}

// recognize checks the version and the one row of meta of an existing store.
func (e *Engine) recognize(ctx context.Context, tx *sql.Tx) error {
	m, err := readMeta(tx.QueryRowContext(ctx, sqlHead))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return damaged(e.path, errors.New("its meta row is missing"))
	case errors.Is(err, errMeta):
		return damaged(e.path, err)
	case err != nil:
		return e.explain("read the state file", err)
	case m.schema > schema:
		return fmt.Errorf("%w: %s was written by a newer version (schema %d, this version knows %d); upgrade, or use the data folder it was upgraded from",
			store.ErrForeign, e.path, m.schema, schema)
	case m.schema < schema:
		return fmt.Errorf("%w: %s has schema %d, which no version of this program ever wrote", store.ErrForeign, e.path, m.schema)
	}
	return nil
}

// durable makes sure that what was asked of SQLite is what it does: on file
// systems without shared memory it falls back from WAL without an error.
func (e *Engine) durable(ctx context.Context) error {
	var mode string
	var sync int
	if err := e.write.QueryRowContext(ctx, `SELECT (SELECT journal_mode FROM pragma_journal_mode), (SELECT synchronous FROM pragma_synchronous)`).Scan(&mode, &sync); err != nil {
		return e.explain("read the journal mode", err)
	}
	if mode != "wal" || sync != 2 {
		return fmt.Errorf("the file system of %s does not support a write-ahead log (mode %s, synchronous %d); use a local disk", e.path, mode, sync)
	}
	return nil
}

// Close implements store.Engine. It waits for the commit under way, if any.
func (e *Engine) Close() error {
	e.end()
	if _, open := <-e.writing; !open {
		return nil
	}
	close(e.writing)
	var faults []error
	e.stmts.close()
	for _, db := range []*sql.DB{e.read, e.write} {
		if db != nil {
			if err := db.Close(); err != nil {
				faults = append(faults, e.explain("close the state file", err))
			}
		}
	}
	if err := e.lock.Close(); err != nil {
		faults = append(faults, fmt.Errorf("unlock the data folder: %w", err))
	}
	return errors.Join(faults...)
}
