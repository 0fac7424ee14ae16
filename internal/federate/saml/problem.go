package saml

// Kind is why metadata or a response is refused. The list is closed: a dialect has words for every one.
type Kind uint8

const (
	// Metadata can not be read as the metadata of one identity provider.
	Metadata Kind = iota
	// Encoding: a response is not base64.
	Encoding
	// Form: a response is not XML, or not of the one form that is read.
	Form
	// Encrypted: something in a response is encrypted.
	Encrypted
	// Signature: not signed, or not by a key of the provider, or not in a way that is accepted.
	Signature
	// KeyExpired: every key of the provider is outside the dates of its certificate, or the metadata is no longer valid.
	KeyExpired
	// Status: the provider says itself that it did not succeed.
	Status
	// Issuer is another than the provider.
	Issuer
	// Audience does not include this server.
	Audience
	// Recipient or destination is not this server.
	Recipient
	// Early: not valid yet.
	Early
	// Expired: no longer valid.
	Expired
	// Stale: issued too long ago to be redeemed.
	Stale
	// Subject: nobody is named, or not confirmed as bearer.
	Subject
	// Authn: the response does not say that somebody was authenticated.
	Authn
	// SessionName: the attribute is missing.
	SessionName
	// BadSessionName: the attribute has a value that is not allowed; likewise the next ones.
	BadSessionName
	BadSourceIdentity
	BadDuration
	BadTag

	kinds
)

// Kinds lists every Kind, in order.
func Kinds() []Kind {
	all := make([]Kind, 0, kinds)
	for k := Metadata; k < kinds; k++ {
		all = append(all, k)
	}
	return all
}

// Problem is a refusal. Detail is for logs and for those who set the provider up; it never quotes the response.
type Problem struct {
	Kind   Kind
	Detail string
}

// Error is the text for logs.
func (p *Problem) Error() string { return "saml: " + p.Detail }

func problem(kind Kind, detail string) *Problem { return &Problem{kind, detail} }
