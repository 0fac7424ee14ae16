package aws

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/iam"
)

// This file turns records of the domain into the shapes of the IAM API. Which members an operation returns, and which it leaves
// out although it knows them, follows recordings of the real API.

func ptr[T any](v T) *T { return &v }

// opt is nil for an empty text: an element that AWS leaves out.
func opt(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// text is an optional text or its default.
func text(s *string, def string) string {
	if s == nil {
		return def
	}
	return *s
}

// document is percent-encoded as RFC 3986 has it: the form of policy documents in answers.
func document(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func seconds(d time.Duration) *int64 { return ptr(int64(d / time.Second)) }

func tagsOf(tags []iamapi.Tag) []iam.Tag {
	if tags == nil {
		return nil
	}
	list := make([]iam.Tag, len(tags))
	for i, t := range tags {
		list[i] = iam.Tag(t)
	}
	return list
}

// tagShapes is nil without tags: entities leave the member out, listings use tagList.
func tagShapes(tags []iam.Tag) []iamapi.Tag {
	if len(tags) == 0 {
		return nil
	}
	return tagList(tags)
}

func tagList(tags []iam.Tag) []iamapi.Tag {
	list := make([]iamapi.Tag, len(tags))
	for i, t := range tags {
		list[i] = iamapi.Tag(t)
	}
	return list
}

func boundaryShape(name string) *iamapi.AttachedPermissionsBoundary {
	if name == "" {
		return nil
	}
	return &iamapi.AttachedPermissionsBoundary{PermissionsBoundaryType: ptr("Policy"), PermissionsBoundaryArn: &name}
}

// userShape has what CreateUser and GetUser return; listings drop tags and boundary.
func userShape(u *iam.User) iamapi.User {
	s := listedUser(u)
	s.PermissionsBoundary, s.Tags = boundaryShape(u.Boundary), tagShapes(u.Tags)
	return s
}

func listedUser(u *iam.User) iamapi.User {
	return iamapi.User{Path: u.Path, UserName: u.Name, UserId: u.ID, Arn: u.ARN(), CreateDate: u.Created}
}

func groupShape(g *iam.Group) iamapi.Group {
	return iamapi.Group{Path: g.Path, GroupName: g.Name, GroupId: g.ID, Arn: g.ARN(), CreateDate: g.Created}
}

// createdRole is what CreateRole returns: no MaxSessionDuration and no RoleLastUsed.
func createdRole(v trustShower, r *iam.Role) iamapi.Role {
	return iamapi.Role{
		Path: r.Path, RoleName: r.Name, RoleId: r.ID, Arn: r.ARN(), CreateDate: r.Created,
		AssumeRolePolicyDocument: ptr(document(v.ShowTrust(r))), Description: r.Description,
		PermissionsBoundary: boundaryShape(r.Boundary), Tags: tagShapes(r.Tags),
	}
}

// gottenRole is what GetRole returns, besides RoleLastUsed.
func gottenRole(v trustShower, r *iam.Role) iamapi.Role {
	s := createdRole(v, r)
	s.MaxSessionDuration = seconds(r.MaxSession)
	return s
}

// listedRole is an item of ListRoles: never tags, boundary or last use.
func listedRole(v trustShower, r *iam.Role) iamapi.Role {
	s := createdRole(v, r)
	s.MaxSessionDuration, s.PermissionsBoundary, s.Tags = seconds(r.MaxSession), nil, nil
	return s
}

// trustShower shows a trust policy with ARNs in place of the unique ids it is bound to.
type trustShower interface{ ShowTrust(*iam.Role) string }

// policyShape has what all of CreatePolicy, GetPolicy and ListPolicies return.
func policyShape(p *iam.Policy, attached, bounding int) iamapi.Policy {
	return iamapi.Policy{
		PolicyName: &p.Name, PolicyId: &p.ID, Arn: ptr(p.ARN()), Path: &p.Path, DefaultVersionId: ptr("v" + strconv.Itoa(p.Default)),
		AttachmentCount: ptr(int64(attached)), PermissionsBoundaryUsageCount: ptr(int64(bounding)), IsAttachable: ptr(true),
		CreateDate: &p.Created, UpdateDate: &p.Updated,
	}
}

// versionShape leaves the document out, as CreatePolicyVersion and ListPolicyVersions do.
func versionShape(p *iam.Policy, v *iam.Version) iamapi.PolicyVersion {
	return iamapi.PolicyVersion{VersionId: ptr(v.ID()), IsDefaultVersion: ptr(v.N == p.Default), CreateDate: &v.Created}
}

func status(active bool) string {
	if active {
		return "Active"
	}
	return "Inactive"
}
