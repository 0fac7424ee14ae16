// Command bench measures how many AssumeRole requests a second the built program answers, beside a floor: a bare HTTP server that only
// verifies the signature of the same request, seals a token and answers as many bytes.
//
// Both run as processes of their own and take turns, round by round, so that other load on the machine meets both. The clients send
// requests that were signed beforehand over connections that stay open: what they cost is the same for both. The last lines give the
// ratio; the aim is 0.6 of the floor.
package main
