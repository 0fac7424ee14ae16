// Package credential owns long-term access keys as secrets: how one is made, wrapped by the root key under its own id, and opened
// again for the one request that it has to verify; the passwords of users, as hashes that only a [Hasher] makes and compares; the
// private keys of server certificates and the passwords for single services, sealed; and the
// first administrator that every new account gets.
//
// Records and their rules are the domain's (iam); temporary credentials are session's. It never decides who may have a key. Callers:
// guard opens, the operations and the bootstrap make.
package credential
