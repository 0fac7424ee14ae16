package main

import (
	"testing"

	"github.com/daypass/daypass/internal/config"
	"github.com/daypass/daypass/internal/iam"
)

// A server that nobody configured keeps the domain's own quotas.
func TestDefaultQuotasAreTheDomains(t *testing.T) {
	if got, want := iam.Quotas(config.Default().Quotas), iam.DefaultQuotas(); got != want {
		t.Errorf("settings %+v\ndomain   %+v", got, want)
	}
}
