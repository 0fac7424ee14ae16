// Package question answers questions about policies, instead of about one
// request: does a new version grant anything the old one did not (Diff), can an
// action on some resources ever be allowed (Can, NeverGrants), what can a
// principal do at most (WhatCan).
//
// # What it owns
//
// The search. From the documents it works out which actions, resources, callers
// and values of condition keys they can tell apart, takes one of every class,
// and asks how the layers combine (policy.Weigh) while the rest is still open;
// where that settles nothing it goes on with the classes of one key more.
// Whatever it shows as an example was put to policy.Decide, on the same layers,
// and is what it is said to be.
//
// # What it never does
//
// It never says no without proof. What the method does not see through, such as
// how the value of a variable is related to another part of the request, and a
// bound that was reached, end in Perhaps with the reason. It knows no services:
// every action and every condition key may occur, with every value and with
// none. It does no input or output, and imports the standard library, package
// policy and its patterns.
//
// # Who may call it
//
// Everybody: it is public and pure. Answers are the same for the same input.
package question
