package credential

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/secret"
)

func TestServerCertificateKeys(t *testing.T) {
	block := func(kind string, der []byte, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "x"}, NotAfter: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	body := block("CERTIFICATE", der, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	private := block("PRIVATE KEY", pkcs8, err)
	sec1, err := x509.MarshalECPrivateKey(key)
	old := "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + block("EC PRIVATE KEY", sec1, err)
	wrong, err := x509.MarshalPKCS8PrivateKey(other)

	root, tx := newRoot(t), withUser(t)
	upload := func(name, private string) (*iam.ServerCertificate, error) {
		return UploadServerCertificate(tx, root, home, iam.ServerCertificateSpec{Name: name, Body: body}, secret.New(private))
	}
	if _, err := upload("a", block("PRIVATE KEY", wrong, err)); !isFault(err, fault.Invalid, fault.PrivateKey) {
		t.Errorf("another's key: %v", err)
	}
	for _, bad := range []string{"", "x", private + private, body, "text\n" + private, "-----BEGIN PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END PRIVATE KEY-----"} {
		if _, err := upload("a", bad); !isFault(err, fault.Malformed, fault.PrivateKey) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for name, text := range map[string]string{"new": private, "old": old} {
		made, err := upload(name, text)
		if err != nil || bytes.Contains(made.Sealed, []byte("PRIVATE")) {
			t.Fatalf("%s: %v", name, err)
		}
		if got, err := OpenServerCertificate(root, made); err != nil || got.Reveal() != text {
			t.Errorf("%s: %v", name, err)
		}
		moved := *made
		moved.ID = "ASCAAAAAAAAAAAAAAAAAA"
		if _, err := OpenServerCertificate(root, &moved); err == nil {
			t.Errorf("%s opens in the place of another", name)
		}
	}
}

func TestServiceCredentialSecrets(t *testing.T) {
	root, tx := newRoot(t), withUser(t)
	c, password, err := NewServiceCredential(tx, root, rand.Reader, home, "ann", "codecommit.amazonaws.com", 0)
	if err != nil || len(password.Reveal()) != 44 || bytes.Contains(c.Sealed, []byte(password.Reveal())) {
		t.Fatalf("%+v %v", c, err)
	}
	if got, err := OpenServiceCredential(root, c); err != nil || !got.Equal(password) {
		t.Error(err)
	}
	again, next, err := ResetServiceCredential(tx, root, rand.Reader, home, "ann", c.ID)
	if err != nil || next.Equal(password) || again.ID != c.ID {
		t.Errorf("%+v %v", again, err)
	}
	if got, err := OpenServiceCredential(root, again); err != nil || !got.Equal(next) {
		t.Error(err)
	}
}
