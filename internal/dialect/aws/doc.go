// Package aws is the AWS door: the query protocol of STS (2011-06-15) and IAM (2010-05-08) on one URL, and on the same protocol
// the operations of Daypass itself (service "daypass").
//
// It parses envelopes (open.go), words answers and errors (render.go, words.go), and declares operations (one file per noun):
// each is a name, what it asks leave for, and a call of the domain. It holds no rule of the domain; where AWS documents a rule,
// it lives in iam, sts or access. Shapes are generated (iamapi, stsapi). Caller: server puts it into gate.
package aws
