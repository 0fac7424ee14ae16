package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// sshLine makes a key and its line, as ssh-keygen would.
func sshLine(t *testing.T) (line string, key *rsa.PrivateKey) {
	t.Helper()
	key = must(rsa.GenerateKey(rand.Reader, 2048))(t)
	var wire []byte
	for _, part := range [][]byte{[]byte("ssh-rsa"), big.NewInt(int64(key.E)).Bytes(), append([]byte{0}, key.N.Bytes()...)} {
		wire = append(binary.BigEndian.AppendUint32(wire, uint32(len(part))), part...)
	}
	return "ssh-rsa " + base64.StdEncoding.EncodeToString(wire), key
}

// selfSigned makes a certificate and its key, both in PEM.
func selfSigned(t *testing.T, name string) (body, private string) {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	c := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	der := must(x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key))(t)
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	return block("CERTIFICATE", der), block("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key))(t))
}

// TestCredentials shares one server; each story works on things with names of its own.
func TestCredentials(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	for name, tell := range map[string]func(*testing.T, *who){
		"service-linked role": serviceRoleStory, "ssh key": sshKeyStory, "signing certificate": signingStory,
		"server certificate": serverCertificateStory, "service-specific credential": serviceCredentialStory,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tell(t, by(s, admin(s)))
		})
	}
}

func serviceRoleStory(t *testing.T, a *who) {
	create := func(service, suffix string) (*iam.CreateServiceLinkedRoleOutput, error) {
		in := &iam.CreateServiceLinkedRoleInput{AWSServiceName: &service, Description: aws.String("text")}
		if suffix != "" {
			in.CustomSuffix = &suffix
		}
		return a.iam.CreateServiceLinkedRole(ctx, in)
	}
	r := must(create("batch.amazonaws.com", ""))(t).Role
	if *r.RoleName != "AWSServiceRoleForBatch" || *r.Path != "/aws-service-role/batch.amazonaws.com/" || *r.Description != "text" || r.MaxSessionDuration != nil {
		t.Errorf("created %+v", r)
	}
	_, err := create("batch.amazonaws.com", "")
	says(t, err, "InvalidInput", "Service role name AWSServiceRoleForBatch has been taken in this account, please try a different suffix.")
	_, err = create("es.amazonaws.com", "mine")
	says(t, err, "InvalidInput", "Custom suffix is not allowed for es.amazonaws.com")
	if r := must(create("autoscaling.amazonaws.com", "mine"))(t).Role; *r.RoleName != "AWSServiceRoleForAutoScaling_mine" {
		t.Errorf("with a suffix %s", *r.RoleName)
	}
	const protected = "Cannot perform the operation on the protected role 'AWSServiceRoleForBatch' - this role is only modifiable by AWS"
	_, err = a.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: r.RoleName, PolicyArn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")})
	says(t, err, "UnmodifiableEntity", protected)
	_, err = a.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: r.RoleName})
	says(t, err, "UnmodifiableEntity", protected)
	only := a.user(t, "linker", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:CreateServiceLinkedRole","Resource":"*","Condition":{"StringEquals":{"iam:AWSServiceName":"rds.amazonaws.com"}}}]}`)
	must(only.iam.CreateServiceLinkedRole(ctx, &iam.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("rds.amazonaws.com")}))(t)
	_, err = only.iam.CreateServiceLinkedRole(ctx, &iam.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("eks.amazonaws.com")})
	fails(t, err, "AccessDenied", "role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS")
	task := must(a.iam.DeleteServiceLinkedRole(ctx, &iam.DeleteServiceLinkedRoleInput{RoleName: r.RoleName}))(t).DeletionTaskId
	got := must(a.iam.GetServiceLinkedRoleDeletionStatus(ctx, &iam.GetServiceLinkedRoleDeletionStatusInput{DeletionTaskId: task}))(t)
	if got.Status != types.DeletionTaskStatusTypeSucceeded || got.Reason != nil || !strings.HasPrefix(*task, "task/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch/") {
		t.Errorf("%s: %+v", *task, got)
	}
	_, err = a.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: r.RoleName})
	fails(t, err, "NoSuchEntity")
}

func sshKeyStory(t *testing.T, a *who) {
	a.user(t, "shell")
	name := aws.String("shell")
	line, _ := sshLine(t)
	upload := func(body string) (*iam.UploadSSHPublicKeyOutput, error) {
		return a.iam.UploadSSHPublicKey(ctx, &iam.UploadSSHPublicKeyInput{UserName: name, SSHPublicKeyBody: &body})
	}
	made := must(upload(line))(t).SSHPublicKey
	if *made.SSHPublicKeyBody != line || made.Status != types.StatusTypeActive || *made.UserName != "shell" || made.UploadDate == nil || len(*made.Fingerprint) != 47 {
		t.Errorf("uploaded %+v", made)
	}
	_, err := upload(line + " again")
	fails(t, err, "DuplicateSSHPublicKey")
	_, err = upload("ssh-rsa AAAA")
	fails(t, err, "InvalidPublicKey")
	_, err = upload("key")
	fails(t, err, "UnrecognizedPublicKeyEncoding")
	for encoding, want := range map[types.EncodingType]string{types.EncodingTypeSsh: "ssh-rsa ", types.EncodingTypePem: "-----BEGIN PUBLIC KEY-----\n"} {
		got := must(a.iam.GetSSHPublicKey(ctx, &iam.GetSSHPublicKeyInput{UserName: name, SSHPublicKeyId: made.SSHPublicKeyId, Encoding: encoding}))(t).SSHPublicKey
		if !strings.HasPrefix(*got.SSHPublicKeyBody, want) || *got.Fingerprint != *made.Fingerprint {
			t.Errorf("%s: %+v", encoding, *got.SSHPublicKeyBody)
		}
	}
	must(a.iam.UpdateSSHPublicKey(ctx, &iam.UpdateSSHPublicKeyInput{UserName: name, SSHPublicKeyId: made.SSHPublicKeyId, Status: types.StatusTypeInactive}))(t)
	if list := must(a.iam.ListSSHPublicKeys(ctx, &iam.ListSSHPublicKeysInput{UserName: name}))(t).SSHPublicKeys; len(list) != 1 || list[0].Status != types.StatusTypeInactive {
		t.Errorf("listed %+v", list)
	}
	_, err = a.iam.DeleteSSHPublicKey(ctx, &iam.DeleteSSHPublicKeyInput{UserName: name, SSHPublicKeyId: aws.String("APKAXXXXXXXXXXXXXXXXX")})
	says(t, err, "NoSuchEntity", "The Public Key with id APKAXXXXXXXXXXXXXXXXX cannot be found.")
	must(a.iam.DeleteSSHPublicKey(ctx, &iam.DeleteSSHPublicKeyInput{UserName: name, SSHPublicKeyId: made.SSHPublicKeyId}))(t)
}

func signingStory(t *testing.T, a *who) {
	a.user(t, "signer")
	name := aws.String("signer")
	upload := func(user *string, body string) (*iam.UploadSigningCertificateOutput, error) {
		return a.iam.UploadSigningCertificate(ctx, &iam.UploadSigningCertificateInput{UserName: user, CertificateBody: &body})
	}
	body, _ := selfSigned(t, "a")
	made := must(upload(name, body))(t).Certificate
	if *made.CertificateBody != body || made.Status != types.StatusTypeActive || *made.UserName != "signer" || len(*made.CertificateId) < 24 {
		t.Errorf("uploaded %+v", made)
	}
	_, err := upload(nil, body)
	fails(t, err, "DuplicateCertificate")
	_, err = upload(name, "invalid-certificate-body")
	says(t, err, "MalformedCertificate", "Certificate invalid-certificate-body is malformed.")
	second, _ := selfSigned(t, "b")
	third, _ := selfSigned(t, "c")
	must(upload(name, second))(t)
	_, err = upload(name, third)
	says(t, err, "LimitExceeded", "Cannot exceed quota for CertificatesPerUser: 2")
	must(upload(nil, third))(t) // the caller's own
	if list := must(a.iam.ListSigningCertificates(ctx, &iam.ListSigningCertificatesInput{}))(t).Certificates; len(list) != 1 || *list[0].UserName != "alice" {
		t.Errorf("the caller's %+v", list)
	}
	must(a.iam.UpdateSigningCertificate(ctx, &iam.UpdateSigningCertificateInput{UserName: name, CertificateId: made.CertificateId, Status: types.StatusTypeInactive}))(t)
	_, err = a.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: name})
	fails(t, err, "DeleteConflict")
	_, err = a.iam.DeleteSigningCertificate(ctx, &iam.DeleteSigningCertificateInput{CertificateId: made.CertificateId})
	says(t, err, "NoSuchEntity", "The Certificate with id "+*made.CertificateId+" cannot be found.")
	must(a.iam.DeleteSigningCertificate(ctx, &iam.DeleteSigningCertificateInput{UserName: name, CertificateId: made.CertificateId}))(t)
}

func serverCertificateStory(t *testing.T, a *who) {
	body, private := selfSigned(t, "site")
	_, stranger := selfSigned(t, "other")
	upload := func(name, body, private string) (*iam.UploadServerCertificateOutput, error) {
		return a.iam.UploadServerCertificate(ctx, &iam.UploadServerCertificateInput{ServerCertificateName: &name, CertificateBody: &body, PrivateKey: &private, Path: aws.String("/web/")})
	}
	_, err := upload("site", body, stranger)
	fails(t, err, "KeyPairMismatch")
	_, err = upload("site", "x", private)
	says(t, err, "MalformedCertificate", "Unable to parse certificate. Please ensure the certificate is in PEM format.")
	_, err = upload("site", body, "x")
	fails(t, err, "MalformedCertificate")
	made := must(upload("site", body, private))(t)
	if m := made.ServerCertificateMetadata; *m.Arn != "arn:aws:iam::"+a.s.Account.ID+":server-certificate/web/site" || m.Expiration == nil || m.UploadDate == nil || made.Tags != nil {
		t.Errorf("uploaded %+v", made)
	}
	_, err = upload("SITE", body, private)
	says(t, err, "EntityAlreadyExists", "The Server Certificate with name SITE already exists.")
	must(a.iam.UpdateServerCertificate(ctx, &iam.UpdateServerCertificateInput{ServerCertificateName: aws.String("site"), NewServerCertificateName: aws.String("shop")}))(t)
	got := must(a.iam.GetServerCertificate(ctx, &iam.GetServerCertificateInput{ServerCertificateName: aws.String("shop")}))(t).ServerCertificate
	if *got.CertificateBody != strings.TrimSpace(body) || got.CertificateChain != nil || got.Tags == nil {
		t.Errorf("got %+v", got)
	}
	if list := must(a.iam.ListServerCertificates(ctx, &iam.ListServerCertificatesInput{PathPrefix: aws.String("/web/")}))(t).ServerCertificateMetadataList; len(list) != 1 {
		t.Errorf("listed %+v", list)
	}
	must(a.iam.DeleteServerCertificate(ctx, &iam.DeleteServerCertificateInput{ServerCertificateName: aws.String("shop")}))(t)
	_, err = a.iam.GetServerCertificate(ctx, &iam.GetServerCertificateInput{ServerCertificateName: aws.String("shop")})
	says(t, err, "NoSuchEntity", "The Server Certificate with name shop cannot be found.")
}

func serviceCredentialStory(t *testing.T, a *who) {
	must(a.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("coder")}))(t)
	create := func(user, service string, days *int32) (*iam.CreateServiceSpecificCredentialOutput, error) {
		return a.iam.CreateServiceSpecificCredential(ctx, &iam.CreateServiceSpecificCredentialInput{UserName: &user, ServiceName: &service, CredentialAgeDays: days})
	}
	_, err := create("nobody", "nothing", nil)
	says(t, err, "NoSuchEntity", "The user with name nobody cannot be found.")
	_, err = create("coder", "s3.amazonaws.com", nil)
	says(t, err, "NotSupportedService", "No such service s3.amazonaws.com is supported for Service Specific Credentials")
	c := must(create("coder", "codecommit.amazonaws.com", nil))(t).ServiceSpecificCredential
	if *c.ServiceUserName != "coder-at-"+a.s.Account.ID || len(*c.ServicePassword) != 44 || c.ServiceCredentialSecret != nil || c.ExpirationDate != nil || c.Status != types.StatusTypeActive {
		t.Errorf("created %+v", c)
	}
	reset := must(a.iam.ResetServiceSpecificCredential(ctx, &iam.ResetServiceSpecificCredentialInput{UserName: aws.String("coder"), ServiceSpecificCredentialId: c.ServiceSpecificCredentialId}))(t).ServiceSpecificCredential
	if *reset.ServicePassword == *c.ServicePassword || *reset.ServiceSpecificCredentialId != *c.ServiceSpecificCredentialId {
		t.Errorf("reset %+v", reset)
	}
	k := must(create("coder", "bedrock.amazonaws.com", aws.Int32(30)))(t).ServiceSpecificCredential
	if k.ServicePassword != nil || !strings.HasPrefix(*k.ServiceCredentialSecret, "ABSK") || k.ExpirationDate == nil || !strings.HasPrefix(*k.ServiceCredentialAlias, "coder+1-at-") {
		t.Errorf("created %+v", k)
	}
	list := must(a.iam.ListServiceSpecificCredentials(ctx, &iam.ListServiceSpecificCredentialsInput{UserName: aws.String("coder"), ServiceName: aws.String("codecommit.amazonaws.com")}))(t)
	if len(list.ServiceSpecificCredentials) != 1 || *list.ServiceSpecificCredentials[0].ServiceUserName != *c.ServiceUserName {
		t.Errorf("listed %+v", list)
	}
	must(create("coder", "codecommit.amazonaws.com", nil))(t)
	_, err = create("coder", "codecommit.amazonaws.com", nil)
	fails(t, err, "LimitExceeded", ": 2")
	_, err = a.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("coder")})
	fails(t, err, "DeleteConflict", "must remove referenced objects first")
	_, err = a.iam.DeleteServiceSpecificCredential(ctx, &iam.DeleteServiceSpecificCredentialInput{UserName: aws.String("coder"), ServiceSpecificCredentialId: aws.String("ACCAXXXXXXXXXXXXXXXXX")})
	says(t, err, "NoSuchEntity", "No such credential ACCAXXXXXXXXXXXXXXXXX exists")
}
