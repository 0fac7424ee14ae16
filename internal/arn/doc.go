// Package arn parses and prints resource names.
//
// It owns the spelling of names: arn:aws:iam::123456789012:user/path/name and its siblings. It knows nothing about whether the
// named thing exists, and it never matches patterns (that is package policy). Today there is one [Style], that of AWS; the
// parser and the printer are the only places that know the style's separator and field count.
//
// Any package may use it; it uses only the standard library.
package arn
