package iam

import (
	"embed"
	"time"

	"github.com/daypass/daypass/internal/table"
)

// catalog holds the managed policies that every account sees. They are part of the program: not stored, not changed, not deleted.
type catalog struct {
	policies table.Sorted[*Policy]     // by folded name
	controls map[string]*ControlPolicy // by id
}

//go:embed managed/*.json
var managedDocuments embed.FS

// offered are the policies of the catalog. An id belongs to its policy for ever.
var offered = [...]struct{ id, name, description string }{
	{"ANPADAYPASSADMINISTR1", "AdministratorAccess", "Allows everything."},
	{"ANPADAYPASSPOWERUSER1", "PowerUserAccess", "Allows everything except the management of identities, accounts and this server."},
	{"ANPADAYPASSREADONLYX1", "ReadOnlyAccess", "Allows reading in all services, without secret values."},
	{"ANPADAYPASSIAMFULLXX1", "IAMFullAccess", "Allows the management of identities and policies."},
	{"ANPADAYPASSIAMREADXX1", "IAMReadOnlyAccess", "Allows reading identities and policies."},
	{"ANPADAYPASSS3FULLXXX1", "AmazonS3FullAccess", "Allows everything on buckets and objects."},
	{"ANPADAYPASSS3READXXX1", "AmazonS3ReadOnlyAccess", "Allows reading buckets and objects."},
	{"ANPADAYPASSSECAUDITX1", "SecurityAudit", "Allows reading what a review of the configuration needs, without the data."},
}

func newCatalog() *catalog {
	born := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	c := &catalog{controls: newBuiltIns()}
	for _, o := range offered {
		document, err := managedDocuments.ReadFile("managed/" + o.name + ".json")
		if err != nil {
			// The file is compiled in under the name above; a test reads them all. Without it the policy is not offered.
			continue
		}
		p := &Policy{
			Account: awsAccount, ID: o.id, Path: "/", Name: o.name, Description: o.description, Created: born, Updated: born,
			Versions: []Version{{N: 1, Document: string(document), Created: born}}, Default: 1, Next: 2,
		}
		p.prepare()
		c.policies = c.policies.Set(fold(p.Name), p)
	}
	return c
}
