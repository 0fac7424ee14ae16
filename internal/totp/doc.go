// Package totp owns time-based one-time passwords (RFC 6238) as every authenticator app makes them: HMAC-SHA-1, six digits, thirty
// seconds. It computes codes and finds the time step a code belongs to.
//
// It keeps nothing: that a code is good for one use only, and how often somebody may guess, stands in the state (iam). Callers:
// credential, and tests that play the app.
package totp
