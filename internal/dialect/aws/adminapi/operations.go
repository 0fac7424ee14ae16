package adminapi

import "github.com/daypass/daypass/internal/wire"

// Namespace is the XML namespace of all answers, Version the value of the Version parameter, Service the name in the
// credential scope of a signature and the prefix of the operations' actions in policies ("daypass:Explain").
const (
	Namespace = "https://daypass.dev/doc/2026-11-22/"
	Version   = "2026-11-22"
	Service   = "daypass"
)

// Operations gives all operations of the service, sorted by name.
func Operations() []wire.Operation {
	return []wire.Operation{
		{
			Name:          "CreateAccount",
			ResultWrapper: "CreateAccountResult",
			NewInput:      func() wire.Shape { return new(CreateAccountInput) },
			NewOutput:     func() wire.Shape { return new(CreateAccountOutput) },
			Errors:        []string{"EntityAlreadyExists", "InvalidInput", "LimitExceeded"},
		},
		{
			Name:          "Explain",
			ResultWrapper: "ExplainResult",
			NewInput:      func() wire.Shape { return new(ExplainInput) },
			NewOutput:     func() wire.Shape { return new(ExplainOutput) },
			Errors:        []string{"NoSuchEntity"},
		},
		{
			Name:          "GetDelegationToken",
			ResultWrapper: "GetDelegationTokenResult",
			NewInput:      func() wire.Shape { return new(GetDelegationTokenInput) },
			NewOutput:     func() wire.Shape { return new(GetDelegationTokenOutput) },
			Errors:        []string{"NoSuchEntity"},
		},
		{
			Name:          "ListAccounts",
			ResultWrapper: "ListAccountsResult",
			NewInput:      func() wire.Shape { return new(ListAccountsInput) },
			NewOutput:     func() wire.Shape { return new(ListAccountsOutput) },
			Errors:        []string{"InvalidInput"},
		},
		{
			Name:          "ListKeys",
			ResultWrapper: "ListKeysResult",
			NewInput:      func() wire.Shape { return new(ListKeysInput) },
			NewOutput:     func() wire.Shape { return new(ListKeysOutput) },
		},
		{
			Name:     "ResumeAccount",
			NewInput: func() wire.Shape { return new(ResumeAccountInput) },
			Errors:   []string{"NoSuchEntity"},
		},
		{
			Name:          "RevokeSessions",
			ResultWrapper: "RevokeSessionsResult",
			NewInput:      func() wire.Shape { return new(RevokeSessionsInput) },
			NewOutput:     func() wire.Shape { return new(RevokeSessionsOutput) },
			Errors:        []string{"InvalidInput", "NoSuchEntity"},
		},
		{
			Name:          "RotateIssuerKeys",
			ResultWrapper: "RotateIssuerKeysResult",
			NewInput:      func() wire.Shape { return new(RotateIssuerKeysInput) },
			NewOutput:     func() wire.Shape { return new(RotateIssuerKeysOutput) },
			Errors:        []string{"NoSuchEntity"},
		},
		{
			Name:          "RotateKeys",
			ResultWrapper: "RotateKeysResult",
			NewInput:      func() wire.Shape { return new(RotateKeysInput) },
			NewOutput:     func() wire.Shape { return new(RotateKeysOutput) },
			Errors:        []string{"ConcurrentModification", "LimitExceeded"},
		},
		{
			Name:     "SuspendAccount",
			NewInput: func() wire.Shape { return new(SuspendAccountInput) },
			Errors:   []string{"NoSuchEntity", "UnmodifiableEntity"},
		},
		{
			Name:          "WhatCan",
			ResultWrapper: "WhatCanResult",
			NewInput:      func() wire.Shape { return new(WhatCanInput) },
			NewOutput:     func() wire.Shape { return new(WhatCanOutput) },
			Errors:        []string{"InvalidInput", "NoSuchEntity"},
		},
		{
			Name:          "WhoCan",
			ResultWrapper: "WhoCanResult",
			NewInput:      func() wire.Shape { return new(WhoCanInput) },
			NewOutput:     func() wire.Shape { return new(WhoCanOutput) },
			Errors:        []string{"InvalidInput"},
		},
	}
}

// Error is a declared error of the service: its wire code, the HTTP status that goes with it, and whether the sender is at fault.
type Error struct {
	Code   string
	Status int
	Sender bool
}

// Errors gives all declared errors of the service, sorted by code.
func Errors() []Error {
	return []Error{
		{Code: "ConcurrentModification", Status: 409, Sender: true},
		{Code: "EntityAlreadyExists", Status: 409, Sender: true},
		{Code: "InvalidInput", Status: 400, Sender: true},
		{Code: "LimitExceeded", Status: 409, Sender: true},
		{Code: "NoSuchEntity", Status: 404, Sender: true},
		{Code: "UnmodifiableEntity", Status: 400, Sender: true},
	}
}
