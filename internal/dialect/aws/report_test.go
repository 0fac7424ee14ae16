package aws

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/usage"
)

func TestCredentialReport(t *testing.T) {
	d := newDoor(t)
	d.bad("admin", "iam:GetCredentialReport", nil, 410, "ReportNotPresent", "There is no credential report of this account. Generate one first.")
	a := d.good("admin", "iam:GenerateCredentialReport", nil)
	if a.text("State") != "STARTED" || a.text("Description") == "" {
		t.Errorf("%s", a.body)
	}
	if a = d.good("admin", "iam:GenerateCredentialReport", nil); a.text("State") != "COMPLETE" || strings.Contains(a.body, "<Description>") {
		t.Errorf("%s", a.body)
	}
	a = d.good("admin", "iam:GetCredentialReport", nil)
	if a.text("ReportFormat") != "text/csv" || a.text("GeneratedTime") != stamped {
		t.Errorf("%s", a.body)
	}
	text := string(must[[]byte](t)(base64.StdEncoding.DecodeString(a.text("Content"))))
	const born = "2026-11-22T12:00:00+00:00"
	const none = ",false,N/A,N/A,N/A,N/A"
	const certs = ",false,N/A,false,N/A"
	want := "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active," +
		"access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
		"access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service," +
		"cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated\n" +
		"<root_account>,arn:aws:iam::111111111111:root," + born + ",not_supported,no_information,not_supported,not_supported,false,true," + born + ",N/A,N/A,N/A" + none + certs + "\n" +
		"admin,arn:aws:iam::111111111111:user/admin," + born + ",false,N/A,N/A,N/A,false,true," + born + "," + born + ",eu-central-1,iam" + none + certs + "\n" +
		"poor,arn:aws:iam::111111111111:user/poor," + born + ",false,N/A,N/A,N/A,false,true," + born + ",N/A,N/A,N/A" + none + certs
	if text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	// Another account's report is its own, and one of four hours ago is no more.
	d.bad("away", "iam:GetCredentialReport", nil, 410, "ReportNotPresent", "There is no credential report of this account. Generate one first.")
	d.now = noon.Add(4 * time.Hour)
	d.bad("admin", "iam:GetCredentialReport", nil, 410, "ReportExpired", "The credential report is older than 4 hours. Generate a new one.")
	if a = d.good("admin", "iam:GenerateCredentialReport", nil); a.text("State") != "STARTED" {
		t.Errorf("%s", a.body)
	}
}

// TestCredentialReportPasswords: whose password is how old, and until when it is good.
func TestCredentialReportPasswords(t *testing.T) {
	d := newDoor(t)
	d.change(func(tx *iam.Tx) {
		must[*iam.LoginProfile](t)(tx.CreateLoginProfile(home, "poor", []byte("sealed"), false))
		must[*iam.PasswordPolicy](t)(tx.SetPasswordPolicy(iam.PasswordPolicy{Account: home, MinimumLength: 8, MaxAge: 30}))
	})
	d.good("admin", "iam:GenerateCredentialReport", nil)
	a := d.good("admin", "iam:GetCredentialReport", nil)
	text := string(must[[]byte](t)(base64.StdEncoding.DecodeString(a.text("Content"))))
	if !strings.Contains(text, "\npoor,arn:aws:iam::111111111111:user/poor,2026-11-22T12:00:00+00:00,true,no_information,2026-11-22T12:00:00+00:00,2026-12-22T12:00:00+00:00,false,true,") ||
		!strings.Contains(text, "user/admin,2026-11-22T12:00:00+00:00,false,N/A,N/A,N/A,false,") {
		t.Errorf("%s", text)
	}
}

// signedBySelf is a certificate in PEM.
func signedBySelf(t *testing.T, name string) string {
	t.Helper()
	key := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	c := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: name}, NotBefore: noon.Add(-time.Hour), NotAfter: noon.AddDate(1, 0, 0)}
	der := must[[]byte](t)(x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key))
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// TestReportsCountCertificates: in the credential report, in order of age, and in the summary.
func TestReportsCountCertificates(t *testing.T) {
	d := newDoor(t)
	id := d.good("admin", "iam:UploadSigningCertificate", pairs("UserName", "poor", "CertificateBody", signedBySelf(t, "a")))
	d.now = noon.Add(time.Hour)
	d.good("admin", "iam:UploadSigningCertificate", pairs("UserName", "poor", "CertificateBody", signedBySelf(t, "b")))
	d.good("admin", "iam:UpdateSigningCertificate", pairs("UserName", "poor", "CertificateId", id.text("CertificateId"), "Status", "Inactive"))
	d.good("admin", "iam:GenerateCredentialReport", nil)
	a := d.good("admin", "iam:GetCredentialReport", nil)
	text := string(must[[]byte](t)(base64.StdEncoding.DecodeString(a.text("Content"))))
	if !strings.HasSuffix(text, ",false,2026-11-22T12:00:00+00:00,true,2026-11-22T13:00:00+00:00") {
		t.Errorf("%s", text)
	}
	if n := summaryOf(d, "admin"); n["SigningCertificatesPerUserQuota"] != 2 || n["ServerCertificatesQuota"] != 20 || n["AccountSigningCertificatesPresent"] != 0 {
		t.Errorf("%v", n)
	}
	d.good("root", "iam:UploadSigningCertificate", pairs("CertificateBody", signedBySelf(t, "c")))
	if n := summaryOf(d, "admin"); n["AccountSigningCertificatesPresent"] != 1 {
		t.Errorf("%v", n)
	}
}

// lines cuts an answer into its members that hold an element.
func lines(a answer, list, element string) (all []string) {
	for _, part := range strings.Split(a.text(list), "<member>") {
		if strings.Contains(part, "<"+element+">") {
			all = append(all, part)
		}
	}
	return all
}

func TestRoleLastUsed(t *testing.T) {
	d := newDoor(t)
	last := func() string {
		a := d.good("admin", "iam:GetRole", pairs("RoleName", "clerk"))
		return a.text("LastUsedDate") + " " + a.text("Region")
	}
	d.become("admin", "desk", "clerk")
	if got := last(); got != " " {
		t.Errorf("a role nobody used yet, only assumed: %s", got)
	}
	d.now = noon.Add(time.Minute)
	d.good("desk", "sts:GetCallerIdentity", nil)
	if got := last(); got != "2026-11-22T12:01:00Z eu-central-1" {
		t.Errorf("last used %s", got)
	}
	a := d.good("admin", "iam:GetAccountAuthorizationDetails", pairs("Filter.member.1", "Role"))
	if a.text("LastUsedDate") != "2026-11-22T12:01:00Z" {
		t.Errorf("details: %s", a.body)
	}
	if a := d.good("admin", "iam:ListRoles", nil); strings.Contains(a.body, "RoleLastUsed") {
		t.Error("a listing shows the last use")
	}
	d.now = noon.Add(usage.Kept + time.Hour)
	if got := last(); got != " " {
		t.Errorf("after more than 400 days: %s", got)
	}
}

func TestServiceLastAccessed(t *testing.T) {
	d := newDoor(t)
	d.change(func(tx *iam.Tx) {
		must[*iam.User](t)(tx.PutUserPolicy(home, "poor", "own", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:ListUsers","iam:GetUser","demo:PutNote","sqs:*"],"Resource":"*"}]}`))
		must[*iam.Group](t)(tx.CreateGroup(home, "/", "g"))
		must[*iam.Group](t)(tx.AttachGroupPolicy(home, "g", "arn:aws:iam::aws:policy/IAMReadOnlyAccess"))
		if err := tx.AddUserToGroup(home, "g", "poor"); err != nil {
			t.Fatal(err)
		}
	})
	d.good("poor", "iam:ListUsers", nil)
	d.now = noon.Add(time.Minute)
	d.call("poor", "iam:CreateUser", pairs("UserName", "x")) // an attempt counts, though it is refused
	poor := "arn:aws:iam::111111111111:user/poor"
	order := func(arn string, more ...string) string {
		t.Helper()
		id := d.good("admin", "iam:GenerateServiceLastAccessedDetails", pairs(append([]string{"Arn", arn}, more...)...))
		if len(id.text("JobId")) != 36 {
			t.Errorf("%s", id.body)
		}
		return id.text("JobId")
	}
	id := order(poor)
	a := d.good("admin", "iam:GetServiceLastAccessedDetails", pairs("JobId", id))
	if a.text("JobStatus") != "COMPLETED" || a.text("JobType") != "SERVICE_LEVEL" || a.text("JobCreationDate") == "" || a.text("JobCompletionDate") == "" {
		t.Errorf("%s", a.body)
	}
	// The services are those that the policies allow, the group's included: no more and no less.
	if got := texts(a.body, "ServiceNamespace"); !slices.Equal(got, []string{"demo", "iam", "sqs"}) {
		t.Errorf("services %v", got)
	}
	part := answer{body: lines(a, "ServicesLastAccessed", "ServiceNamespace")[1]}
	if part.text("LastAuthenticated") != "2026-11-22T12:01:00Z" || part.text("LastAuthenticatedEntity") != poor || part.text("LastAuthenticatedRegion") != "eu-central-1" ||
		part.text("TotalAuthenticatedEntities") != "1" || part.text("ServiceName") != "AWS Identity and Access Management" {
		t.Errorf("iam: %s", part.body)
	}
	if part = (answer{body: lines(a, "ServicesLastAccessed", "ServiceNamespace")[2]}); strings.Contains(part.body, "LastAuthenticated") || part.text("TotalAuthenticatedEntities") != "0" {
		t.Errorf("sqs: %s", part.body)
	}
	// Actions: those that are allowed, with those that were used.
	a = d.good("admin", "iam:GetServiceLastAccessedDetails", pairs("JobId", order(poor, "Granularity", "ACTION_LEVEL")))
	got := map[string]string{}
	for _, one := range lines(a, "ServicesLastAccessed", "ActionName") {
		part := answer{body: one}
		got[part.text("ActionName")] = part.text("LastAccessedTime") + " " + part.text("LastAccessedEntity")
	}
	if got["ListUsers"] != stamped+" "+poor || got["GetUser"] != " " {
		t.Errorf("actions: %v", got)
	}
	if _, ok := got["CreateUser"]; ok {
		t.Error("an action that no policy allows")
	}

	// Of a group and of a policy every member counts; who, is a question of its own.
	for _, arn := range []string{"arn:aws:iam::111111111111:group/g", "arn:aws:iam::aws:policy/IAMReadOnlyAccess"} {
		id := order(arn)
		a = d.good("admin", "iam:GetServiceLastAccessedDetails", pairs("JobId", id))
		if !slices.Equal(texts(a.body, "ServiceNamespace"), []string{"iam"}) || a.text("LastAuthenticatedEntity") != poor {
			t.Errorf("%s: %s", arn, a.body)
		}
		a = d.good("admin", "iam:GetServiceLastAccessedDetailsWithEntities", pairs("JobId", id, "ServiceNamespace", "iam"))
		if !slices.Equal(texts(a.body, "Arn"), []string{poor}) || a.text("Type") != "USER" || a.text("LastAuthenticated") != "2026-11-22T12:01:00Z" || a.text("Name") != "poor" || len(a.text("Id")) != 21 {
			t.Errorf("%s: %s", arn, a.body)
		}
		if a = d.good("admin", "iam:GetServiceLastAccessedDetailsWithEntities", pairs("JobId", id, "ServiceNamespace", "sts")); strings.Contains(a.body, "LastAuthenticated") {
			t.Errorf("%s: %s", arn, a.body)
		}
	}
	// Pages.
	var all []string
	params := pairs("JobId", order("arn:aws:iam::111111111111:user/admin"), "MaxItems", "7")
	for {
		a = d.good("admin", "iam:GetServiceLastAccessedDetails", params)
		all = append(all, texts(a.body, "ServiceNamespace")...)
		if a.text("IsTruncated") != "true" {
			break
		}
		params.Set("Marker", a.text("Marker"))
	}
	if len(all) < 50 || !slices.IsSorted(all) || !slices.Contains(all, "s3") || !slices.Contains(all, "daypass") {
		t.Errorf("an administrator's services: %v", all)
	}
	// What is gone since it was ordered is told, and what is another account's is not there.
	d.bad("away", "iam:GetServiceLastAccessedDetails", pairs("JobId", id), 404, "NoSuchEntity", "The report job with id "+id+" cannot be found.")
	d.bad("away", "iam:GenerateServiceLastAccessedDetails", pairs("Arn", poor), 404, "NoSuchEntity", "The user with name poor cannot be found.")
	d.bad("admin", "iam:GenerateServiceLastAccessedDetails", pairs("Arn", "arn:aws:s3:::a-bucket-of-mine"), 400, "ValidationError", "Invalid ARN:  Could not be parsed!")
	d.change(func(tx *iam.Tx) {
		must[*iam.Role](t)(tx.CreateRole(home, iam.RoleSpec{Name: "brief", Trust: trustHome}))
	})
	id = order("arn:aws:iam::111111111111:role/brief")
	d.change(func(tx *iam.Tx) {
		if err := tx.DeleteRole(home, "brief"); err != nil {
			t.Fatal(err)
		}
		must[*iam.Role](t)(tx.CreateRole(home, iam.RoleSpec{Name: "brief", Trust: trustHome}))
	})
	if a = d.good("admin", "iam:GetServiceLastAccessedDetails", pairs("JobId", id)); a.text("JobStatus") != "FAILED" || a.text("Code") != "NoSuchEntity" {
		t.Errorf("%s", a.body)
	}
}
