// Package authz is what a Go service embeds to honour Daypass credentials.
//
// It owns the words in which a service asks (who sent this request, and may they do that to this resource?), and
// [Middleware], which puts the question before every request of an http.Handler. The answer comes from an [Authorizer]:
// in the same process, or a Daypass server.
//
// The service names the action and the resource, because only it knows what a request means. It must take both from the
// same request that it will act on; the middleware sees to it that this is byte for byte the request that was signed.
// Whatever goes wrong on the way (an error, a panic, an answer that does not fit the question) denies.
//
// It never reads a policy, never verifies a signature and never believes a forwarded address: the source address is the
// socket's peer. Any service may import it; it imports no internal package of Daypass.
package authz
