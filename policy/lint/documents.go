package lint

import (
	"unicode/utf8"

	"github.com/daypass/daypass/policy"
)

// rulesOfDocuments are about the document as a whole, and about Sids.
func rulesOfDocuments() []rule {
	return []rule{
		{code: "MISSING_VERSION", severity: Warning, document: missingVersion,
			means: "The document has no Version, which means the oldest one: it has no variables.",
			fix:   "Add \"Version\": \"2012-10-17\"."},
		{code: "VARIABLE_UNSUPPORTED_IN_VERSION", severity: Error, statement: variableInOldVersion,
			means: "A text holds ${…} in a version of the language that has no variables, so that it is compared as it stands.",
			fix:   "Write \"Version\": \"2012-10-17\", or take the variable out."},
		{code: "EMPTY_SID_VALUE", severity: Suggestion, every: true, statement: emptySid,
			means: "A Sid is empty.", fix: "Name the statement, or leave Sid out."},
		{code: "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", severity: Warning, uses: only(policy.Managed, policy.Inline, policy.Session), document: tooLarge,
			means: "An identity or session policy has more characters than its quota.", fix: "Split it, or shorten it with wildcards and conditions."},
		{code: "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA", severity: Warning, uses: only(policy.Resource), document: tooLarge,
			means: "A resource policy has more characters than its quota.", fix: "Shorten it, for instance by a condition on the organization in place of a list of accounts."},
		{code: "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA", severity: Warning, uses: only(policy.Trust), document: tooLarge,
			means: "A trust policy has more characters than its quota.", fix: "Trust an account and let its own policies say who; or raise the quota."},
		{code: "POLICY_SIZE_EXCEEDS_SCP_QUOTA", severity: Error, uses: control(), document: tooLarge,
			means: "A control policy has more characters than its quota.", fix: "Split it into several policies."},
		{code: "POLICY_SIZE_NEAR_QUOTA", severity: Suggestion, document: nearQuota,
			means: "The document uses nine tenths of its quota or more.", fix: "Make room before the next change needs it."},
	}
}

func missingVersion(l *linter) {
	if l.doc.Version() == "" {
		l.say(whole(), "the document has no Version and is read as one of 2008-10-17")
	}
}

func variableInOldVersion(l *linter, s *statement) {
	if l.doc.Variables() {
		return
	}
	for _, t := range s.texts() {
		if looksVariable(t.Text) {
			l.say(t, "%s is no variable in this version: it is compared letter by letter", clip(t.Text))
		}
	}
}

func emptySid(l *linter, s *statement) {
	if s.Sid.End > 0 && s.Sid.Text == "" {
		l.say(s.Sid, "the Sid is empty")
	}
}

// AWS's quotas ("IAM and AWS STS quotas", IAM User Guide; "Quotas for AWS Organizations"), in characters. Of the three for inline
// policies the largest stands, since a document does not say whose it is; the one for resource policies is S3's.
func quota(u policy.Use) int {
	switch u {
	case policy.Managed:
		return 6144
	case policy.Inline:
		return 10240
	case policy.Trust, policy.Session:
		return 2048
	case policy.Resource:
		return 20480
	}
	return 5120
}

// size counts as the quota of the document's use does.
func (l *linter) size() (n, most int) {
	n, most = l.doc.Size(), l.options.Quota
	if most == 0 {
		most = quota(l.doc.Use())
	}
	if u := l.doc.Use(); u == policy.SCP || u == policy.RCP {
		n = utf8.RuneCountInString(l.src)
	}
	return n, most
}

func tooLarge(l *linter) {
	if n, most := l.size(); n > most {
		l.say(whole(), "the document has %d characters; its quota is %d", n, most)
	}
}

func nearQuota(l *linter) {
	if n, most := l.size(); n <= most && n >= most-most/10 {
		l.say(whole(), "the document has %d characters of the %d that its quota allows", n, most)
	}
}

// clip shortens a text for a message.
func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
