package lint

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/policy"
)

// rulesOfResources are about Resource and NotResource.
func rulesOfResources() []rule {
	return []rule{
		{code: "ARN_REGION_NOT_ALLOWED", severity: Error, statement: regionless,
			means: "A resource of a service without regions names one, so that it matches nothing.", fix: "Leave the field empty: arn:aws:sts::…"},
		{code: "ARN_ACCOUNT_NOT_ALLOWED", severity: Error, statement: accountless,
			means: "A bucket or an object is named with an account, which its ARN does not have, so that it matches nothing.",
			fix:   "Leave the field empty; compare aws:ResourceAccount in a condition."},
		{code: "INVALID_ARN_ACCOUNT", severity: Error, statement: badAccount,
			means: "The account in an ARN is not twelve digits.", fix: "Write the account id, or * for all."},
		{code: "INVALID_ARN_SERVICE_CASE", severity: Error, statement: serviceCase,
			means: "The service in an ARN has capital letters; resources are compared with regard to case.", fix: "Write the service in lower case."},
		{code: "STAR_ENDS_ARN_FIELD", severity: Suggestion, statement: starEndsField,
			means: "A field of an ARN other than the last ends in a star behind other text: such a star may also run over the next colons.",
			fix:   "Write the fields one by one; a star alone stands for a whole field."},
		{code: "WILDCARD_IN_RESOURCE_TYPE", severity: Warning, statement: wildcardType,
			means: "The kind of an IAM resource is a pattern, which AWS documents as not allowed and takes in some places only.",
			fix:   "Write one resource for each kind: role/NAME, user/NAME."},
	}
}

// fields are the six fields of a resource; nil for "*" and what has fewer.
func fields(resource string) []string {
	f := strings.SplitN(resource, ":", 6)
	if len(f) < 6 {
		return nil
	}
	return f
}

// eachResource calls f with every resource that has all fields.
func (s *statement) eachResource(f func(policy.Token, []string)) {
	if s.Resource == nil {
		return
	}
	for _, r := range s.Resource.Items {
		if parts := fields(r.Text); parts != nil {
			f(r, parts)
		}
	}
}

func regionless(l *linter, s *statement) {
	s.eachResource(func(r policy.Token, f []string) {
		if slices.Contains([]string{"sts", "organizations"}, f[2]) && f[3] != "" && f[3] != "*" {
			l.say(r, "%s has no regions, so %s matches nothing", f[2], clip(r.Text))
		}
	})
}

func accountless(l *linter, s *statement) {
	s.eachResource(func(r policy.Token, f []string) {
		if f[2] == "s3" && f[3] == "" && isAccount(f[4]) {
			l.say(r, "the ARN of a bucket has no account, so %s matches nothing", clip(r.Text))
		}
	})
}

func badAccount(l *linter, s *statement) {
	s.eachResource(func(r policy.Token, f []string) {
		if a := f[4]; a != "" && a != "aws" && !isAccount(a) && !wild(a) && !strings.Contains(a, "${") {
			l.say(r, "%s is not an account id", clip(a))
		}
	})
}

func serviceCase(l *linter, s *statement) {
	s.eachResource(func(r policy.Token, f []string) {
		if lower(f[2]) != f[2] {
			l.advise(r, "Write "+clip(lower(f[2]))+".", "no resource of a service %s is ever asked for", clip(f[2]))
		}
	})
}

func starEndsField(l *linter, s *statement) {
	s.eachResource(func(r policy.Token, f []string) {
		for _, field := range f[2:5] {
			if strings.HasSuffix(field, "*") && strings.Trim(field, "*") != "" {
				l.say(r, "the star that ends %s may also stand for text beyond the next colon", clip(field))
				return
			}
		}
	})
}

func wildcardType(l *linter, s *statement) {
	s.eachResource(func(r policy.Token, f []string) {
		kind, _, _ := strings.Cut(f[5], "/")
		if f[2] == "iam" && wild(kind) && kind != "*" {
			l.say(r, "%s may stand for several kinds of resources", clip(kind))
		}
	})
}
