// Package op declares operations. An operation is one declaration: its name, what it asks leave for, and what it does; the
// steps between (decode, violations, leave, decide, do) are here, once, so that no operation can skip one.
//
//	op.Read("GetUser", askUser("GetUser"), func(c *op.Call, in *iamapi.GetUserInput) (*iamapi.GetUserOutput, error) { … })
//
// [Read] is handed a View and so can not write; [Write] and [Change] are handed a Tx inside db.Update, and their leave is
// asked for on the very state they change; [Free] marks the few operations every signed caller may use, [Issue] the few that
// may show a second factor, which they use up in a transaction, and [Unsigned] the two that prove in their input who calls. Callers: the dialects declare, gate runs.
package op
