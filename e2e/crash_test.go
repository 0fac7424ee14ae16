package e2e

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"

	"github.com/daypass/daypass/e2e/process"
)

// state is what one client knows of its users: the path of each, "" for one that is gone. unsure is the change under way when the
// server went: its user may be as before or as asked for, and nothing in between.
type state struct {
	sure   map[string]string
	unsure map[string]string
}

// TestCrash kills the server while several clients write, again and again. What was acknowledged is there after the restart; what was
// not is there wholly or not at all; and nothing else is.
func TestCrash(t *testing.T) {
	t.Parallel()
	const rounds, clients = 5, 6
	folder := filepath.Join(t.TempDir(), "data")
	s, err := process.Serve(serving(folder))
	ok(t, err)
	c, _ := first(t, folder)
	dice := uint64(time.Now().UnixNano())
	t.Logf("dice %d", dice)
	random := rand.New(rand.NewPCG(dice, 0))
	states := make([]*state, clients)
	for i := range states {
		states[i] = &state{sure: map[string]string{}, unsure: map[string]string{}}
	}
	for round := range rounds {
		acknowledged := make(chan struct{}, 1<<16)
		var all sync.WaitGroup
		for i, st := range states {
			w, r := by(s, c), rand.New(rand.NewPCG(dice, uint64(round*clients+i+1)))
			all.Go(func() { st.write(t, w, r, fmt.Sprintf("c%d-r%d", i, round), acknowledged) })
		}
		// The moment is a random number of acknowledged changes from now: no two rounds end at the same place.
		for range 20 + random.IntN(300) {
			<-acknowledged
		}
		s.Kill()
		all.Wait()
		s, err = process.Serve(serving(folder))
		ok(t, err)
		check(t, by(s, c), states, round)
		if t.Failed() {
			break
		}
	}
	ok(t, s.Stop())
}

// write changes this client's users until the server is gone.
func (st *state) write(t *testing.T, w *who, r *rand.Rand, prefix string, acknowledged chan<- struct{}) {
	for n := 0; ; n++ {
		name, path, err := "", "", error(nil)
		var names []string
		for have := range st.sure {
			names = append(names, have)
		}
		switch kind := r.IntN(4); {
		case kind < 2 || len(names) == 0:
			name, path = fmt.Sprintf("%s-%d", prefix, n), fmt.Sprintf("/made/%d/", n)
			_, err = w.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: &name, Path: &path, Tags: []types.Tag{{Key: aws.String("path"), Value: &path}}})
		case kind == 2:
			name, path = names[r.IntN(len(names))], fmt.Sprintf("/moved/%d/", n)
			_, err = w.iam.UpdateUser(ctx, &iam.UpdateUserInput{UserName: &name, NewPath: &path})
		default:
			name = names[r.IntN(len(names))]
			_, err = w.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: &name})
		}
		if err != nil {
			var refused smithy.APIError
			if errors.As(err, &refused) {
				t.Errorf("%s: %v", name, err)
			}
			st.unsure[name] = path
			return
		}
		if path == "" {
			delete(st.sure, name)
		} else {
			st.sure[name] = path
		}
		acknowledged <- struct{}{}
	}
}

// check compares what the server shows with what the clients know, and settles what they were unsure of.
func check(t *testing.T, w *who, states []*state, round int) {
	t.Helper()
	have := map[string]string{}
	for p := iam.NewListUsersPaginator(w.iam, &iam.ListUsersInput{MaxItems: aws.Int32(500)}); p.HasMorePages(); {
		page, err := p.NextPage(ctx)
		ok(t, err)
		for _, u := range page.Users {
			if _, twice := have[*u.UserName]; twice {
				t.Errorf("round %d: %s is listed twice", round, *u.UserName)
			}
			have[*u.UserName] = *u.Path
			if !strings.HasSuffix(*u.Arn, ":user"+*u.Path+*u.UserName) {
				t.Errorf("round %d: %s of path %s has the name %s", round, *u.UserName, *u.Path, *u.Arn)
			}
		}
	}
	delete(have, "admin")
	changes := 0
	for _, st := range states {
		changes += len(st.sure)
		for name, asked := range st.unsure {
			got, before := have[name], st.sure[name]
			if got != before && got != asked {
				t.Errorf("round %d: %s is at %q, was at %q, and %q was asked for", round, name, got, before, asked)
			}
			if delete(st.sure, name); got != "" {
				st.sure[name] = got
				whole(t, w, name)
			}
		}
		clear(st.unsure)
		for name, path := range st.sure {
			if have[name] != path {
				t.Errorf("round %d: %s was acknowledged at %q and is at %q", round, name, path, have[name])
			}
			delete(have, name)
		}
	}
	for name, path := range have {
		t.Errorf("round %d: nobody asked for %s at %s", round, name, path)
	}
	if changes == 0 {
		t.Errorf("round %d: there was nothing to lose", round)
	}
}

// whole looks at every part of a user that came or changed in the last moment.
func whole(t *testing.T, w *who, name string) {
	t.Helper()
	u := must(w.iam.GetUser(ctx, &iam.GetUserInput{UserName: &name}))(t).User
	if len(u.Tags) != 1 || !strings.HasPrefix(*u.UserId, "AIDA") || u.CreateDate == nil {
		t.Errorf("%s is not whole: %+v", name, u)
	}
	must(w.iam.TagUser(ctx, &iam.TagUserInput{UserName: &name, Tags: []types.Tag{{Key: aws.String("seen"), Value: aws.String("yes")}}}))(t)
	must(w.iam.UntagUser(ctx, &iam.UntagUserInput{UserName: &name, TagKeys: []string{"seen"}}))(t)
}
