// Package guard is the one road from a door into the core: it finds out who asks ([Guard.Identify]), whether they may
// ([Guard.Ask]), and writes it down ([Guard.Record]) before anybody is answered.
//
// Whatever goes wrong here is a denial: an unreadable key, a policy that does not parse, a full audit disk. It knows no wire
// protocol; a refusal is a value ([Denied], [sign.Problem], [fault.Error]) that each dialect puts into its own words.
// Callers: gate, op and the doors that serve the resource side.
package guard
