package iam

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
)

const many = 100_000

func loadMany(b *testing.B) (*View, []*User) {
	b.Helper()
	v, err := Load(rowsOf(manyUsers(b, many)), 1)
	must(b, err)
	var users []*User
	for _, u := range v.users.All() {
		users = append(users, u)
	}
	return v, users
}

func BenchmarkUserByName(b *testing.B) {
	v, users := loadMany(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := v.User(home, users[i%many].Name); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUserByID(b *testing.B) {
	v, users := loadMany(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, found := v.UserByID(users[i%many].ID); !found {
			b.Fatal("missing")
		}
	}
}

func BenchmarkIdentityPolicies(b *testing.B) {
	v, users := loadMany(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if len(v.IdentityPolicies(users[i%1000]).Sources()) != 1 {
			b.Fatal("missing")
		}
	}
}

func BenchmarkCreateUser(b *testing.B) {
	v, _ := loadMany(b)
	tx := NewTx(v, clock, chance(8))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := tx.CreateUser(home, UserSpec{Name: fmt.Sprintf("new%d", i)}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkListUsers(b *testing.B) {
	v, users := loadMany(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if page, _ := v.Users(home, "", users[i%many].Name, 100); page == nil && i == 0 {
			b.Log("the last page is empty")
		}
	}
}

// BenchmarkLoad loads 100,000 rows.
func BenchmarkLoad(b *testing.B) {
	var rows []Row
	for row, err := range rowsOf(manyUsers(b, many)) {
		must(b, err)
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b Row) int { return strings.Compare(a.Key, b.Key) })
	b.ReportAllocs()
	for b.Loop() {
		seq := iter.Seq2[Row, error](func(yield func(Row, error) bool) {
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
			}
		})
		if _, err := Load(seq, 1); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/many, "µs/row")
}
