package audit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Defaults of [FileOptions].
const (
	DefaultMaxBytes = 64 << 20
	DefaultKeep     = 30
	DefaultIndex    = 10_000
	DefaultScan     = 256 << 20
)

// FileOptions bounds what a [File] takes up. Zero means the default.
type FileOptions struct {
	MaxBytes int64 // size in bytes at which a file is put aside and a new one begun; at least MaxBytes of one record
	Keep     int   // how many files that were put aside are kept; older ones are deleted. Negative: none
	Index    int   // how many of the newest denials are found without reading files
	Scan     int64 // how many bytes Find reads backwards before it gives up
}

// File appends events to a file, one JSON line each. The current file has the given path; files put aside have ".1"
// (the newest), ".2" and so on after it. New files are readable by their owner alone (0600).
//
// An event is handed to the operating system before Write returns, alone or with others that wait, so it survives the sudden death of the
// process. [File.Run] brings the file to the disk once a second: a loss of power may take the last second with it.
//
// When a file can not be put aside, Write fails, like on every other error: the trail does not grow past its bound.
// One File at a time may use a path.
type File struct {
	path string
	opts FileOptions

	mu         sync.Mutex
	file       *os.File // nil when closed, or when putting aside failed half-way
	closed     bool
	size       int64
	torn       bool   // the file ends within a record
	dirty      bool   // written to since the last sync
	joined     []byte // scratch for groups
	generation uint64 // of the current file; one less for each file put aside
	index      denials

	waiting sync.Mutex // guards queue; never held while writing
	queue   []*entry
	crowded atomic.Int32 // counted down from crowd with each lone write since somebody last had to wait
	buffers sync.Pool

	scanning chan struct{} // one scan at a time: reading a quarter of a gigabyte is not to be had in parallel
}

// Open opens or creates the file at path.
func Open(path string, opts FileOptions) (*File, error) {
	if opts.MaxBytes == 0 {
		opts.MaxBytes = DefaultMaxBytes
	}
	if opts.Keep == 0 {
		opts.Keep = DefaultKeep
	}
	if opts.Index == 0 {
		opts.Index = DefaultIndex
	}
	if opts.Scan == 0 {
		opts.Scan = DefaultScan
	}
	f := &File{
		path: path, opts: opts, generation: 1 << 32,
		index:    denials{limit: max(opts.Index, 1)},
		scanning: make(chan struct{}, 1),
	}
	if err := f.open(); err != nil {
		return nil, err
	}
	return f, nil
}

// open opens the current file, and ends a record that an earlier process left half written.
func (f *File) open() error {
	file, err := os.OpenFile(f.path, os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("audit: open trail: %w", err)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", f.path)
	}
	if err == nil && info.Size() > 0 {
		last := make([]byte, 1)
		_, err = file.ReadAt(last, info.Size()-1)
		f.torn = last[0] != '\n'
	}
	if err == nil {
		// The name itself must survive a loss of power, or the synced contents could not be found again.
		err = syncDirectory(filepath.Dir(f.path))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("audit: open trail: %w", err), file.Close())
	}
	f.file, f.size = file, info.Size()
	return nil
}

func syncDirectory(path string) error {
	if runtime.GOOS == "windows" {
		return nil // directories cannot be synced there
	}
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// entry is a record on its way into the file.
type entry struct {
	record []byte
	denial string // request id under which it can be found; "" for all but denials
	done   bool   // guarded by File.mu, as is err
	err    error
}

// maxGroup bounds what one write takes along, in bytes.
const maxGroup = 256 << 10

// crowd is for how many lone writes after somebody had to wait others are still expected to come along.
const crowd = 64

// Write appends e. Encoding happens side by side; whoever gets hold of the file first writes for all who wait.
func (f *File) Write(_ context.Context, e *Event) error {
	buffer, _ := f.buffers.Get().(*[]byte)
	if buffer == nil {
		buffer = new([]byte)
	}
	record, err := Append((*buffer)[:0], e)
	if err != nil {
		return err
	}
	own := &entry{record: record}
	if e.Denied() && searchable(e.RequestID) {
		own.denial = e.RequestID
	}
	f.waiting.Lock()
	f.queue = append(f.queue, own)
	f.waiting.Unlock()
	if f.crowded.Load() > 0 {
		// Whoever else is about to write gets to line up first, so that one write carries many.
		runtime.Gosched()
	}
	if !f.mu.TryLock() {
		f.crowded.Store(crowd)
		f.mu.Lock()
	}
	if !own.done {
		f.drain()
	}
	err = own.err
	f.mu.Unlock()
	// One long explanation must not stay in memory for good.
	if *buffer = record; cap(record) <= 64<<10 {
		f.buffers.Put(buffer)
	}
	return err
}

// drain writes everything that waits, in the order it came, a group at a time.
func (f *File) drain() {
	f.waiting.Lock()
	queue := f.queue
	f.queue = nil
	f.waiting.Unlock()
	if left := f.crowded.Load(); len(queue) == 1 && left > 0 {
		f.crowded.Store(left - 1)
	}
	for len(queue) > 0 {
		n, size := 1, len(queue[0].record)
		for n < len(queue) && int64(size+len(queue[n].record)) <= min(maxGroup, f.opts.MaxBytes) {
			size += len(queue[n].record)
			n++
		}
		err := f.write(queue[:n], size)
		for _, w := range queue[:n] {
			w.done, w.err = true, err
		}
		queue = queue[n:]
	}
}

// write appends a group with one write. When it fails, none of the group counts as kept.
func (f *File) write(group []*entry, size int) error {
	if f.closed {
		return ErrClosed
	}
	if err := f.makeRoom(int64(size)); err != nil {
		return err
	}
	if f.torn {
		// In a write of its own: the records stay one write, and a failure here loses nothing.
		n, err := f.file.WriteString("\n")
		if err != nil {
			return fmt.Errorf("audit: write: %w", err)
		}
		f.size, f.torn = f.size+int64(n), false
	}
	text := group[0].record
	if len(group) > 1 {
		text = f.joined[:0]
		for _, w := range group {
			text = append(text, w.record...)
		}
		f.joined = text
	}
	n, err := f.file.Write(text)
	f.dirty = f.dirty || n > 0
	if err != nil {
		f.torn = f.torn || n > 0
		f.size += int64(n)
		return fmt.Errorf("audit: write: %w", err)
	}
	for _, w := range group {
		if w.denial != "" {
			f.index.add(w.denial, place{generation: f.generation, offset: f.size, length: len(w.record)})
		}
		f.size += int64(len(w.record))
	}
	return nil
}

// makeRoom puts the current file aside if length more bytes would make it too long.
func (f *File) makeRoom(length int64) error {
	if f.file != nil {
		if f.size == 0 || f.size+length <= f.opts.MaxBytes {
			return nil
		}
		err := errors.Join(f.file.Sync(), f.file.Close())
		f.file = nil
		if err != nil {
			return fmt.Errorf("audit: put trail aside: %w", err)
		}
	}
	if err := f.shift(); err != nil {
		return fmt.Errorf("audit: put trail aside: %w", err)
	}
	f.torn, f.dirty = false, false
	return f.open()
}

// shift renames the files, the oldest first. After a failure half-way it may be called again: a file that has moved
// already is not there any more, which is no error.
func (f *File) shift() error {
	info, err := os.Stat(f.path)
	if errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil // an earlier call has moved it
	}
	if err != nil {
		return err
	}
	if f.opts.Keep < 0 {
		if err := os.Remove(f.path); err != nil {
			return err
		}
		f.generation++
		return nil
	}
	// Only files up to the first gap move: what has a number behind a gap was moved by a call that failed.
	last := 1
	for ; last < f.opts.Keep; last++ {
		if _, err := os.Stat(f.aside(last)); errors.Is(err, os.ErrNotExist) {
			break
		} else if err != nil {
			return err
		}
	}
	for n := last; n > 1; n-- {
		if err := os.Rename(f.aside(n-1), f.aside(n)); err != nil {
			return err
		}
	}
	if err := os.Rename(f.path, f.aside(1)); err != nil {
		return err
	}
	f.generation++
	return nil
}

func (f *File) aside(n int) string { return f.path + "." + strconv.Itoa(n) }

// Run brings what was written to the disk once a second until ctx ends. The first failed sync ends it: after a failed
// sync nobody can know what the disk holds, and the server should stop.
func (f *File) Run(ctx context.Context) error {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if err := f.Sync(); err != nil && !errors.Is(err, ErrClosed) {
				return err
			}
		}
	}
}

// Sync brings what was written to the disk.
func (f *File) Sync() error {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return ErrClosed
	}
	file, dirty := f.file, f.dirty
	f.dirty = false
	f.mu.Unlock()
	if file == nil || !dirty {
		return nil
	}
	// Outside the mutex, or every request would wait for the disk. A file that is put aside meanwhile is synced there
	// before it is closed.
	if err := file.Sync(); err != nil && !errors.Is(err, os.ErrClosed) {
		f.mu.Lock()
		f.dirty = true
		f.mu.Unlock()
		return fmt.Errorf("audit: sync: %w", err)
	}
	return nil
}

// Close brings what was written to the disk and ends writing. Find works on.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil
	}
	f.closed = true
	if f.file == nil {
		return nil
	}
	err := errors.Join(f.file.Sync(), f.file.Close())
	f.file = nil
	if err != nil {
		return fmt.Errorf("audit: close: %w", err)
	}
	return nil
}

// handles opens the current file and those put aside, newest first, at most as many as count. They stay readable when
// they are renamed or deleted afterwards.
func (f *File) handles(count int) (files []*os.File, generation uint64, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for n := 0; n <= max(f.opts.Keep, 0) && len(files) < count; n++ {
		path := f.path
		if n > 0 {
			path = f.aside(n)
		}
		file, err := os.Open(path)
		if errors.Is(err, os.ErrNotExist) {
			break
		}
		if err != nil {
			closeAll(files)
			return nil, 0, fmt.Errorf("audit: find: %w", err)
		}
		files = append(files, file)
	}
	return files, f.generation, nil
}

func closeAll[C io.Closer](files []C) {
	for _, file := range files {
		// Opened for reading only: closing cannot lose anything.
		_ = file.Close()
	}
}
