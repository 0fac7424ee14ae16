package aws

import (
	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/policy"
)

// This file says what an IAM operation asks leave for: its action on the resource it acts on, with the condition keys that the
// Service Authorization Reference lists for it. A thing that does not exist yet, or not at all, is asked about under the name it
// would have; messages then call it "user NAME", as AWS does.

// action is the name policies know the call by.
func action(c *op.Call) string { return c.Service + ":" + c.Operation }

func one(a access.Ask) ([]access.Ask, error) { return []access.Ask{a}, nil }

// onUser asks about a user by name.
func onUser(c *op.Call, name string) access.Ask {
	a := access.Ask{Action: action(c)}
	if u, err := c.View.User(c.Account(), name); err == nil {
		a.Resource, a.ResourceTags = u.ARN(), u.Tags
	} else {
		a.Resource, a.Label = arn.User(c.Account(), "/", name), "user "+name
	}
	return a
}

func onGroup(c *op.Call, name string) access.Ask {
	a := access.Ask{Action: action(c)}
	if g, err := c.View.Group(c.Account(), name); err == nil {
		a.Resource = g.ARN()
	} else {
		a.Resource, a.Label = arn.Group(c.Account(), "/", name), "group "+name
	}
	return a
}

func onRole(c *op.Call, name string) access.Ask {
	a := access.Ask{Action: action(c)}
	if r, err := c.View.Role(c.Account(), name); err == nil {
		a.Resource, a.ResourceTags = r.ARN(), r.Tags
	} else {
		a.Resource, a.Label = arn.Role(c.Account(), "/", name), "role "+name
	}
	return a
}

// onPolicy asks about a managed policy by its ARN.
func onPolicy(c *op.Call, name string) access.Ask {
	a := access.Ask{Action: action(c), Resource: name}
	if p, err := c.View.Policy(c.Account(), name); err == nil {
		a.ResourceTags = p.Tags
	} else {
		a.Label = "policy " + name
	}
	return a
}

// onNew asks about a thing that is about to be created.
func onNew(c *op.Call, resource string, tags []iam.Tag) access.Ask {
	return access.Ask{Action: action(c), Resource: resource, RequestTags: tags}
}

// withTags asks leave to tag as well when something is created with tags (IAM User Guide, "Tags for IAM resources"): else whoever may
// not tag could still create with any tag.
func withTags(a access.Ask, tag string) ([]access.Ask, error) {
	if len(a.RequestTags) == 0 {
		return one(a)
	}
	also := a
	also.Action = tag
	return []access.Ask{a, also}, nil
}

// onAll asks about all things of a kind under a path: what a listing shows.
func onAll(c *op.Call, kind string, prefix *string) access.Ask {
	return access.Ask{Action: action(c), Resource: "arn:aws:iam::" + c.Account() + ":" + kind + text(prefix, "/")}
}

// boundaryOf adds iam:PermissionsBoundary: the boundary that is being set, or that the entity changed has.
func boundaryOf(a access.Ask, name string) access.Ask {
	if name != "" {
		a.Keys = append(a.Keys, access.Key{Name: "iam:permissionsboundary", Values: policy.Single(name)})
	}
	return a
}

func userBoundary(c *op.Call, name string) access.Ask {
	a := onUser(c, name)
	if u, err := c.View.User(c.Account(), name); err == nil {
		a = boundaryOf(a, u.Boundary)
	}
	return a
}

func roleBoundary(c *op.Call, name string) access.Ask {
	a := onRole(c, name)
	if r, err := c.View.Role(c.Account(), name); err == nil {
		a = boundaryOf(a, r.Boundary)
	}
	return a
}

// attaching adds iam:PolicyARN: the managed policy that is attached or detached.
func attaching(a access.Ask, name string) access.Ask {
	a.Keys = append(a.Keys, access.Key{Name: "iam:policyarn", Values: policy.Single(name)})
	return a
}

// tagging adds the tags of a tagging call; untagging adds their keys.
func tagging(a access.Ask, tags []iamapi.Tag) access.Ask {
	a.RequestTags = tagsOf(tags)
	return a
}

func untagging(a access.Ask, keys []string) access.Ask {
	a.TagKeys = keys
	return a
}
