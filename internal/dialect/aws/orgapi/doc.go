// Package orgapi holds the messages of the AWS Organizations API of 2016-11-28: the input and the output of each of its 63
// operations, the structures in them, their field rules, and the table of operations and errors.
//
// Everything but this file is generated from the service model in tools/gen/models. A structure, a field and a wire name are the
// same word. The package holds no logic and no words for clients; it never decides what a message means. Only the AWS door uses it.
package orgapi

//go:generate go run ../../../../tools/gen -model ../../../../tools/gen/models/organizations-2016-11-28.json -patch ../../../../tools/gen/models/patch.json -package orgapi -out .
