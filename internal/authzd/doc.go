// Package authzd answers services that ask about a request they received: who signed it, and may they do this?
//
// It is the resource side of the guard: the same identification, the same decision and the same audit record as for the cloud
// APIs, for actions and resources that only the service knows. [Authorizer] serves services in the same process, through the
// public package authz. It holds no rule of its own and words nothing itself. Caller: server.
package authzd
