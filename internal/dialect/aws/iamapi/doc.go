// Package iamapi holds the messages of the AWS Identity and Access Management API of 2010-05-08: the input and the output of each
// of its 176 operations, the structures in them, their field rules, and the table of operations and errors.
//
// Everything but this file and simulation.go is generated from the service model in tools/gen/models. A structure, a field and a wire name are the
// same word. The package holds no logic and no words for clients; it never decides what a message means. The AWS door and our
// own client of that API use it.
package iamapi

//go:generate go run ../../../../tools/gen -model ../../../../tools/gen/models/iam-2010-05-08.json -patch ../../../../tools/gen/models/patch.json -package iamapi -out .
