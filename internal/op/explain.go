package op

import (
	"context"

	"github.com/daypass/daypass/internal/audit"
)

// Explainer gives back the record of a request; audit's finders do.
type Explainer interface {
	Find(ctx context.Context, requestID string) (*audit.Event, error)
}
