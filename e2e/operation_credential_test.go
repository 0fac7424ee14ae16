package e2e

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// held are the ids of what the user "holder" has.
type held struct {
	key, certificate, credential, task string
	line, body, private                string // to upload
}

func (w *who) holder(t *testing.T) held {
	t.Helper()
	name := aws.String("holder")
	w.user(t, *name)
	line, _ := sshLine(t)
	body, _ := selfSigned(t, "holder")
	must(w.iam.CreateServiceLinkedRole(ctx, &iam.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("spot.amazonaws.com")}))(t)
	h := held{
		key:         *must(w.iam.UploadSSHPublicKey(ctx, &iam.UploadSSHPublicKeyInput{UserName: name, SSHPublicKeyBody: &line}))(t).SSHPublicKey.SSHPublicKeyId,
		certificate: *must(w.iam.UploadSigningCertificate(ctx, &iam.UploadSigningCertificateInput{UserName: name, CertificateBody: &body}))(t).Certificate.CertificateId,
		credential: *must(w.iam.CreateServiceSpecificCredential(ctx, &iam.CreateServiceSpecificCredentialInput{UserName: name,
			ServiceName: aws.String("codecommit.amazonaws.com")}))(t).ServiceSpecificCredential.ServiceSpecificCredentialId,
		task: *must(w.iam.DeleteServiceLinkedRole(ctx, &iam.DeleteServiceLinkedRoleInput{RoleName: aws.String("AWSServiceRoleForEC2Spot")}))(t).DeletionTaskId,
	}
	h.line, _ = sshLine(t)
	h.body, h.private = selfSigned(t, "site")
	return h
}

func credentialArea(f fixture) area {
	var a area
	set, iam := in("iam", &a.setup), in("iam", &a.list)
	set("CreateServiceLinkedRole", "AWSServiceName", "ecs.amazonaws.com")
	iam("CreateServiceLinkedRole", "AWSServiceName", "ecs.amazonaws.com")
	iam("DeleteServiceLinkedRole", "RoleName", "AWSServiceRoleForECS")
	iam("GetServiceLinkedRoleDeletionStatus", "DeletionTaskId", f.held.task)

	iam("UploadSSHPublicKey", "UserName", "holder", "SSHPublicKeyBody", f.held.line)
	iam("GetSSHPublicKey", "UserName", "holder", "SSHPublicKeyId", f.held.key, "Encoding", "PEM")
	iam("ListSSHPublicKeys", "UserName", "holder")
	iam("UpdateSSHPublicKey", "UserName", "holder", "SSHPublicKeyId", f.held.key, "Status", "Inactive")
	iam("DeleteSSHPublicKey", "UserName", "holder", "SSHPublicKeyId", f.held.key)

	iam("UploadSigningCertificate", "UserName", "holder", "CertificateBody", f.held.body)
	iam("ListSigningCertificates", "UserName", "holder")
	iam("UpdateSigningCertificate", "UserName", "holder", "CertificateId", f.held.certificate, "Status", "Inactive")
	iam("DeleteSigningCertificate", "UserName", "holder", "CertificateId", f.held.certificate)

	iam("UploadServerCertificate", "ServerCertificateName", "site", "CertificateBody", f.held.body, "PrivateKey", f.held.private)
	iam("GetServerCertificate", "ServerCertificateName", "site")
	iam("ListServerCertificates")
	iam("UpdateServerCertificate", "ServerCertificateName", "site", "NewPath", "/a/")
	iam("TagServerCertificate", "ServerCertificateName", "site", "Tags.member.1.Key", "k", "Tags.member.1.Value", "v")
	iam("ListServerCertificateTags", "ServerCertificateName", "site")
	iam("UntagServerCertificate", "ServerCertificateName", "site", "TagKeys.member.1", "k")
	iam("DeleteServerCertificate", "ServerCertificateName", "site")

	iam("CreateServiceSpecificCredential", "UserName", "holder", "ServiceName", "bedrock.amazonaws.com", "CredentialAgeDays", "30")
	iam("ListServiceSpecificCredentials", "UserName", "holder")
	iam("UpdateServiceSpecificCredential", "UserName", "holder", "ServiceSpecificCredentialId", f.held.credential, "Status", "Inactive")
	iam("ResetServiceSpecificCredential", "UserName", "holder", "ServiceSpecificCredentialId", f.held.credential)
	iam("DeleteServiceSpecificCredential", "UserName", "holder", "ServiceSpecificCredentialId", f.held.credential)
	return a
}
