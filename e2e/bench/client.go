package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/sign/sigv4"
)

// presigned writes one whole request, signed for the host it goes to.
func presigned(host, region, id, key, body string) ([]byte, error) {
	r, err := http.NewRequest(http.MethodPost, "http://"+host+"/", strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	r.Header.Set("User-Agent", "bench")
	s := sigv4.Signer{AccessKeyID: id, Secret: secret.New(key), Region: region, Service: "sts"}
	if err := s.Sign(r, []byte(body), time.Now()); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = r.Write(&b)
	return b.Bytes(), err
}

// round is what one turn gave.
type round struct {
	requests int
	took     time.Duration
	times    []time.Duration // of each request
	cpu      time.Duration   // of the server
}

func (r *round) perSecond() float64 { return float64(r.requests) / r.took.Seconds() }

func (r *round) percentile(p float64) time.Duration {
	slices.Sort(r.times)
	return r.times[min(len(r.times)-1, int(float64(len(r.times))*p))]
}

// drive lets clients send the request for a while.
func drive(host string, request []byte, clients int, length time.Duration) (*round, error) {
	times, failures := make([][]time.Duration, clients), make([]error, clients)
	start := time.Now()
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() { times[i], failures[i] = loop(host, request, start.Add(length)) })
	}
	all.Wait()
	r := &round{took: time.Since(start)}
	for i := range clients {
		if failures[i] != nil {
			return nil, failures[i]
		}
		r.times = append(r.times, times[i]...)
	}
	r.requests = len(r.times)
	if r.requests == 0 {
		return nil, fmt.Errorf("no request was answered")
	}
	return r, nil
}

// loop is one client: it sends, waits for the whole answer, and sends again.
func loop(host string, request []byte, end time.Time) ([]time.Duration, error) {
	c, err := net.Dial("tcp", host)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	in := bufio.NewReaderSize(c, 16<<10)
	times := make([]time.Duration, 0, 1<<16)
	for at := time.Now(); at.Before(end); {
		if _, err := c.Write(request); err != nil {
			return nil, err
		}
		if _, err := answer(in); err != nil {
			return nil, err
		}
		now := time.Now()
		times = append(times, now.Sub(at))
		at = now
	}
	return times, nil
}

// answer reads one answer and returns the size of its body. It is the least of a client, so that most of the machine is the server's.
func answer(in *bufio.Reader) (int, error) {
	size, first := -1, true
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if first && !bytes.HasPrefix(line, []byte("HTTP/1.1 200 ")) {
			rest := make([]byte, in.Buffered())
			_, _ = io.ReadFull(in, rest)
			return 0, fmt.Errorf("answered %s%s", line, rest)
		}
		first = false
		if len(line) <= 2 {
			break
		}
		if v, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if size, err = strconv.Atoi(string(bytes.TrimSpace(v))); err != nil {
				return 0, err
			}
		}
	}
	if size < 0 {
		return 0, fmt.Errorf("an answer without a length")
	}
	_, err := in.Discard(size)
	return size, err
}

// post makes one call of IAM and returns the body of its answer.
func post(host, id, key, body string) ([]byte, error) {
	r, err := http.NewRequest(http.MethodPost, "http://"+host+"/", strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	s := sigv4.Signer{AccessKeyID: id, Secret: secret.New(key), Region: "daypass-1", Service: "iam"}
	if err := s.Sign(r, []byte(body), time.Now()); err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", res.Status, text)
	}
	return text, err
}
