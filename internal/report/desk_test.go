package report

import (
	"fmt"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/fault"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func wantFault(t *testing.T, err error, kind fault.Kind, what fault.What) {
	t.Helper()
	if f := fault.Of(err); f == nil || f.Kind != kind || f.What != what {
		t.Errorf("got %v, want %v %v", err, kind, what)
	}
}

func TestCredentialReport(t *testing.T) {
	var d Desk
	_, err := d.Fetch("a", noon)
	wantFault(t, err, fault.NotFound, fault.CredentialReport)
	if s := d.Order("a", noon); s != Started {
		t.Errorf("state %d", s)
	}
	if s := d.Order("a", noon); s != Writing {
		t.Errorf("state %d", s)
	}
	_, err = d.Fetch("a", noon)
	wantFault(t, err, fault.Conflict, fault.CredentialReport)
	if err := d.Deliver("a", []byte("x")); err != nil {
		t.Fatal(err)
	}
	// What is there stays, whatever is delivered twice.
	if err := d.Deliver("a", []byte("y")); err != nil {
		t.Fatal(err)
	}
	r, err := d.Fetch("a", noon.Add(4*time.Hour-1))
	if err != nil || string(r.Content) != "x" || !r.Made.Equal(noon) {
		t.Errorf("%+v %v", r, err)
	}
	if s := d.Order("a", noon.Add(time.Hour)); s != Complete {
		t.Errorf("state %d", s)
	}
	_, err = d.Fetch("b", noon)
	wantFault(t, err, fault.NotFound, fault.CredentialReport)
	_, err = d.Fetch("a", noon.Add(4*time.Hour))
	wantFault(t, err, fault.Expired, fault.CredentialReport)
	if s := d.Order("a", noon.Add(4*time.Hour)); s != Started {
		t.Errorf("state %d", s)
	}
	// One that could not be written is none.
	if err := d.Deliver("a", nil); err != nil {
		t.Fatal(err)
	}
	_, err = d.Fetch("a", noon.Add(4*time.Hour))
	wantFault(t, err, fault.NotFound, fault.CredentialReport)
}

func TestCredentialReportsAreBounded(t *testing.T) {
	var d Desk
	for i := range 4 {
		d.Order(fmt.Sprint(i), noon.Add(time.Duration(i)*time.Second))
		if err := d.Deliver(fmt.Sprint(i), make([]byte, maxContent/3)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Fetch("0", noon); err == nil || d.size > maxContent {
		t.Errorf("%d bytes on the desk", d.size)
	}
	if _, err := d.Fetch("3", noon); err != nil {
		t.Error(err)
	}
	d.Order("big", noon)
	wantFault(t, d.Deliver("big", make([]byte, maxContent+1)), fault.TooLarge, fault.CredentialReport)
	if _, err := d.Fetch("1", noon); err != nil {
		t.Error("one that is too large pushed out another")
	}
}

func TestJobs(t *testing.T) {
	var d Desk
	d.Take(&Job{ID: "1", Account: "a", Made: noon})
	if j, err := d.Job("a", "1", noon); err != nil || j.ID != "1" {
		t.Errorf("%v %v", j, err)
	}
	_, err := d.Job("b", "1", noon)
	wantFault(t, err, fault.NotFound, fault.ReportJob)
	_, err = d.Job("a", "1", noon.Add(jobsKept+1))
	wantFault(t, err, fault.NotFound, fault.ReportJob)
	d.Take(&Job{ID: "other", Account: "b", Made: noon})
	for i := range 3 * maxJobsPerAccount {
		d.Take(&Job{ID: fmt.Sprint("n", i), Account: "a", Made: noon})
	}
	if n := len(d.orders["a"]); n != maxJobsPerAccount || len(d.jobs) != maxJobsPerAccount+1 {
		t.Errorf("%d orders, %d in all", n, len(d.jobs))
	}
	if _, err := d.Job("b", "other", noon); err != nil {
		t.Error("one account pushed out another's order")
	}
	for i := range maxJobs + 10 {
		d.Take(&Job{ID: fmt.Sprint("m", i), Account: fmt.Sprint(i / 10), Made: noon})
	}
	if len(d.jobs) > maxJobs {
		t.Errorf("%d orders", len(d.jobs))
	}
	n := 0
	for _, list := range d.orders {
		n += len(list)
	}
	if n != len(d.jobs) {
		t.Errorf("%d orders in lists, %d by id", n, len(d.jobs))
	}
}

// Reports on an organization are bounded by the hour, and no other report is found under their id.
func TestPartJobs(t *testing.T) {
	var d Desk
	for i := range maxPartsPerHour {
		if err := d.TakePart(&Job{ID: fmt.Sprint(i), Account: "a", Made: noon, part: part{path: "p"}}); err != nil {
			t.Fatal(err)
		}
	}
	wantFault(t, d.TakePart(&Job{ID: "x", Account: "a", Made: noon.Add(time.Minute), part: part{path: "p"}}), fault.Limit, fault.ReportJob)
	if err := d.TakePart(&Job{ID: "y", Account: "a", Made: noon.Add(time.Hour), part: part{path: "p"}}); err != nil {
		t.Error(err)
	}
	if err := d.TakePart(&Job{ID: "z", Account: "b", Made: noon, part: part{path: "p"}}); err != nil {
		t.Error(err)
	}
	_, err := d.Job("a", "y", noon)
	wantFault(t, err, fault.NotFound, fault.ReportJob)
	_, err = d.PartJob("b", "y", noon)
	wantFault(t, err, fault.NotFound, fault.ReportJob)
	if j, err := d.PartJob("a", "y", noon); err != nil || j.ID != "y" {
		t.Error(err)
	}
}
