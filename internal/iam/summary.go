package iam

// Summary are the numbers of things in an account.
type Summary struct {
	Counts
	PoliciesInUse int // managed policies that are attached to somebody, be they the account's own or of "aws"
	Offered       int // managed policies of "aws" there are
	RootKeys      int // access keys of the account's root

	InstanceProfiles, Providers, ServerCertificates int
	RootCertificates                                int // signing certificates of the account's root

	MFADevices, MFADevicesInUse, RootMFADevices int
}

// Summary counts what an account holds.
func (s *tables) Summary(account string) Summary {
	r := s.realm(account)
	n := Summary{Counts: s.Counts(account), Offered: s.catalog.policies.Len(), RootKeys: len(r.keysOf("")),
		InstanceProfiles: shelfCount(s, profilesIn(account)), Providers: shelfCount(s, samlProvidersIn(account)) + len(s.OIDCProviders(account)),
		ServerCertificates: shelfCount(s, serverCertificatesIn(account)), RootCertificates: len(s.SigningCertificates(account, ""))}
	for _, d := range shelfFrom[*MFADevice](s, mfaIn(account), "") {
		n.MFADevices++
		switch d.Holder {
		case "":
		case account:
			n.RootMFADevices++
			n.MFADevicesInUse++
		default:
			n.MFADevicesInUse++
		}
	}
	for _, uses := range r.uses.All() {
		for range uses.Prefix(useAttached) {
			n.PoliciesInUse++
			break
		}
	}
	return n
}
