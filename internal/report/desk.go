package report

import (
	"sync"
	"time"

	"github.com/daypass/daypass/internal/fault"
)

// Lifetimes. A credential report is good for four hours (IAM User Guide, "Generate credential reports for your AWS account").
const (
	credentialsKept = 4 * time.Hour
	jobsKept        = 7 * 24 * time.Hour
)

// Bounds of what lies on the desk.
const (
	maxJobsPerAccount = 100
	maxPartsPerHour   = 50 // reports on an organization look at all its accounts
	maxJobs           = 100_000
	maxContent        = 128 << 20 // bytes of all credential reports together
)

// Desk holds orders and finished reports. The zero Desk is empty and ready; it is safe for concurrent use.
type Desk struct {
	mu          sync.Mutex
	jobs        map[string]*Job
	orders      map[string][]*Job // by account, oldest first
	credentials map[string]*Credentials
	size        int
}

// Credentials is a credential report.
type Credentials struct {
	Made    time.Time
	Content []byte // nil while it is being written
}

// Order begins a credential report, unless there is a good one or one is being written. State says which.
func (d *Desk) Order(account string, now time.Time) (state State) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r := d.credentials[account]; r != nil {
		switch {
		case r.Content == nil:
			return Writing
		case now.Sub(r.Made) < credentialsKept:
			return Complete
		}
		d.drop(account)
	}
	if d.credentials == nil {
		d.credentials = map[string]*Credentials{}
	}
	d.credentials[account] = &Credentials{Made: now}
	return Started
}

// State is how far a credential report is.
type State uint8

// The states.
const (
	Started  State = iota // begun by this call, whose maker has to deliver it
	Writing               // begun by another
	Complete              // there
)

// Deliver lays down the report that was begun, or with nil gives it up. Older reports of others make room. It fails with TooLarge.
func (d *Desk) Deliver(account string, content []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.credentials[account]
	if r == nil || r.Content != nil {
		return nil
	}
	if content == nil || len(content) > maxContent {
		delete(d.credentials, account)
		if content == nil {
			return nil
		}
		return &fault.Error{Kind: fault.TooLarge, What: fault.CredentialReport, Limit: maxContent}
	}
	for d.size+len(content) > maxContent {
		oldest := ""
		for other, o := range d.credentials {
			if o.Content != nil && (oldest == "" || o.Made.Before(d.credentials[oldest].Made)) {
				oldest = other
			}
		}
		d.drop(oldest)
	}
	r.Content = content
	d.size += len(content)
	return nil
}

// Fetch gives an account's report. It fails with NotFound, Expired, or Conflict while it is being written.
func (d *Desk) Fetch(account string, now time.Time) (*Credentials, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.credentials[account]
	switch {
	case r == nil:
		return nil, fault.New(fault.NotFound, fault.CredentialReport, account)
	case r.Content == nil:
		return nil, fault.New(fault.Conflict, fault.CredentialReport, account)
	case now.Sub(r.Made) >= credentialsKept:
		return nil, fault.New(fault.Expired, fault.CredentialReport, account)
	}
	return r, nil
}

func (d *Desk) drop(account string) {
	if r := d.credentials[account]; r != nil {
		d.size -= len(r.Content)
		delete(d.credentials, account)
	}
}

// Take puts an order for a report on last accessed services on the desk, under its id. The oldest order of the account makes room.
func (d *Desk) Take(j *Job) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.jobs == nil {
		d.jobs, d.orders = map[string]*Job{}, map[string][]*Job{}
	}
	list := d.orders[j.Account]
	for len(list) > 0 && (len(list) >= maxJobsPerAccount || j.Made.Sub(list[0].Made) > jobsKept) {
		delete(d.jobs, list[0].ID)
		list = list[1:]
	}
	d.orders[j.Account] = append(list[:len(list):len(list)], j)
	d.jobs[j.ID] = j
	if len(d.jobs) > maxJobs {
		d.shrink(j.Made)
	}
}

// shrink forgets the orders that are too old, or if none is, half of every account's.
func (d *Desk) shrink(now time.Time) {
	for _, half := range []bool{false, true} {
		for account, list := range d.orders {
			n := 0
			for n < len(list) && now.Sub(list[n].Made) > jobsKept {
				n++
			}
			if half {
				n = max(n, (len(list)+1)/2)
			}
			for _, j := range list[:n] {
				delete(d.jobs, j.ID)
			}
			if d.orders[account] = list[n:]; n == len(list) {
				delete(d.orders, account)
			}
		}
		if len(d.jobs) <= maxJobs {
			return
		}
	}
}

// Job finds an order of an account. One of another account is NotFound like one that does not exist.
func (d *Desk) Job(account, id string, now time.Time) (*Job, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	j := d.jobs[id]
	if j == nil || j.Account != account || now.Sub(j.Made) > jobsKept || j.part != (part{}) {
		return nil, fault.Missing(fault.ReportJob, id)
	}
	return j, nil
}

// PartJob finds an order of an account for a report on its organization, as Job does for others.
func (d *Desk) PartJob(account, id string, now time.Time) (*Job, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	j := d.jobs[id]
	if j == nil || j.Account != account || now.Sub(j.Made) > jobsKept || j.part == (part{}) {
		return nil, fault.Missing(fault.ReportJob, id)
	}
	return j, nil
}

// TakePart is Take for reports on an organization. It fails with Limit when the account ordered too many within an hour.
func (d *Desk) TakePart(j *Job) error {
	d.mu.Lock()
	n := 0
	for _, old := range d.orders[j.Account] {
		if old.part != (part{}) && j.Made.Sub(old.Made) < time.Hour {
			n++
		}
	}
	d.mu.Unlock()
	if n >= maxPartsPerHour {
		return &fault.Error{Kind: fault.Limit, What: fault.ReportJob, Limit: maxPartsPerHour}
	}
	d.Take(j)
	return nil
}
