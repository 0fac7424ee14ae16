package saml

import "strings"

// Said is an attribute under the name that policies know it by.
type Said struct {
	Key    string // below "saml:", lower case
	Values []string
	List   bool // a key of several values, even if there is only one
}

// directory names the attributes of people's directories that policies may ask for, and the keys they become (IAM User Guide,
// "Mapping SAML attributes to AWS trust policy context keys"): eduPerson and eduOrg by their object identifiers, those of Active
// Directory by their URIs, those of X.500 by their object identifiers.
var directory = map[string]struct {
	key  string
	list bool
}{
	"1.3.6.1.4.1.5923.1.1.1.1":  {"edupersonaffiliation", true},
	"1.3.6.1.4.1.5923.1.1.1.2":  {"edupersonnickname", true},
	"1.3.6.1.4.1.5923.1.1.1.3":  {"edupersonorgdn", false},
	"1.3.6.1.4.1.5923.1.1.1.4":  {"edupersonorgunitdn", true},
	"1.3.6.1.4.1.5923.1.1.1.5":  {"edupersonprimaryaffiliation", false},
	"1.3.6.1.4.1.5923.1.1.1.6":  {"edupersonprincipalname", false},
	"1.3.6.1.4.1.5923.1.1.1.7":  {"edupersonentitlement", true},
	"1.3.6.1.4.1.5923.1.1.1.8":  {"edupersonprimaryorgunitdn", false},
	"1.3.6.1.4.1.5923.1.1.1.9":  {"edupersonscopedaffiliation", true},
	"1.3.6.1.4.1.5923.1.1.1.10": {"edupersontargetedid", true},
	"1.3.6.1.4.1.5923.1.1.1.11": {"edupersonassurance", true},
	"1.3.6.1.4.1.5923.1.2.1.2":  {"eduorghomepageuri", true},
	"1.3.6.1.4.1.5923.1.2.1.3":  {"eduorgidentityauthnpolicyuri", true},
	"1.3.6.1.4.1.5923.1.2.1.4":  {"eduorglegalname", true},
	"1.3.6.1.4.1.5923.1.2.1.5":  {"eduorgsuperioruri", true},
	"1.3.6.1.4.1.5923.1.2.1.6":  {"eduorgwhitepagesuri", true},

	"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name":              {"name", false},
	"http://schemas.xmlsoap.org/claims/CommonName":                            {"commonname", false},
	"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname":         {"givenname", false},
	"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname":           {"surname", false},
	"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress":      {"mail", false},
	"http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid": {"primarygroupsid", false},

	"2.5.4.4":                    {"surname", false},
	"2.5.4.42":                   {"givenname", false},
	"2.5.4.45":                   {"x500uniqueidentifier", false},
	"0.9.2342.19200300.100.1.1":  {"uid", false},
	"0.9.2342.19200300.100.1.3":  {"mail", false},
	"0.9.2342.19200300.100.1.45": {"organizationstatus", false},
}

// commonName is known under two names, one of which is a list.
const commonName = "2.5.4.3"

// Said lists the attributes of people's directories that an assertion has. An object identifier may stand with or without urn:oid:.
func (a *Assertion) Said() []Said {
	var all []Said
	seen := map[string]bool{}
	add := func(key string, values []string, list bool) {
		if !seen[key] && len(values) > 0 {
			seen[key] = true
			all = append(all, Said{key, values, list})
		}
	}
	for i := range a.attributes {
		name := strings.TrimPrefix(a.attributes[i].name, "urn:oid:")
		values := a.Values(a.attributes[i].name)
		if name == commonName {
			add("cn", values, true)
			add("commonname", values, false)
		}
		if d, ok := directory[name]; ok {
			add(d.key, values, d.list)
		}
	}
	return all
}
