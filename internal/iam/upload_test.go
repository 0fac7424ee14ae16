package iam

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/daypass/daypass/internal/fault"
)

// certified makes a certificate of a fresh key, signed by parent or by itself.
func certified(t testing.TB, name string, until time.Time, parent *x509.Certificate, by *ecdsa.PrivateKey) (string, *x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key := ok(t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)).(*ecdsa.PrivateKey)
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: clock.Add(-time.Hour), NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	if parent == nil {
		parent, by = c, key
	}
	der := ok(t)(x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, by)).([]byte)
	made := ok(t)(x509.ParseCertificate(der)).(*x509.Certificate)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), made, key
}

func sshLine(t testing.TB, bits int) (line string, key *rsa.PrivateKey) {
	t.Helper()
	key = ok(t)(rsa.GenerateKey(rand.Reader, bits)).(*rsa.PrivateKey)
	public := ok(t)(ssh.NewPublicKey(&key.PublicKey)).(ssh.PublicKey)
	return strings.TrimSuffix(string(ssh.MarshalAuthorizedKey(public)), "\n"), key
}

func TestSSHKey(t *testing.T) {
	tx := begin(t)
	ok(t)(tx.CreateUser(home, UserSpec{Name: "ann"}))
	base := tx.View(1)
	next := NewTx(base, clock, chance(2))
	line, key := sshLine(t, 2048)
	k := ok(t)(next.UploadSSHKey(home, "ANN", line+" ann@host\n")).(*SSHKey)
	if !regexp.MustCompile(`^([0-9a-f]{2}:){15}[0-9a-f]{2}$`).MatchString(k.Fingerprint()) || k.SSH() != line || !strings.HasPrefix(k.ID, "APKA") || !k.Active {
		t.Errorf("%+v %s", k, k.Fingerprint())
	}
	pkix := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: ok(t)(x509.MarshalPKIXPublicKey(&key.PublicKey)).([]byte)}))
	if k.PEM() != strings.TrimSpace(pkix) {
		t.Errorf("as PEM %s", k.PEM())
	}
	pkcs1 := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&key.PublicKey)}))
	for _, same := range []string{line, pkix, pkcs1} {
		_, err := next.UploadSSHKey(home, "ann", same)
		wantFault(t, err, fault.Exists, fault.SSHKey)
	}
	weak := ok(t)(ssh.NewPublicKey(&ok(t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)).(*ecdsa.PrivateKey).PublicKey)).(ssh.PublicKey)
	for body, what := range map[string]fault.What{"": fault.Encoding, "nonsense": fault.Encoding, "---- BEGIN SSH2 PUBLIC KEY ----": fault.Encoding, "ssh-rsa": fault.SSHKey,
		"ssh-rsa AAAA": fault.SSHKey, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl": fault.SSHKey,
		string(ssh.MarshalAuthorizedKey(weak)): fault.Encoding, pkix + pkix: fault.SSHKey, "-----BEGIN NOTHING-----": fault.SSHKey,
		line + "\n" + line: fault.Encoding} {
		_, err := next.UploadSSHKey(home, "ann", body)
		wantFault(t, err, fault.Invalid, what)
	}
	must(t, next.UpdateSSHKey(home, "ann", k.ID, false))
	wantFault(t, next.UpdateSSHKey(home, "ann", "APKAQAAAAAAAAAAAAAAA", false), fault.NotFound, fault.SSHKey)
	wantFault(t, next.DeleteUser(home, "ann"), fault.InUse, fault.SSHKey)
	q := next.quotas
	q.SSHKeysPerUser = 1
	next.SetQuotas(q)
	another, _ := sshLine(t, 2048)
	_, err := next.UploadSSHKey(home, "ann", another)
	wantFault(t, err, fault.Limit, fault.SSHKey)
	view := settled(t, base, next)
	if got, err := view.SSHKey(home, "ann", k.ID); err != nil || got.Active {
		t.Errorf("%+v %v", got, err)
	}
	last := NewTx(view, clock, chance(3))
	must(t, last.DeleteSSHKey(home, "ann", k.ID))
	must(t, last.DeleteUser(home, "ann"))
	settled(t, view, last)
}

func TestSigningCertificate(t *testing.T) {
	tx := begin(t)
	ok(t)(tx.CreateUser(home, UserSpec{Name: "ann"}))
	base := tx.View(1)
	next := NewTx(base, clock, chance(2))
	body, _, _ := certified(t, "a", clock.Add(time.Hour), nil, nil)
	old, _, _ := certified(t, "b", clock.Add(-time.Minute), nil, nil)
	s := ok(t)(next.UploadSigningCertificate(home, "ann", body)).(*SigningCertificate)
	_, err := next.UploadSigningCertificate(home, "ann", "invalid-certificate-body")
	if f := wantFault(t, err, fault.Malformed, fault.SigningCertificate); f.Name != "invalid-certificate-body" {
		t.Error(f)
	}
	_, err = next.UploadSigningCertificate(home, "ann", old)
	wantFault(t, err, fault.Invalid, fault.SigningCertificate)
	// One certificate belongs to one owner of an account, however it is written; the root is an owner too.
	_, err = next.UploadSigningCertificate(home, "", strings.ReplaceAll(body, "\n", "\r\n"))
	wantFault(t, err, fault.Exists, fault.SigningCertificate)
	ok(t)(next.UploadSigningCertificate(other, "", body))
	for range 2 {
		more, _, _ := certified(t, "c", clock.Add(time.Hour), nil, nil)
		_, err = next.UploadSigningCertificate(home, "ann", more)
	}
	wantFault(t, err, fault.Limit, fault.SigningCertificate)
	must(t, next.UpdateSigningCertificate(home, "ann", s.ID, false))
	wantFault(t, next.DeleteSigningCertificate(home, "", s.ID), fault.NotFound, fault.SigningCertificate)
	wantFault(t, next.DeleteUser(home, "ann"), fault.InUse, fault.SigningCertificate)
	view := settled(t, base, next)
	last := NewTx(view, clock, chance(3))
	for _, c := range last.SigningCertificates(home, s.User) {
		must(t, last.DeleteSigningCertificate(home, "ann", c.ID))
	}
	must(t, last.DeleteUser(home, "ann"))
	settled(t, view, last)
}

func TestServerCertificate(t *testing.T) {
	base := begin(t).View(1)
	next := NewTx(base, clock, chance(2))
	top, topCert, topKey := certified(t, "top", clock.Add(3*time.Hour), nil, nil)
	middle, middleCert, middleKey := certified(t, "middle", clock.Add(2*time.Hour), topCert, topKey)
	leaf, leafCert, _ := certified(t, "leaf", clock.Add(time.Hour), middleCert, middleKey)
	stranger, _, _ := certified(t, "stranger", clock.Add(time.Hour), nil, nil)
	for chain, at := range map[string]string{top: "-1", stranger: "-1", middle + stranger: "0", "nonsense": "0", "text\n" + middle: "0"} {
		_, err := CheckServerCertificate(leaf, chain)
		if f := wantFault(t, err, fault.Malformed, fault.CertificateChain); f.Detail != at {
			t.Errorf("index %s, want %s", f.Detail, at)
		}
	}
	for _, bad := range []string{"", "x", "text\n" + leaf, leaf + leaf, leaf + "text"} {
		_, err := CheckServerCertificate(bad, "")
		wantFault(t, err, fault.Malformed, fault.ServerCertificate)
	}
	spec := func(name string) ServerCertificateSpec {
		return ServerCertificateSpec{ID: ok(t)(next.NewServerCertificateID()).(string), Path: "/a/", Name: name, Body: leaf, Chain: middle + top, Sealed: []byte("sealed")}
	}
	s := ok(t)(next.UploadServerCertificate(home, spec("Site"))).(*ServerCertificate)
	if s.ARN() != "arn:aws:iam::"+home+":server-certificate/a/Site" || !s.Expiration.Equal(leafCert.NotAfter) || !strings.HasPrefix(s.ID, "ASCA") {
		t.Errorf("%+v", s)
	}
	_, err := next.UploadServerCertificate(home, spec("SITE"))
	wantFault(t, err, fault.Exists, fault.ServerCertificate)
	ok(t)(next.UploadServerCertificate(home, spec("taken")))
	wantFault(t, next.UpdateServerCertificate(home, "site", "", "Taken"), fault.Exists, fault.ServerCertificate)
	must(t, next.UpdateServerCertificate(home, "site", "", "SITE"))
	must(t, next.UpdateServerCertificate(home, "site", "/b/", "other"))
	must(t, next.TagServerCertificate(home, "OTHER", []Tag{{"k", "v"}}))
	_, err = next.ServerCertificate(home, "site")
	wantFault(t, err, fault.NotFound, fault.ServerCertificate)
	view := settled(t, base, next)
	if got, err := view.ServerCertificate(home, "Other"); err != nil || got.ID != s.ID || got.Path != "/b/" || len(got.Tags) != 1 {
		t.Errorf("%+v %v", got, err)
	}
	last := NewTx(view, clock, chance(3))
	must(t, last.UntagServerCertificate(home, "other", []string{"K"}))
	must(t, last.DeleteServerCertificate(home, "other"))
	wantFault(t, last.DeleteServerCertificate(home, "other"), fault.NotFound, fault.ServerCertificate)
	settled(t, view, last)
}

func TestServiceCredential(t *testing.T) {
	tx := begin(t)
	ok(t)(tx.CreateUser(home, UserSpec{Name: "ann"}))
	base := tx.View(1)
	next := NewTx(base, clock, chance(2))
	add := func(service string, days int) (*ServiceCredential, error) {
		c, err := next.NewServiceCredential(home, "ann", service, days)
		if err != nil {
			return nil, err
		}
		return next.AddServiceCredential(c, []byte("sealed"))
	}
	_, err := next.NewServiceCredential(home, "nobody", "nothing", 0)
	wantFault(t, err, fault.NotFound, fault.User)
	_, err = add("s3.amazonaws.com", 0)
	wantFault(t, err, fault.Invalid, fault.ServiceCredential)
	_, err = add("codecommit.amazonaws.com", 1)
	wantFault(t, err, fault.Invalid, fault.Parameter)
	first := ok(t)(add("codecommit.amazonaws.com", 0)).(*ServiceCredential)
	second := ok(t)(add("codecommit.amazonaws.com", 0)).(*ServiceCredential)
	key := ok(t)(add("bedrock.amazonaws.com", 30)).(*ServiceCredential)
	if first.Login != "ann-at-"+home || second.Login != "ann+1-at-"+home || key.Login != "ann+1-at-"+home || !key.Expires.Equal(next.now.Add(30*24*time.Hour)) {
		t.Errorf("%s %s %s %v", first.Login, second.Login, key.Login, key.Expires)
	}
	_, err = add("codecommit.amazonaws.com", 0)
	wantFault(t, err, fault.Limit, fault.ServiceCredential)
	// The login stays when the user is renamed, and nobody else gets it.
	ok(t)(next.UpdateUser(home, "ann", "", "berta"))
	ok(t)(next.CreateUser(home, UserSpec{Name: "ann"}))
	if c := ok(t)(add("codecommit.amazonaws.com", 0)).(*ServiceCredential); c.Login != "ann+2-at-"+home {
		t.Error(c.Login)
	}
	must(t, next.UpdateServiceCredential(home, "berta", first.ID, false))
	wantFault(t, next.DeleteServiceCredential(home, "ann", first.ID), fault.NotFound, fault.ServiceCredential)
	wantFault(t, next.DeleteUser(home, "berta"), fault.InUse, fault.ServiceCredential)
	view := settled(t, base, next)
	if all, _ := view.ServiceCredentials(home, nil, "", "", 0); len(all) != 4 {
		t.Errorf("%d in all", len(all))
	}
	u := ok(t)(view.User(home, "berta")).(*User)
	if two, _ := view.ServiceCredentials(home, u, "codecommit.amazonaws.com", "", 0); len(two) != 2 {
		t.Errorf("%d of the user", len(two))
	}
	last := NewTx(view, clock, chance(3))
	for _, c := range []*ServiceCredential{first, second, key} {
		must(t, last.DeleteServiceCredential(home, "berta", c.ID))
	}
	must(t, last.DeleteUser(home, "berta"))
	settled(t, view, last)
}

func TestServiceLinkedRole(t *testing.T) {
	for service, want := range map[string]string{"ecs.amazonaws.com": "AWSServiceRoleForECS", "autoscaling.amazonaws.com": "AWSServiceRoleForAutoScaling",
		"ops.new-thing.amazonaws.com": "AWSServiceRoleForOpsNewThing"} {
		if path, name, err := ServiceRoleName(service, ""); err != nil || name != want || path != "/aws-service-role/"+service+"/" {
			t.Errorf("%s: %s %s %v", service, path, name, err)
		}
	}
	for _, bad := range []string{"", "ecs", ".amazonaws.com", "e/s.amazonaws.com", "ecs.example.com", "ECS.amazonaws.com"} {
		_, _, err := ServiceRoleName(bad, "")
		wantFault(t, err, fault.Invalid, fault.Parameter)
	}
	base := begin(t).View(1)
	next := NewTx(base, clock, chance(2))
	_, err := next.CreateServiceLinkedRole(home, "ecs.amazonaws.com", nil, "debug")
	wantFault(t, err, fault.Invalid, fault.ServiceRole)
	ok(t)(next.CreateServiceLinkedRole(home, "autoscaling.amazonaws.com", nil, "debug"))
	r := ok(t)(next.CreateServiceLinkedRole(home, "ecs.amazonaws.com", new("text"), "")).(*Role)
	_, err = next.CreateServiceLinkedRole(home, "ecs.amazonaws.com", nil, "")
	wantFault(t, err, fault.Exists, fault.ServiceRole)
	ok(t)(next.CreateInstanceProfile(home, InstanceProfileSpec{Name: "p"}))
	// Nothing of the role changes but its description and its tags.
	for what, try := range map[string]func() error{
		"trust":    func() error { return only(next.UpdateTrust(home, r.Name, trustHome)) },
		"delete":   func() error { return next.DeleteRole(home, r.Name) },
		"attach":   func() error { return only(next.AttachRolePolicy(home, r.Name, adminARN)) },
		"detach":   func() error { return only(next.DetachRolePolicy(home, r.Name, adminARN)) },
		"put":      func() error { return only(next.PutRolePolicy(home, r.Name, "p", allowAll)) },
		"drop":     func() error { return only(next.DeleteRolePolicy(home, r.Name, "p")) },
		"boundary": func() error { return only(next.PutRoleBoundary(home, r.Name, adminARN)) },
		"unbound":  func() error { return only(next.DeleteRoleBoundary(home, r.Name)) },
		"session":  func() error { return only(next.UpdateRole(home, r.Name, nil, 2*time.Hour)) },
		"profile":  func() error { return next.AddRoleToInstanceProfile(home, "p", r.Name) },
	} {
		if err := try(); err == nil || fault.Of(err).Kind != fault.Unmodifiable {
			t.Errorf("%s: %v", what, err)
		}
	}
	ok(t)(next.UpdateRole(home, r.Name, new("other"), 0))
	ok(t)(next.TagRole(home, r.Name, []Tag{{"k", "v"}}))
	// Nobody makes a role in the services' place.
	_, err = next.CreateRole(home, RoleSpec{Path: "/aws-service-role/x/", Name: "mine", Trust: trustHome})
	wantFault(t, err, fault.Invalid, fault.Parameter)
	ok(t)(next.CreateRole(home, RoleSpec{Name: "ordinary", Trust: trustHome}))
	_, err = next.DeleteServiceLinkedRole(home, "ordinary")
	wantFault(t, err, fault.Invalid, fault.Role)
	d := ok(t)(next.DeleteServiceLinkedRole(home, strings.ToLower(r.Name))).(*RoleDeletion)
	if !regexp.MustCompile(`^task/aws-service-role/ecs\.amazonaws\.com/AWSServiceRoleForECS/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(d.Task) {
		t.Error(d.Task)
	}
	view := settled(t, base, next)
	_, err = view.RoleDeletion(other, d.Task)
	wantFault(t, err, fault.NotFound, fault.RoleDeletion)
	ok(t)(view.RoleDeletion(home, d.Task))
	// A hundred later ones push a deletion out.
	last := NewTx(view, clock.Add(time.Hour), chance(3))
	for i := range maxRoleDeletions {
		made := ok(t)(last.CreateServiceLinkedRole(home, fmt.Sprintf("x%d.amazonaws.com", i), nil, "")).(*Role)
		ok(t)(last.DeleteServiceLinkedRole(home, made.Name))
	}
	_, err = last.RoleDeletion(home, d.Task)
	wantFault(t, err, fault.NotFound, fault.RoleDeletion)
	settled(t, view, last)
}

// What comes from outside is read without a panic, and what was read can be read again.
func FuzzUploads(f *testing.F) {
	f.Add("ssh-rsa AAAAB3NzaC1yc2E=")
	f.Add("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")
	f.Add("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")
	f.Fuzz(func(t *testing.T, text string) {
		if wire, err := readSSHKey(text); err == nil {
			k := &SSHKey{Key: wire}
			again, err := readSSHKey(k.SSH())
			if err != nil || string(again) != string(wire) || k.PEM() == "" || k.Fingerprint() == "" {
				t.Errorf("%q: %v", text, err)
			}
		}
		if list, ok := readCertificates(text, maxChain); ok && (len(list) == 0 || len(list) > maxChain) {
			t.Errorf("%d certificates", len(list))
		}
	})
}
