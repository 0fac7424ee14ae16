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
			Account: awsAccount, ID: o.id, Path: o.path, Name: o.name, Description: o.description, Created: born, Updated: born,
			Versions: []Version{{N: 1, Document: string(document), Created: born}}, Default: 1, Next: 2,
		}
		p.prepare()
		c.policies = c.policies.Set(fold(p.Name), p)
	}
	return c
}
