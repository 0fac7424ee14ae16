package aws

import (
	"strings"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/dialect/aws/orgapi"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/policy"
)

// This file says what an operation of AWS Organizations asks leave for, after the Service Authorization Reference. The caller's own
// policies are asked first; whether its account may speak for an organization at all is the domain's to say.

// onOrganization asks about the organization as a whole: an operation without a resource of its own.
func onOrganization[In any](c *op.Call, _ *In) ([]access.Ask, error) { return one(inOrganization(c)) }

func inOrganization(c *op.Call) access.Ask { return access.Ask{Action: action(c), Resource: "*"} }

// onPlace asks about a thing of the caller's organization by its id: a root, unit, account, policy or handshake.
func onPlace(c *op.Call, id string) access.Ask {
	a := inOrganization(c)
	o, err := c.View.Organization(c.Account())
	if err != nil {
		return a // there is nothing it could be about; the operation will say so
	}
	if tags, err := c.View.TagsAt(o, id); err == nil {
		a.ResourceTags = tags
	}
	kind, _, _ := strings.Cut(id, "-")
	switch kind {
	case "r":
		a.Resource = arn.Organizations(o.Manager, "root/"+o.ID+"/"+id)
	case "ou":
		a.Resource = o.UnitARN(id)
	case "h":
		a.Resource = o.HandshakeARN(id)
	case "p":
		a.Resource = arn.Organizations(o.Manager, "policy/"+o.ID+"/service_control_policy/"+id)
		if p, err := c.View.ControlPolicy(o, id); err == nil {
			a.Resource = p.ARN()
			a = ofType(a, string(p.Type))
		}
	default:
		a.Resource = o.AccountARN(id)
	}
	return a
}

// onHandshake asks about an invitation, which the guest sees under the name it has in the organization it comes from.
func onHandshake(c *op.Call, id string) ([]access.Ask, error) {
	a := onPlace(c, id)
	if h, err := c.View.Handshake(c.Account(), id); err == nil {
		a.Resource = handshakeARN(h)
	}
	return one(a)
}

// ofType adds organizations:PolicyType.
func ofType(a access.Ask, policyType string) access.Ask {
	a.Keys = append(a.Keys, access.Key{Name: "organizations:policytype", Values: policy.Single(policyType)})
	return a
}

// forService adds organizations:ServicePrincipal.
func forService(a access.Ask, principal *string) access.Ask {
	if principal != nil {
		a.Keys = append(a.Keys, access.Key{Name: "organizations:serviceprincipal", Values: policy.Single(*principal)})
	}
	return a
}

// onControl asks about a policy and about what it is attached to or taken off.
func onControl(c *op.Call, policyID, target string) ([]access.Ask, error) {
	p, at := onPlace(c, policyID), onPlace(c, target)
	at.Keys = append(at.Keys, p.Keys...)
	return []access.Ask{p, at}, nil
}

func orgTags(tags []orgapi.Tag) []iam.Tag {
	if tags == nil {
		return nil
	}
	list := make([]iam.Tag, len(tags))
	for i, t := range tags {
		list[i] = iam.Tag(t)
	}
	return list
}

// overseen makes an operation that only looks: it is for the management account and the administrators it named.
func overseen[In, Out any](do func(*op.Call, *iam.Organization, *In) (*Out, error)) func(*op.Call, *In) (*Out, error) {
	return func(c *op.Call, in *In) (*Out, error) {
		o, err := c.View.Overseeing(c.Account())
		if err != nil {
			return nil, err
		}
		return do(c, o, in)
	}
}

// orgItems is how many items a page has at the most (Organizations API Reference, MaxResults).
const orgItems = 20

func orgPage(token *string, most *int64) (page, error) {
	p, err := pageOf(token, most)
	if most == nil {
		p.limit = orgItems
	}
	return p, err
}

// orgMore is the token of the next page, nil on the last.
func orgMore(last string) *string {
	_, token := more(last)
	return token
}
