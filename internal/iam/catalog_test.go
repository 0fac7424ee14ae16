package iam

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/policy"
)

// TestOffered: every policy has its document, every document its policy, and no id or name is given twice.
func TestOffered(t *testing.T) {
	ids, names := map[string]bool{}, map[string]bool{}
	files, err := managedDocuments.ReadDir("managed")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(offered) {
		t.Errorf("%d documents for %d policies", len(files), len(offered))
	}
	for i, o := range offered {
		if ids[o.id] || names[fold(o.name)] || !IsUniqueID(o.id) || !strings.HasPrefix(o.id, PrefixPolicy) {
			t.Errorf("%s: id %s or name is there twice, or not of a policy", o.name, o.id)
		}
		ids[o.id], names[fold(o.name)] = true, true
		if i > 0 && fold(offered[i-1].name) >= fold(o.name) {
			t.Errorf("%s is out of order", o.name)
		}
		if path, err := checkPath(o.path); err != nil || path != o.path || checkName("", o.name, 128) != nil || checkDescription(o.description) != nil {
			t.Errorf("%s: bad path, name or description", o.name)
		}
		b, err := managedDocuments.ReadFile("managed/" + o.name + ".json")
		if err != nil {
			t.Error(err)
			continue
		}
		if _, err := policy.Parse(policy.AWS(), policy.Managed, b); err != nil {
			t.Errorf("%s: %v", o.name, err)
		}
		if _, ok := newCatalog().policies.Get(fold(o.name)); !ok {
			t.Errorf("%s is not in the catalog", o.name)
		}
	}
}

// TestOfferedByTheirNames: tools attach these by name, under the path that AWS has them at.
func TestOfferedByTheirNames(t *testing.T) {
	tx := begin(t)
	for _, name := range strings.Fields(`AdministratorAccess PowerUserAccess ReadOnlyAccess SecurityAudit AWSDenyAll job-function/ViewOnlyAccess
		job-function/SupportUser job-function/SystemAdministrator job-function/DatabaseAdministrator job-function/NetworkAdministrator
		job-function/Billing job-function/DataScientist IAMFullAccess IAMReadOnlyAccess IAMUserChangePassword IAMUserSSHKeys
		IAMSelfManageServiceSpecificCredentials AmazonS3FullAccess AmazonS3ReadOnlyAccess AmazonDynamoDBFullAccess
		AmazonDynamoDBReadOnlyAccess AmazonSQSFullAccess AmazonSQSReadOnlyAccess AmazonSNSFullAccess AmazonSNSReadOnlyAccess
		AmazonEC2FullAccess AmazonEC2ReadOnlyAccess AmazonEC2ContainerRegistryFullAccess AmazonEC2ContainerRegistryPowerUser
		AmazonEC2ContainerRegistryReadOnly AmazonEKSClusterPolicy AmazonEKSWorkerNodePolicy AmazonEKS_CNI_Policy
		service-role/AmazonECSTaskExecutionRolePolicy service-role/AWSLambdaBasicExecutionRole
		service-role/AWSLambdaVPCAccessExecutionRole CloudWatchFullAccess CloudWatchReadOnlyAccess CloudWatchLogsFullAccess
		CloudWatchAgentServerPolicy AmazonSSMManagedInstanceCore AmazonRDSFullAccess AmazonRDSReadOnlyAccess
		service-role/AmazonRDSEnhancedMonitoringRole AWSKeyManagementServicePowerUser SecretsManagerReadWrite AWSOrganizationsFullAccess
		AWSOrganizationsReadOnlyAccess aws-service-role/AutoScalingServiceRolePolicy aws-service-role/AWSElasticLoadBalancingServiceRolePolicy`) {
		p, err := tx.Policy(home, "arn:aws:iam::aws:policy/"+name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		ok(t)(tx.CreateRole(home, RoleSpec{Name: "r" + p.Name[:min(len(p.Name), 60)], Trust: trustHome}))
		ok(t)(tx.AttachRolePolicy(home, "r"+p.Name[:min(len(p.Name), 60)], p.ARN()))
	}
	// The path is a part of the name.
	_, err := tx.Policy(home, "arn:aws:iam::aws:policy/ViewOnlyAccess")
	wantFault(t, err, fault.NotFound, fault.Policy)
	if page, _ := tx.Policies(home, PolicyFilter{Scope: ScopeAWS, PathPrefix: "/job-function/"}, "", 0); len(page) != 7 {
		t.Errorf("%d job functions", len(page))
	}
	settled(t, Empty(), tx)
}

// verdicts attaches a policy of the catalog to a new user and says what he may do.
func verdicts(t *testing.T, arn string) func(action string) policy.Verdict {
	t.Helper()
	tx := begin(t)
	ok(t)(tx.CreateUser(home, UserSpec{Name: "u"}))
	u := ok(t)(tx.AttachUserPolicy(home, "u", arn)).(*User)
	v := tx.View(1)
	return func(action string) policy.Verdict { return decide(v, u, action) }
}

// TestReadersOnlyRead: what calls itself a reader grants no writing, and nothing that gives out a secret or a credential.
func TestReadersOnlyRead(t *testing.T) {
	// Actions that read by their name, and give away what lets somebody act as somebody else.
	secrets := strings.Fields(`secretsmanager:GetSecretValue secretsmanager:BatchGetSecretValue secretsmanager:GetRandomPassword ssm:GetParameter ssm:GetParameters
		ssm:GetParametersByPath ssm:GetParameterHistory ssm:GetAccessToken kms:Decrypt kms:GetParametersForImport ec2:GetPasswordData ecr:GetAuthorizationToken
		ecr-public:GetAuthorizationToken codeartifact:GetAuthorizationToken redshift:GetClusterCredentials redshift-serverless:GetCredentials
		sts:AssumeRole sts:GetSessionToken sts:GetFederationToken sts:GetWebIdentityToken sts:AssumeRoot s3:GetDataAccess lakeformation:GetDataAccess
		lakeformation:GetTemporaryGlueTableCredentials glue:GetConnection glue:GetConnections cognito-identity:GetCredentialsForIdentity
		cognito-identity:GetOpenIdToken lightsail:GetInstanceAccessDetails lightsail:DownloadDefaultKeyPair lightsail:GetRelationalDatabaseMasterUserPassword
		route53domains:RetrieveDomainAuthCode rds-db:connect dsql:DbConnect apigateway:GET appstream:GetParametersForThemeAssetUpload chime:GetVoiceConnectorTerminationHealth sso:GetRoleCredentials
		signin:CreateOAuth2Token`)
	for _, name := range []string{"ReadOnlyAccess", "SecurityAudit", "job-function/ViewOnlyAccess"} {
		may := verdicts(t, "arn:aws:iam::aws:policy/"+name)
		for _, action := range secrets {
			if may(action) == policy.Allow {
				t.Errorf("%s allows %s", name, action)
			}
		}
	}
	reads := []string{"Get", "List", "Describe", "BatchGet", "BatchDescribe", "BatchCheck", "Check", "LookupEvents", "Search", "Select", "View", "Query", "Scan",
		"FilterLogEvents", "Simulate", "Validate", "Test", "Estimate", "Download", "ConditionCheckItem", "PartiQLSelect", "GenerateCredentialReport",
		"GenerateServiceLastAccessedDetails", "GenerateOrganizationsAccessReport", "GenerateQuery", "StartQuery", "StopQuery", "StartLiveTail", "StopLiveTail",
		"SubscribeToShard", "ESHttpGet", "ESHttpHead", "GitPull"}
	for _, o := range offered {
		if !strings.Contains(o.name, "ReadOnly") && o.name != "SecurityAudit" && o.name != "ViewOnlyAccess" {
			continue
		}
		for _, action := range granted(t, o.name) {
			_, verb, _ := strings.Cut(action, ":")
			if !slices.ContainsFunc(reads, func(r string) bool { return strings.HasPrefix(verb, r) }) {
				t.Errorf("%s grants %s", o.name, action)
			}
		}
	}
}

// granted lists the actions of a document as they are written.
func granted(t *testing.T, name string) (all []string) {
	t.Helper()
	b, err := managedDocuments.ReadFile("managed/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Statement []struct {
			Effect string
			Action any
		}
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	for _, s := range doc.Statement {
		switch a := s.Action.(type) {
		case string:
			all = append(all, a)
		case []any:
			for _, one := range a {
				all = append(all, one.(string))
			}
		default:
			t.Fatalf("%s: a statement without actions", name)
		}
	}
	return all
}

// TestOfferedDecide: some of what the names promise, and some of what they do not.
func TestOfferedDecide(t *testing.T) {
	for name, c := range map[string]map[string]policy.Verdict{
		"AWSDenyAll":                               {"s3:GetObject": policy.ExplicitDeny},
		"job-function/ViewOnlyAccess":              {"s3:ListAllMyBuckets": policy.Allow, "s3:GetObject": policy.ImplicitDeny, "iam:ListUsers": policy.Allow, "iam:GetUser": policy.ImplicitDeny},
		"job-function/SystemAdministrator":         {"ec2:RunInstances": policy.Allow, "iam:CreateUser": policy.ImplicitDeny, "iam:AttachRolePolicy": policy.ImplicitDeny},
		"job-function/DatabaseAdministrator":       {"rds:CreateDBInstance": policy.Allow, "iam:CreateUser": policy.ImplicitDeny},
		"job-function/NetworkAdministrator":        {"ec2:CreateVpc": policy.Allow, "ec2:RunInstances": policy.ImplicitDeny},
		"job-function/Billing":                     {"billing:GetBillingData": policy.Allow, "ec2:DescribeInstances": policy.ImplicitDeny},
		"AmazonSQSFullAccess":                      {"sqs:SendMessage": policy.Allow, "sns:Publish": policy.ImplicitDeny},
		"AmazonSQSReadOnlyAccess":                  {"sqs:GetQueueAttributes": policy.Allow, "sqs:ReceiveMessage": policy.ImplicitDeny},
		"AmazonEC2ContainerRegistryPowerUser":      {"ecr:PutImage": policy.Allow, "ecr:DeleteRepository": policy.ImplicitDeny},
		"AmazonEC2ContainerRegistryReadOnly":       {"ecr:GetAuthorizationToken": policy.Allow, "ecr:PutImage": policy.ImplicitDeny},
		"SecretsManagerReadWrite":                  {"secretsmanager:GetSecretValue": policy.Allow, "secretsmanager:PutResourcePolicy": policy.ExplicitDeny},
		"AWSKeyManagementServicePowerUser":         {"kms:CreateKey": policy.Allow, "kms:Decrypt": policy.ImplicitDeny, "kms:ScheduleKeyDeletion": policy.ImplicitDeny},
		"service-role/AWSLambdaBasicExecutionRole": {"logs:PutLogEvents": policy.Allow, "logs:DeleteLogGroup": policy.ImplicitDeny},
		"AWSOrganizationsReadOnlyAccess":           {"organizations:ListAccounts": policy.Allow, "organizations:CreateAccount": policy.ImplicitDeny},
		"IAMUserChangePassword":                    {"iam:GetAccountPasswordPolicy": policy.Allow, "iam:CreateUser": policy.ImplicitDeny},
	} {
		may := verdicts(t, "arn:aws:iam::aws:policy/"+name)
		for action, want := range c {
			if got := may(action); got != want {
				t.Errorf("%s: %s is %v, want %v", name, action, got, want)
			}
		}
	}
}

func BenchmarkCatalog(b *testing.B) {
	for b.Loop() {
		newCatalog()
	}
}
