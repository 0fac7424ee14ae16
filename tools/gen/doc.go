// Command gen turns a service model into Go shapes for internal/wire.
//
//	gen -model models/sts-2011-06-15.json -patch models/patch.json -package stsapi -out DIR
//	gen -strip < service-2.json > models/NAME.json
//
// The first form writes the *_gen.go files of one package; the same model gives the same bytes. The second form takes a model as
// botocore publishes it and drops every documentation text. The patch file corrects the faults of the models; each correction
// names the shape it changes and the reason, and one that no longer fits the model is an error.
//
// It is a tool of the build and owns nothing at run time. The go:generate lines of the API packages call it.
package main
