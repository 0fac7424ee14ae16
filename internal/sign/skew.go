package sign

import "time"

// DefaultSkew is how far a client's clock may be from the server's, each way (IAM User Guide, "Elements of an AWS API request
// signature"; the other three clouds allow the same or less).
const DefaultSkew = 15 * time.Minute

// CheckSkew returns a [*Problem] of kind SkewPast or SkewFuture when date is more than window away from now, else nil.
func CheckSkew(date, now time.Time, window time.Duration) error {
	now = now.UTC()
	if bound := now.Add(-window); date.Before(bound) {
		return &Problem{Kind: SkewPast, Date: date, Now: now, Bound: bound, Window: window}
	}
	if bound := now.Add(window); date.After(bound) {
		return &Problem{Kind: SkewFuture, Date: date, Now: now, Bound: bound, Window: window}
	}
	return nil
}

// CheckLife is CheckSkew for a request that is good for life after its date: it may not come from the future by more than
// window, and it has kind ExpiredPresign once life is over.
func CheckLife(date, now time.Time, life, window time.Duration) error {
	now = now.UTC()
	if bound := now.Add(window); date.After(bound) {
		return &Problem{Kind: SkewFuture, Presigned: true, Date: date, Now: now, Bound: bound, Window: window}
	}
	if bound := date.Add(life); now.After(bound) {
		return &Problem{Kind: ExpiredPresign, Presigned: true, Date: date, Now: now, Bound: bound, Window: life}
	}
	return nil
}
