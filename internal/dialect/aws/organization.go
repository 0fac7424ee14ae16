package aws

import "github.com/daypass/daypass/internal/op"

func organizationOperations() []op.Operation { return nil }
