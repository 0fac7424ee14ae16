// Command daypass is the one binary: the server, and the command line that talks to it.
//
// Each command has a file and a constructor that takes the environment it runs in, so that tests run commands in process.
// Standard output carries data and nothing else; everything said to a person goes to standard error. Exit codes: 0 done,
// 1 failed, 2 used wrongly, 3 denied, 4 not found.
//
// The commands hold no rules: what they ask for is decided by the server. Only serve and dev build one.
package main
