// Package stsapi holds the messages of the AWS Security Token Service API of 2011-06-15: the input and the output of each of its
// 11 operations, the structures in them, their field rules, and the table of operations and errors.
//
// Everything but this file is generated from the service model in tools/gen/models. A structure, a field and a wire name are the
// same word. The package holds no logic and no words for clients; it never decides what a message means. The AWS door and our
// own client of that API use it.
package stsapi

//go:generate go run ../../../../tools/gen -model ../../../../tools/gen/models/sts-2011-06-15.json -patch ../../../../tools/gen/models/patch.json -package stsapi -out .
