// Package config is what an operator can set: one typed struct, read from one
// YAML file, then the environment, then flags, each over the one before.
//
// It owns the names, defaults, units, ranges and rules of the settings, and
// the words in which faults are told: every fault is reported, with file,
// line and column where it came from a file. Decoding is strict. Unknown keys,
// keys given twice, values of the wrong type, anchors, tags and second
// documents are faults, because a setting that is silently not applied is how
// servers end up open.
//
// The file never holds a secret, only names of files and of environment
// variables that do; so it can be printed, kept in version control and
// attached to a report. The package opens nothing but the file it is given and
// never looks at the environment by itself.
//
// The commands in cmd/daypass and the composition root use it. Rooms are given
// the values they need, never a Config.
package config
