package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// place is where a record lies.
type place struct {
	generation uint64
	offset     int64
	length     int
}

// denials remembers where the newest denials lie. Only denials by policy get in, because everybody can make requests
// that fail before: they would push out what administrators look for.
type denials struct {
	limit int
	ids   []string // ring, in the order of arrival
	next  int
	at    map[string]place
}

func (d *denials) add(id string, at place) {
	if d.at == nil {
		d.at = make(map[string]place)
	}
	if _, known := d.at[id]; known {
		d.at[id] = at
		return
	}
	if len(d.ids) < d.limit {
		d.ids = append(d.ids, id)
	} else {
		delete(d.at, d.ids[d.next])
		d.ids[d.next] = id
		d.next = (d.next + 1) % d.limit
	}
	d.at[id] = at
}

// Find looks among the newest denials and then reads the files backwards, up to the bound of the options.
func (f *File) Find(ctx context.Context, requestID string) (*Event, error) {
	if !searchable(requestID) {
		return nil, ErrNotFound
	}
	e, err := f.lookup(requestID)
	if e != nil || err != nil {
		return e, err
	}
	select {
	case f.scanning <- struct{}{}:
		defer func() { <-f.scanning }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	files, _, err := f.handles(max(f.opts.Keep, 0) + 1)
	if err != nil {
		return nil, err
	}
	defer closeAll(files)
	left := f.opts.Scan
	for _, file := range files {
		e, read, err := scan(ctx, file, requestID, left)
		if e != nil || err != nil {
			return e, err
		}
		if left -= read; left <= 0 {
			break
		}
	}
	return nil, ErrNotFound
}

// lookup reads a record whose place is known. It returns nil if there is none, or if its file is gone.
func (f *File) lookup(requestID string) (*Event, error) {
	f.mu.Lock()
	at, ok := f.index.at[requestID]
	back := f.generation - at.generation
	f.mu.Unlock()
	if !ok || back > uint64(max(f.opts.Keep, 0)) {
		return nil, nil
	}
	files, generation, err := f.handles(int(back) + 2)
	if err != nil {
		return nil, err
	}
	defer closeAll(files)
	// A file may have been put aside since; at most one, or the scan finds it.
	n := generation - at.generation
	if n >= uint64(len(files)) {
		return nil, nil
	}
	record := make([]byte, at.length)
	if _, err := files[n].ReadAt(record, at.offset); err != nil {
		return nil, nil // cut short by somebody: what is left is found by reading
	}
	e, err := Decode(record)
	if err != nil || e.RequestID != requestID {
		return nil, nil
	}
	return e, nil
}

// window is how much of a file is read at a time. A record is always shorter.
const window = 4 * MaxBytes

// scan reads the file backwards, at most limit bytes, until it meets a record with the request id.
func scan(ctx context.Context, file *os.File, requestID string, limit int64) (e *Event, read int64, err error) {
	info, err := file.Stat()
	if err != nil {
		return nil, 0, fmt.Errorf("audit: find: %w", err)
	}
	// A quote within a text is escaped, so this can only be a member's name and its whole value.
	wanted := []byte(`"requestID":"` + requestID + `"`)
	buffer := make([]byte, min(window, info.Size()))
	for end := info.Size(); end > 0 && read < limit; {
		if err := ctx.Err(); err != nil {
			return nil, read, err
		}
		start := max(0, end-window)
		part := buffer[:end-start]
		if _, err := file.ReadAt(part, start); err != nil && !errors.Is(err, io.EOF) {
			return nil, read, fmt.Errorf("audit: find: %w", err)
		}
		read += int64(len(part))
		// The first line of a part may have begun before it: it belongs to the next part, unless it fills this one,
		// which no record does.
		if start > 0 {
			if first := bytes.IndexByte(part, '\n'); first >= 0 && first < len(part)-1 {
				part, start = part[first+1:], start+int64(first)+1
			}
		}
		if e := search(part, wanted, requestID); e != nil {
			return e, read, nil
		}
		end = start
	}
	return nil, read, nil
}

// search looks for the last record with the request id in part, which begins and ends at the border of a line.
func search(part, wanted []byte, requestID string) *Event {
	for {
		hit := lastIndex(part, wanted)
		if hit < 0 {
			return nil
		}
		start := bytes.LastIndexByte(part[:hit], '\n') + 1
		record := part[start:]
		if end := bytes.IndexByte(record, '\n'); end >= 0 {
			record = record[:end]
		}
		// Parameters may have a member of that name: only the record's own counts. A torn record is passed over.
		if e, err := Decode(record); err == nil && e.RequestID == requestID {
			return e
		}
		part = part[:start]
	}
}

// lastIndex is bytes.LastIndex by way of bytes.Index, which is far faster where there is nothing to find: in nearly every
// part of a long file.
func lastIndex(part, wanted []byte) int {
	last := -1
	for from := 0; ; {
		hit := bytes.Index(part[from:], wanted)
		if hit < 0 {
			return last
		}
		last = from + hit
		from = last + len(wanted)
	}
}
