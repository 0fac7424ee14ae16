package aws

import (
	"github.com/daypass/daypass/internal/dialect/aws/adminapi"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/dialect/aws/orgapi"
	"github.com/daypass/daypass/internal/dialect/aws/stsapi"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/wire"
)

// services lists the APIs of this door. STS comes first: it answers for requests that name no service. When strict, operations of
// AWS have no parameter and no member that AWS does not have.
func services(strict bool) []*service {
	return []*service{
		{name: "sts", version: "2011-06-15", namespace: "https://sts.amazonaws.com/doc/2011-06-15/", source: "sts.amazonaws.com",
			json: true, table: tokenService()},
		{name: "iam", version: "2010-05-08", namespace: "https://iam.amazonaws.com/doc/2010-05-08/", source: "iam.amazonaws.com",
			table: identityService(strict)},
		{name: "organizations", version: orgapi.Version, target: orgapi.Target, source: "organizations.amazonaws.com",
			table: organizationService()},
		{name: "daypass", version: "2026-11-22", namespace: "https://daypass.dev/doc/2026-11-22/", source: "daypass",
			table: op.NewTable(names(adminapi.Operations()), adminOperations())},
	}
}

func tokenService() *op.Table {
	return op.NewTable(names(stsapi.Operations()),
		stsOperations(),
		webIdentityOperations(),
		samlOperations(),
		identityTokenOperations(),
		tradeInOperations(),
		messageOperations(),
	).Anonymous("AssumeRoleWithWebIdentity", "AssumeRoleWithSAML")
}

func identityService(strict bool) *op.Table {
	simulations := simulationsExtended()
	if strict {
		simulations = simulationsAsAWS()
	}
	return op.NewTable(names(iamapi.Operations()),
		userOperations(),
		accessKeyOperations(),
		groupOperations(),
		roleOperations(),
		policyOperations(),
		inlineOperations(),
		attachmentOperations(),
		tagOperations(),
		accountOperations(),
		instanceProfileOperations(),
		oidcProviderOperations(),
		samlProviderOperations(),
		mfaOperations(),
		passwordOperations(),
		reportOperations(),
		organizationReportOperations(),
		serviceRoleOperations(),
		sshKeyOperations(),
		signingCertificateOperations(),
		serverCertificateOperations(),
		serviceCredentialOperations(),
		simulationOperations(),
		simulations,
		rootAccessOperations(),
		outboundOperations(),
		delegationOperations(),
	)
}

func organizationService() *op.Table {
	return op.NewTable(names(orgapi.Operations()),
		organizationOperations(),
		trustOperations(),
		unitOperations(),
		memberOperations(),
		controlOperations(),
		handshakeOperations(),
	)
}

func names(list []wire.Operation) []string {
	out := make([]string, len(list))
	for i, o := range list {
		out[i] = o.Name
	}
	return out
}

// Coverage says for every operation of every service of this door whether it is built. docs/dialect-coverage.md is made from it.
func Coverage() []Covered {
	var list []Covered
	for _, s := range services(false) {
		for _, name := range s.table.Names() {
			list = append(list, Covered{Service: s.name, Operation: name, Built: s.table.Built(name)})
		}
	}
	return list
}

// Covered is one row of the coverage page.
type Covered struct {
	Service, Operation string
	Built              bool
}
