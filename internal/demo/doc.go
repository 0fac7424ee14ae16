// Package demo owns a small API that honours Daypass credentials: notes, kept in memory. The development server serves it
// under /demo, so that the first thing a new user does with temporary credentials is to be allowed and to be denied.
//
// It is also the shortest complete example of a service: it reads the request's raw target itself, names one action and
// one resource for it, and leaves who may do what to authz.Middleware.
//
//	PUT /demo/notes/PATH           demo:PutNote    arn:aws:demo::ACCOUNT:note/PATH
//	GET /demo/notes/PATH           demo:GetNote    arn:aws:demo::ACCOUNT:note/PATH
//	GET /demo/notes?prefix=PREFIX  demo:ListNotes  arn:aws:demo::ACCOUNT:note/PREFIX*
//
// The resource of a listing is the prefix with a star, so that one statement on note/alice/* covers a folder's notes and
// its listing. A Deny on a folder does not keep the folder's names out of the listing of a shorter prefix; the condition
// key demo:Prefix is there for that.
//
// It never stores anything beyond the process and never decides. Caller: the composition root.
package demo
