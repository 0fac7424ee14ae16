package memory_test

import (
	"crypto/rand"
	"testing"

	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/internal/store/memory"
	"github.com/daypass/daypass/internal/store/storetest"
)

var subject = storetest.Subject{
	Open:    func(string) (store.Engine, error) { return memory.New(rand.Reader) },
	Forgets: true,
}

func TestEngine(t *testing.T) { storetest.Run(t, subject) }

func BenchmarkEngine(b *testing.B) { storetest.Bench(b, subject) }
