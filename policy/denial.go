package policy

import "strings"

// Denial is a refusal in the words of a cloud: what a dialect copies into the
// fields its answers have. A field that the cloud does not have is empty.
type Denial struct {
	// Message is the whole sentence.
	Message string
	// Reason is its end, from "because" or "with" on.
	Reason string
	// Failure is Reason in short, as Huawei's decoded messages have it.
	Failure string
	// PolicyType and Kind are Alibaba's PolicyType and NoPermissionType.
	PolicyType, Kind string
	// PrincipalType, PrincipalName and PrincipalOwner say who asked: Alibaba's
	// AuthPrincipalType, AuthPrincipalDisplayName and AuthPrincipalOwnerId.
	PrincipalType, PrincipalName, PrincipalOwner string
	Action, Resource                             string
}

// denialWords are the words of a cloud. In the texts, {principal}, {action},
// {resource}, {reason} and {layer} stand for what they say.
type denialWords struct {
	message                string
	implicit, explicit     string
	failImplicit, failDeny string
	layers                 map[Layer]layerName
	types                  map[Layer]string
	kinds                  map[Verdict]string
	principals             map[PrincipalType]string
}

type layerName struct{ article, name string }

// Denial words a decision; an allowed request has the zero Denial.
func (g *Grammar) Denial(d Decision, r *Request) Denial {
	if d.Verdict == Allow {
		return Denial{}
	}
	p := r.Principal
	if p == nil {
		p = &nobody
	}
	out := Denial{
		Reason:     g.words.reason(d, r.Action),
		PolicyType: g.words.types[d.Layer], Kind: g.words.kinds[d.Verdict],
		Action: r.Action, Resource: r.Resource,
		PrincipalType: g.words.principals[p.Type], PrincipalName: p.shown(), PrincipalOwner: p.Account,
	}
	failure := g.words.failImplicit
	if d.Verdict == ExplicitDeny {
		failure = g.words.failDeny
	}
	// One pass: what a value brings is never filled in again.
	fill := strings.NewReplacer(
		"{principal}", p.ARN, "{action}", r.Action, "{resource}", r.Resource, "{reason}", out.Reason,
		"{layer}", g.words.layers[d.Layer].name,
	)
	out.Message, out.Failure = fill.Replace(g.words.message), fill.Replace(failure)
	return out
}

// reason words why, from "because" or "with" to the end of the sentence.
func (w *denialWords) reason(d Decision, action string) string {
	layer := w.layers[d.Layer]
	switch d.Verdict {
	case Allow:
		return ""
	case ExplicitDeny:
		return strings.NewReplacer("{layer}", layer.article+" "+layer.name, "{action}", action).Replace(w.explicit)
	}
	return strings.NewReplacer("{layer}", layer.name, "{action}", action).Replace(w.implicit)
}

// shown is how Alibaba shows a caller: a user by its id, a session as
// ROLE:SESSION, a provider as TYPE/NAME. ("How do I troubleshoot an access
// denied error", RAM documentation.)
func (p *Principal) shown() string {
	_, last := cutLast(p.ARN, ":")
	switch p.Type {
	case User:
		if p.ID != "" {
			return p.ID
		}
		_, name := cutLast(last, "/")
		return name
	case AssumedRole:
		_, role := cutLast(p.RoleARN, "/")
		return role + ":" + p.SessionName
	}
	return last
}

func cutLast(s, sep string) (before, after string) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return "", s
	}
	return s[:i], s[i+len(sep):]
}

// "Troubleshoot access denied error messages", IAM User Guide.
var awsWords = denialWords{
	message:  "User: {principal} is not authorized to perform: {action} on resource: {resource} {reason}",
	implicit: "because no {layer} allows the {action} action",
	explicit: "with an explicit deny in {layer}",
	layers: map[Layer]layerName{
		LayerIdentity: {"an", "identity-based policy"},
		LayerScoped:   {"an", "identity-based policy"},
		LayerResource: {"a", "resource-based policy"},
		LayerBoundary: {"a", "permissions boundary"},
		LayerSession:  {"a", "session policy"},
		LayerSCP:      {"a", "service control policy"},
		LayerRCP:      {"a", "resource control policy"},
		LayerEndpoint: {"a", "VPC endpoint policy"},
		LayerTrust:    {"the", "role trust policy"},
	},
}

// AccessDeniedDetail of Alibaba's SDKs, and the operation DecodeDiagnosticMessage
// of RAM. They do not have a word for a resource policy.
var ramWords = denialWords{
	message: "You are not authorized to do this action. You should be authorized by RAM.",
	types: map[Layer]string{
		LayerIdentity: "AccountLevelIdentityBasedPolicy",
		LayerScoped:   "ResourceGroupLevelIdentityBasedPolicy",
		LayerSession:  "SessionPolicy",
		LayerSCP:      "ControlPolicy",
		LayerTrust:    "AssumeRolePolicy",
	},
	kinds: map[Verdict]string{ImplicitDeny: "ImplicitDeny", ExplicitDeny: "ExplicitDeny"},
	principals: map[PrincipalType]string{
		User: "SubUser", AssumedRole: "AssumedRoleUser", WebIdentity: "Federated", SAML: "Federated",
	},
}

// "What can I do if I cannot find the action in an error message", IAM 5.0 FAQ,
// and the example of DecodeAuthorizationMessage. The names of layers other than
// the identity-based policy are ours.
var huaweiWords = denialWords{
	message:      "User: {principal} is not authorized to perform action {action} on resource {resource} {reason}.",
	implicit:     "because no {layer} allows the {action} action",
	explicit:     "with an explicit deny in {layer}",
	failImplicit: "implicit deny by {layer}",
	failDeny:     "explicit deny by {layer}",
	layers: map[Layer]layerName{
		LayerIdentity: {"an", "identity-based policy"},
		LayerScoped:   {"an", "identity-based policy"},
		LayerResource: {"a", "resource-based policy"},
		LayerBoundary: {"a", "permissions boundary"},
		LayerSession:  {"a", "session policy"},
		LayerSCP:      {"a", "service control policy"},
		LayerRCP:      {"a", "resource control policy"},
		LayerEndpoint: {"a", "VPC endpoint policy"},
		LayerTrust:    {"the", "trust policy"},
	},
}

// UCloud answers with a number; the text is ours.
var ucloudWords = denialWords{message: "IAM permission error: {action} on {resource}"}
