package iam

import (
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/fault"
)

// serviceRolePath is where the roles linked to services live: nobody else's roles do.
const serviceRolePath = "/aws-service-role/"

// maxRoleDeletions is how many finished deletions of linked roles an account remembers.
const maxRoleDeletions = 100

// ServiceLinked says whether the role belongs to a service: only that service, or who deletes it as such, may change it.
func (r *Role) ServiceLinked() bool { return strings.HasPrefix(r.Path, serviceRolePath) }

// ordinaryRole is a role that its account may change: Unmodifiable for one that is linked to a service.
func (t *Tx) ordinaryRole(account, name string) (*Role, error) {
	r, err := t.Role(account, name)
	if err == nil && r.ServiceLinked() {
		return nil, fault.New(fault.Unmodifiable, fault.Role, r.Name)
	}
	return r, err
}

// ServiceRoleName gives the path and the name of the role that is linked to a service, which is named by its principal. For a service
// that is not in the table the name is made of the words before ".amazonaws.com", and a suffix is allowed. It fails with Invalid.
func ServiceRoleName(service, suffix string) (path, name string, err error) {
	stem, ok := strings.CutSuffix(service, ".amazonaws.com")
	if !ok || stem == "" || len(service) > 128 || strings.Trim(stem, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" {
		return "", "", fault.BadParameter("awsServiceName", service)
	}
	name, noSuffix := serviceRoleNames[service]
	if !noSuffix && name == "" {
		name, ok = suffixedRoleNames[service]
		if !ok {
			for _, word := range strings.FieldsFunc(stem, func(r rune) bool { return r == '.' || r == '-' }) {
				name += strings.ToUpper(word[:1]) + word[1:]
			}
		}
	} else if suffix != "" {
		return "", "", fault.New(fault.Invalid, fault.ServiceRole, service)
	}
	name = "AWSServiceRoleFor" + name
	if suffix != "" {
		name += "_" + suffix
	}
	return serviceRolePath + service + "/", name, checkName("roleName", name, 64)
}

// CreateServiceLinkedRole adds the role of a service, which that service alone may assume. It fails with NotFound (account), Invalid,
// Exists with What ServiceRole, or Limit.
func (t *Tx) CreateServiceLinkedRole(account, service string, description *string, suffix string) (*Role, error) {
	path, name, err := ServiceRoleName(service, suffix)
	if err != nil {
		return nil, err
	}
	if _, err := t.Role(account, name); err == nil {
		return nil, fault.Taken(fault.ServiceRole, name)
	}
	trust := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":[%q]},"Action":["sts:AssumeRole"]}]}`, service)
	defer t.wordsItself()()
	return t.addRole(account, RoleSpec{Path: path, Name: name, Trust: trust, Description: description})
}

// RoleDeletion is a finished deletion of a role that was linked to a service.
type RoleDeletion struct {
	Account string    `json:"account"`
	Task    string    `json:"task"` // task/aws-service-role/SERVICE/ROLE/UUID
	Done    time.Time `json:"done"`
}

func (d *RoleDeletion) rowKey() string { return roleDeletionsIn(d.Account) + d.Task }
func (d *RoleDeletion) also() []string { return nil }
func (d *RoleDeletion) prepare()       {}

func roleDeletionsIn(account string) string { return "roledeletion/" + account + "/" }

func (d *RoleDeletion) check(c *checker) {
	c.ofAccount(d, d.Account)
	c.want(strings.HasPrefix(d.Task, "task"+serviceRolePath) && !d.Done.IsZero(), d, "malformed")
}

// RoleDeletion finds a deletion by its task; NotFound otherwise, also when a hundred others have followed it.
func (s *tables) RoleDeletion(account, task string) (*RoleDeletion, error) {
	if d, ok := onShelf[*RoleDeletion](s, roleDeletionsIn(account)+task); ok {
		return d, nil
	}
	return nil, fault.Missing(fault.RoleDeletion, task)
}

// DeleteServiceLinkedRole removes the role of a service. There are no services here that could still need it, so it is done at once;
// the task is for those who ask how it went. It fails with NotFound or Invalid (another sort of role).
func (t *Tx) DeleteServiceLinkedRole(account, name string) (*RoleDeletion, error) {
	r, err := t.Role(account, name)
	if err != nil {
		return nil, err
	}
	if !r.ServiceLinked() {
		return nil, fault.New(fault.Invalid, fault.Role, r.Name)
	}
	id, err := t.newUUID()
	if err != nil {
		return nil, err
	}
	old := shelfAll[*RoleDeletion](&t.tables, roleDeletionsIn(account))
	if len(old) >= maxRoleDeletions {
		t.drop(slices.MinFunc(old, func(a, b *RoleDeletion) int { return a.Done.Compare(b.Done) }))
	}
	t.drop(r)
	return put(t, &RoleDeletion{Account: account, Task: "task" + r.Path + r.Name + "/" + id, Done: t.now})
}

// newUUID makes a random UUID (RFC 9562, version 4).
func (t *Tx) newUUID() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(t.random, b[:]); err != nil {
		return "", fault.Broken(fmt.Errorf("iam: no randomness: %w", err))
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
}

// suffixedRoleNames are the services whose roles may have a suffix, so that an account can have several; what follows
// "AWSServiceRoleFor" in their names.
var suffixedRoleNames = map[string]string{
	"autoscaling.amazonaws.com": "AutoScaling", "connect.amazonaws.com": "AmazonConnect", "lexv2.amazonaws.com": "LexV2Bots",
}

// serviceRoleNames are the services with one role ("AWS services that work with IAM", IAM User Guide, and the services' own guides); what
// follows "AWSServiceRoleFor" in its name.
var serviceRoleNames = map[string]string{
	"access-analyzer.amazonaws.com":                   "AccessAnalyzer",
	"accountdiscovery.ssm.amazonaws.com":              "AmazonSSM_AccountDiscovery",
	"acm.amazonaws.com":                               "CertificateManager",
	"appmesh.amazonaws.com":                           "AppMesh",
	"autoscaling-plans.amazonaws.com":                 "AutoScalingPlans_EC2AutoScaling",
	"backup.amazonaws.com":                            "Backup",
	"batch.amazonaws.com":                             "Batch",
	"cassandra.application-autoscaling.amazonaws.com": "ApplicationAutoScaling_CassandraTable",
	"cks.kms.amazonaws.com":                           "KeyManagementServiceCustomKeyStores",
	"cloudtrail.amazonaws.com":                        "CloudTrail",
	"codestar-notifications.amazonaws.com":            "CodeStarNotifications",
	"config.amazonaws.com":                            "Config",
	"dms.amazonaws.com":                               "DMSServerless",
	"dynamodb.application-autoscaling.amazonaws.com":  "ApplicationAutoScaling_DynamoDBTable",
	"ec2.application-autoscaling.amazonaws.com":       "ApplicationAutoScaling_EC2SpotFleetRequest",
	"ec2-instance-connect.amazonaws.com":              "Ec2InstanceConnect",
	"ecr.amazonaws.com":                               "ECRTemplate",
	"ecs.amazonaws.com":                               "ECS",
	"ecs.application-autoscaling.amazonaws.com":       "ApplicationAutoScaling_ECSService",
	"eks.amazonaws.com":                               "AmazonEKS",
	"eks-connector.amazonaws.com":                     "AmazonEKSConnector",
	"eks-fargate.amazonaws.com":                       "AmazonEKSForFargate",
	"eks-nodegroup.amazonaws.com":                     "AmazonEKSNodegroup",
	"elasticache.amazonaws.com":                       "ElastiCache",
	"elasticbeanstalk.amazonaws.com":                  "ElasticBeanstalk",
	"elasticfilesystem.amazonaws.com":                 "AmazonElasticFileSystem",
	"elasticloadbalancing.amazonaws.com":              "ElasticLoadBalancing",
	"elasticmapreduce.amazonaws.com":                  "EMRCleanup",
	"email.cognito-idp.amazonaws.com":                 "AmazonCognitoIdpEmailService",
	"emr-containers.amazonaws.com":                    "AmazonEMRContainers",
	"es.amazonaws.com":                                "AmazonElasticsearchService",
	"fis.amazonaws.com":                               "FIS",
	"globalaccelerator.amazonaws.com":                 "GlobalAccelerator",
	"grafana.amazonaws.com":                           "AmazonGrafana",
	"guardduty.amazonaws.com":                         "AmazonGuardDuty",
	"imagebuilder.amazonaws.com":                      "ImageBuilder",
	"inspector2.amazonaws.com":                        "AmazonInspector2",
	"kafka.amazonaws.com":                             "Kafka",
	"kafkaconnect.amazonaws.com":                      "KafkaConnect",
	"lakeformation.amazonaws.com":                     "LakeFormationDataAccess",
	"lambda.application-autoscaling.amazonaws.com":    "ApplicationAutoScaling_LambdaConcurrency",
	"lex.amazonaws.com":                               "LexBots",
	"lightsail.amazonaws.com":                         "Lightsail",
	"logger.cloudfront.amazonaws.com":                 "CloudFrontLogger",
	"memorydb.amazonaws.com":                          "MemoryDB",
	"mq.amazonaws.com":                                "AmazonMQ",
	"mrk.kms.amazonaws.com":                           "KeyManagementServiceMultiRegionKeys",
	"observability.aoss.amazonaws.com":                "AmazonOpenSearchServerless",
	"opensearchservice.amazonaws.com":                 "AmazonOpenSearchService",
	"ops.apigateway.amazonaws.com":                    "APIGateway",
	"ops.emr-serverless.amazonaws.com":                "AmazonEMRServerless",
	"organizations.amazonaws.com":                     "Organizations",
	"rds.amazonaws.com":                               "RDS",
	"rds.application-autoscaling.amazonaws.com":       "ApplicationAutoScaling_RDSCluster",
	"redshift.amazonaws.com":                          "Redshift",
	"replication.ecr.amazonaws.com":                   "ECRReplication",
	"replicator.lambda.amazonaws.com":                 "LambdaReplicator",
	"sagemaker.application-autoscaling.amazonaws.com": "ApplicationAutoScaling_SageMakerEndpoint",
	"securityhub.amazonaws.com":                       "SecurityHub",
	"spot.amazonaws.com":                              "EC2Spot",
	"spotfleet.amazonaws.com":                         "EC2SpotFleet",
	"ssm.amazonaws.com":                               "AmazonSSM",
	"sso.amazonaws.com":                               "SSO",
	"support.amazonaws.com":                           "Support",
	"transitgateway.amazonaws.com":                    "VPCTransitGateway",
	"trustedadvisor.amazonaws.com":                    "TrustedAdvisor",
	"vpc-lattice.amazonaws.com":                       "VpcLattice",
	"wafv2.amazonaws.com":                             "WAFV2Logging",
}
