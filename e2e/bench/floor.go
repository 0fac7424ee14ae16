package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/sign/sigv4"
)

// Environment of the floor's process.
const (
	floorSecret = "BENCH_FLOOR_SECRET"
	floorSize   = "BENCH_FLOOR_SIZE"
)

// claimsSize is about what the claims of a plain session take up.
const claimsSize = 120

// runFloor serves until the process is killed. It prints its address.
func runFloor() error {
	var size int
	if _, err := fmt.Sscan(os.Getenv(floorSize), &size); err != nil {
		return fmt.Errorf("%s: %w", floorSize, err)
	}
	now := time.Now()
	text, err := seal.GenerateRoot(rand.Reader)
	if err != nil {
		return err
	}
	root, err := seal.NewRoot(text)
	if err != nil {
		return err
	}
	key, err := seal.NewKey(root, rand.Reader, now, now, nil)
	if err != nil {
		return err
	}
	ring, err := seal.NewRing(root, []seal.Key{key})
	if err != nil {
		return err
	}
	cache, err := sigv4.NewKeyCache(1024, rand.Reader)
	if err != nil {
		return err
	}
	f := &floor{rules: sigv4.Rules{Services: []string{"sts"}, Keys: cache}, key: secret.New(os.Getenv(floorSecret)), ring: ring, size: size}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	return http.Serve(l, f)
}

type floor struct {
	rules sigv4.Rules
	key   secret.Text
	ring  *seal.Ring
	size  int
}

// ServeHTTP does the least that an answer needs.
func (f *floor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	now := time.Now()
	claim, err := f.rules.Parse(sigv4.FromHTTP(r, body))
	if err == nil {
		err = claim.Verify(f.key, now)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	sealed, err := f.ring.Seal(make([]byte, claimsSize), []byte(claim.AccessKeyID), now)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	answer := "<AssumeRoleResponse><SessionToken>" + seal.EncodeText(sealed) + "</SessionToken>"
	answer += strings.Repeat(" ", max(0, f.size-len(answer)))
	w.Header().Set("Content-Type", "text/xml")
	_, _ = io.WriteString(w, answer)
}
