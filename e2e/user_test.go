package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/e2e/process"
)

// TestIAM shares one server; each story works on things with names of its own.
func TestIAM(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	for _, story := range []struct {
		name string
		tell func(*testing.T, *process.Server, *who)
	}{
		{"user", userStory}, {"user delete conflicts", userConflicts}, {"access key", keyStory}, {"tags", tagStory},
		{"group", groupStory}, {"paging", pagingStory}, {"role", roleStory}, {"trust", trustStory}, {"policy", policyStory},
		{"versions", versionStory}, {"attachments", attachmentStory}, {"inline", inlineStory}, {"boundary", boundaryStory},
		{"validation", validationStory}, {"escapes", escapeStory},
	} {
		t.Run(story.name, func(t *testing.T) {
			t.Parallel()
			story.tell(t, s, by(s, admin(s)))
		})
	}
}

func userStory(t *testing.T, s *process.Server, a *who) {
	account := s.Account.ID
	tags := []types.Tag{{Key: aws.String("team"), Value: aws.String("a b/c")}}
	made := must(a.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("Story.User"), Path: aws.String("/a/b/"), Tags: tags}))(t).User
	if *made.Arn != "arn:aws:iam::"+account+":user/a/b/Story.User" || !strings.HasPrefix(*made.UserId, "AIDA") || len(*made.UserId) != 21 || *made.Path != "/a/b/" {
		t.Errorf("created %s %s %s", *made.Arn, *made.UserId, *made.Path)
	}
	if made.CreateDate == nil || time.Since(*made.CreateDate).Abs() > time.Minute {
		t.Errorf("created at %v", made.CreateDate)
	}
	if d := cmp.Diff(tags, made.Tags, cmp.AllowUnexported(types.Tag{}), cmp.FilterPath(ignored, cmp.Ignore())); d != "" {
		t.Errorf("tags: %s", d)
	}
	// Names are one whatever their case.
	_, err := a.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("STORY.USER")})
	says(t, err, "EntityAlreadyExists", "User with name STORY.USER already exists.")
	got := must(a.iam.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("story.user")}))(t).User
	if *got.UserId != *made.UserId || *got.UserName != "Story.User" {
		t.Errorf("found %s %s", *got.UserId, *got.UserName)
	}
	listed := must(a.iam.ListUsers(ctx, &iam.ListUsersInput{PathPrefix: aws.String("/a/")}))(t)
	if len(listed.Users) != 1 || listed.Users[0].Tags != nil || listed.IsTruncated {
		t.Errorf("below /a/ there are %d users, tags %v, truncated %v", len(listed.Users), listed.Users[0].Tags, listed.IsTruncated)
	}
	_, err = a.iam.UpdateUser(ctx, &iam.UpdateUserInput{UserName: aws.String("Story.User"), NewUserName: aws.String("Tale"), NewPath: aws.String("/c/")})
	ok(t, err)
	_, err = a.iam.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("Story.User")})
	says(t, err, "NoSuchEntity", "The user with name Story.User cannot be found.")
	got = must(a.iam.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("Tale")}))(t).User
	if *got.UserId != *made.UserId || *got.Arn != "arn:aws:iam::"+account+":user/c/Tale" {
		t.Errorf("renamed: %s %s", *got.UserId, *got.Arn)
	}
	_, err = a.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("Tale")})
	ok(t, err)
	_, err = a.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("Tale")})
	says(t, err, "NoSuchEntity", "The user with name Tale cannot be found.")

	// Without a name the caller is meant.
	me := must(a.iam.GetUser(ctx, &iam.GetUserInput{}))(t).User
	if *me.UserName != "alice" {
		t.Errorf("I am %s", *me.UserName)
	}
	session := a.assume(t, a.role(t, "nameless", trust("arn:aws:iam::"+account+":root", ""), allow("*", "*")), nil)
	_, err = session.iam.GetUser(ctx, &iam.GetUserInput{})
	says(t, err, "ValidationError", "Must specify userName when calling with non-User credentials")
	if u := must(by(s, root(s)).iam.GetUser(ctx, &iam.GetUserInput{}))(t).User; *u.Arn != "arn:aws:iam::"+account+":root" {
		t.Errorf("the root is %s", *u.Arn)
	}
	// Waiters poll until the entity is there.
	_, err = a.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("awaited")})
	ok(t, err)
	ok(t, iam.NewUserExistsWaiter(a.iam).Wait(ctx, &iam.GetUserInput{UserName: aws.String("awaited")}, 10*time.Second))
}

// ignored leaves out the SDK's own bookkeeping.
func ignored(p cmp.Path) bool { return strings.Contains(p.Last().String(), "noSmithy") }

func userConflicts(t *testing.T, s *process.Server, a *who) {
	name := aws.String("stuck")
	must(a.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: name}))(t)
	deleted := func() error {
		_, err := a.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: name})
		return err
	}
	managed := aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")

	must(a.iam.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: name, PolicyArn: managed}))(t)
	says(t, deleted(), "DeleteConflict", "Cannot delete entity, must detach all policies first.")
	must(a.iam.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: name, PolicyArn: managed}))(t)

	must(a.iam.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: name, PolicyName: aws.String("p"), PolicyDocument: aws.String(allow("*", "*"))}))(t)
	says(t, deleted(), "DeleteConflict", "Cannot delete entity, must delete policies first.")
	must(a.iam.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: name, PolicyName: aws.String("p")}))(t)

	key := must(a.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: name}))(t).AccessKey
	says(t, deleted(), "DeleteConflict", "Cannot delete entity, must delete access keys first.")
	must(a.iam.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: name, AccessKeyId: key.AccessKeyId}))(t)

	must(a.iam.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: aws.String("sticky")}))(t)
	must(a.iam.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: aws.String("sticky"), UserName: name}))(t)
	fails(t, deleted(), "DeleteConflict", "Cannot delete entity, must remove ")
	must(a.iam.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{GroupName: aws.String("sticky"), UserName: name}))(t)
	ok(t, deleted())
}

func keyStory(t *testing.T, s *process.Server, a *who) {
	u := a.user(t, "keyholder", allow("*", "*"))
	name := aws.String("keyholder")
	second := must(a.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: name}))(t).AccessKey
	if len(*second.AccessKeyId) != 20 || !strings.HasPrefix(*second.AccessKeyId, "AKIA") || len(*second.SecretAccessKey) != 40 || second.Status != types.StatusTypeActive {
		t.Errorf("key %s, secret of %d characters, %s", *second.AccessKeyId, len(*second.SecretAccessKey), second.Status)
	}
	_, err := a.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: name})
	says(t, err, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
	list := must(u.iam.ListAccessKeys(ctx, &iam.ListAccessKeysInput{}))(t).AccessKeyMetadata
	if len(list) != 2 || *list[0].UserName != "keyholder" {
		t.Fatalf("%d keys of my own", len(list))
	}
	_, err = a.iam.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: name, AccessKeyId: second.AccessKeyId, Status: "Sleeping"})
	fails(t, err, "ValidationError", "at 'status' failed to satisfy constraint: Member must satisfy enum value set")
	must(a.iam.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: name, AccessKeyId: second.AccessKeyId, Status: types.StatusTypeInactive}))(t)
	r := by(s, creds{*second.AccessKeyId, *second.SecretAccessKey, ""}).ask(t, "sts", versions["sts"], "GetCallerIdentity")
	if r.code != "InvalidClientTokenId" || r.text != invalidKey || r.status != 403 {
		t.Errorf("inactive key: %d %s: %s", r.status, r.code, r.text)
	}
	used := must(a.iam.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: &u.id}))(t)
	if *used.UserName != "keyholder" || used.AccessKeyLastUsed.LastUsedDate == nil || *used.AccessKeyLastUsed.ServiceName != "iam" || *used.AccessKeyLastUsed.Region != s.Region {
		t.Errorf("last used: %+v", used.AccessKeyLastUsed)
	}
	must(a.iam.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: name, AccessKeyId: second.AccessKeyId}))(t)
	_, err = a.iam.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: name, AccessKeyId: second.AccessKeyId})
	says(t, err, "NoSuchEntity", "The Access Key with id "+*second.AccessKeyId+" cannot be found.")
}

func tagStory(t *testing.T, s *process.Server, a *who) {
	name := aws.String("tagged")
	must(a.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: name}))(t)
	put := func(pairs ...string) error {
		in := &iam.TagUserInput{UserName: name}
		for i := 0; i < len(pairs); i += 2 {
			in.Tags = append(in.Tags, types.Tag{Key: &pairs[i], Value: &pairs[i+1]})
		}
		_, err := a.iam.TagUser(ctx, in)
		return err
	}
	ok(t, put("Team", "a", "empty", "", "Ünïcode ", "ж 1"))
	ok(t, put("Team", "b"))
	read := func() map[string]string {
		got := map[string]string{}
		for _, x := range must(a.iam.ListUserTags(ctx, &iam.ListUserTagsInput{UserName: name}))(t).Tags {
			got[*x.Key] = *x.Value
		}
		return got
	}
	if d := cmp.Diff(map[string]string{"Team": "b", "empty": "", "Ünïcode ": "ж 1"}, read()); d != "" {
		t.Error(d)
	}
	if err := put("aws:owner", "me"); err == nil {
		t.Error("a tag that begins with aws: was accepted")
	}
	if err := put("x", "1", "X", "2"); err == nil {
		t.Error("one key twice was accepted")
	}
	fails(t, put("", "1"), "ValidationError", "Member must have length greater than or equal to 1")
	var many []string
	for i := range 48 {
		many = append(many, fmt.Sprintf("k%d", i), "v")
	}
	fails(t, put(many...), "LimitExceeded")
	ok(t, put(many[:94]...))
	must(a.iam.UntagUser(ctx, &iam.UntagUserInput{UserName: name, TagKeys: []string{"Team", "not there"}}))(t)
	if got := read(); len(got) != 49 || got["Team"] != "" {
		t.Errorf("after untagging there are %d tags", len(got))
	}
	got := must(a.iam.GetUser(ctx, &iam.GetUserInput{UserName: name}))(t).User
	if len(got.Tags) != 49 {
		t.Errorf("GetUser shows %d tags", len(got.Tags))
	}
}

func groupStory(t *testing.T, s *process.Server, a *who) {
	name := aws.String("crew")
	made := must(a.iam.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: name, Path: aws.String("/x/")}))(t).Group
	if !strings.HasPrefix(*made.GroupId, "AGPA") || *made.Arn != "arn:aws:iam::"+s.Account.ID+":group/x/crew" {
		t.Errorf("created %s %s", *made.GroupId, *made.Arn)
	}
	_, err := a.iam.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: aws.String("CREW")})
	says(t, err, "EntityAlreadyExists", "Group with name CREW already exists.")
	_, err = a.iam.GetGroup(ctx, &iam.GetGroupInput{GroupName: aws.String("nocrew")})
	says(t, err, "NoSuchEntity", "The group with name nocrew cannot be found.")

	sailor := a.user(t, "sailor")
	_, err = sailor.iam.ListGroups(ctx, &iam.ListGroupsInput{})
	fails(t, err, "AccessDenied")
	must(a.iam.PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: name, PolicyName: aws.String("look"), PolicyDocument: aws.String(allow("iam:ListGroups", "*"))}))(t)
	must(a.iam.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: name, UserName: aws.String("sailor")}))(t)
	// Twice is as good as once.
	must(a.iam.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: name, UserName: aws.String("sailor")}))(t)
	must(sailor.iam.ListGroups(ctx, &iam.ListGroupsInput{}))(t)
	_, err = a.iam.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: name, UserName: aws.String("ghost")})
	says(t, err, "NoSuchEntity", "The user with name ghost cannot be found.")

	got := must(a.iam.GetGroup(ctx, &iam.GetGroupInput{GroupName: name}))(t)
	if len(got.Users) != 1 || *got.Users[0].UserName != "sailor" {
		t.Errorf("members: %v", got.Users)
	}
	of := must(a.iam.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: aws.String("sailor")}))(t).Groups
	if len(of) != 1 || *of[0].GroupId != *made.GroupId {
		t.Errorf("groups of the sailor: %v", of)
	}
	_, err = a.iam.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: name})
	fails(t, err, "DeleteConflict", "Cannot delete entity, must ")
	must(a.iam.UpdateGroup(ctx, &iam.UpdateGroupInput{GroupName: name, NewGroupName: aws.String("band")}))(t)
	name = aws.String("band")
	// The group is the same one under its new name.
	must(sailor.iam.ListGroups(ctx, &iam.ListGroupsInput{}))(t)
	must(a.iam.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{GroupName: name, UserName: aws.String("sailor")}))(t)
	_, err = sailor.iam.ListGroups(ctx, &iam.ListGroupsInput{})
	fails(t, err, "AccessDenied")
	_, err = a.iam.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: name})
	says(t, err, "DeleteConflict", "Cannot delete entity, must delete policies first.")
	must(a.iam.DeleteGroupPolicy(ctx, &iam.DeleteGroupPolicyInput{GroupName: name, PolicyName: aws.String("look")}))(t)
	must(a.iam.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: name}))(t)

	for i := range 10 {
		g := aws.String(fmt.Sprintf("crowd%d", i))
		must(a.iam.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: g}))(t)
		must(a.iam.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: g, UserName: aws.String("sailor")}))(t)
	}
	must(a.iam.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: aws.String("crowd10")}))(t)
	_, err = a.iam.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: aws.String("crowd10"), UserName: aws.String("sailor")})
	says(t, err, "LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10")
}

// pagingStory turns pages while the list changes: nothing that stays is missed or shown twice.
func pagingStory(t *testing.T, s *process.Server, a *who) {
	names := []string{"Bravo", "alpha", "charlie", "Delta", "echo", "Foxtrot", "golf"}
	path := aws.String("/paged/")
	for _, n := range names {
		must(a.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("pg-" + n), Path: path}))(t)
	}
	var seen []string
	p := iam.NewListUsersPaginator(a.iam, &iam.ListUsersInput{PathPrefix: path, MaxItems: aws.Int32(2)})
	for i := 0; p.HasMorePages(); i++ {
		page, err := p.NextPage(ctx)
		ok(t, err)
		for _, u := range page.Users {
			seen = append(seen, strings.TrimPrefix(*u.UserName, "pg-"))
		}
		switch i {
		case 0: // One already shown goes, one comes in before, one behind.
			must(a.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("pg-alpha")}))(t)
			must(a.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("pg-aardvark"), Path: path}))(t)
			must(a.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("pg-hotel"), Path: path}))(t)
		case 1: // The last one shown goes: its name is the marker.
			must(a.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("pg-" + seen[len(seen)-1])}))(t)
		}
	}
	if d := cmp.Diff([]string{"alpha", "Bravo", "charlie", "Delta", "echo", "Foxtrot", "golf", "hotel"}, seen); d != "" {
		t.Errorf("pages: %s", d)
	}
	_, err := a.iam.ListUsers(ctx, &iam.ListUsersInput{Marker: aws.String("bm9uc2Vuc2U")})
	fails(t, err, "ValidationError", "Marker")
	_, err = a.iam.ListUsers(ctx, &iam.ListUsersInput{MaxItems: aws.Int32(1001)})
	says(t, err, "ValidationError", "1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000")
	empty := must(a.iam.ListUsers(ctx, &iam.ListUsersInput{PathPrefix: aws.String("/nobody/")}))(t)
	if empty.Users == nil || len(empty.Users) != 0 || empty.IsTruncated || empty.Marker != nil {
		t.Errorf("an empty list: %v %v %v", empty.Users, empty.IsTruncated, empty.Marker)
	}

	must(a.iam.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: aws.String("paged")}))(t)
	for _, n := range []string{"Bravo", "charlie", "golf"} {
		must(a.iam.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: aws.String("paged"), UserName: aws.String("pg-" + n)}))(t)
	}
	var members []string
	for g := iam.NewGetGroupPaginator(a.iam, &iam.GetGroupInput{GroupName: aws.String("paged"), MaxItems: aws.Int32(1)}); g.HasMorePages(); {
		page, err := g.NextPage(ctx)
		ok(t, err)
		for _, u := range page.Users {
			members = append(members, *u.UserName)
		}
	}
	if d := cmp.Diff([]string{"pg-Bravo", "pg-charlie", "pg-golf"}, members); d != "" {
		t.Errorf("members: %s", d)
	}
}
