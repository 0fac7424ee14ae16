package aws

import (
	"fmt"
	"io"
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/report"
	"github.com/daypass/daypass/internal/usage"
)

// Reports that are ordered first and fetched later: credentials, and which services were last used by whom.
func reportOperations() []op.Operation {
	return []op.Operation{
		op.Read("GenerateCredentialReport",
			func(c *op.Call, _ *iamapi.GenerateCredentialReportInput) ([]access.Ask, error) {
				return one(onAccount(c))
			},
			generateCredentials),
		op.Read("GetCredentialReport",
			func(c *op.Call, _ *iamapi.GetCredentialReportInput) ([]access.Ask, error) { return one(onAccount(c)) },
			func(c *op.Call, _ *iamapi.GetCredentialReportInput) (*iamapi.GetCredentialReportOutput, error) {
				r, err := c.Reports.Fetch(c.Account(), c.Now)
				if err != nil {
					return nil, err
				}
				return &iamapi.GetCredentialReportOutput{Content: r.Content, ReportFormat: ptr("text/csv"), GeneratedTime: &r.Made}, nil
			}),
		op.Read("GenerateServiceLastAccessedDetails",
			func(c *op.Call, in *iamapi.GenerateServiceLastAccessedDetailsInput) ([]access.Ask, error) {
				return onHolder(c, in.Arn)
			},
			generateAccessed),
		op.Read("GetServiceLastAccessedDetails",
			func(c *op.Call, _ *iamapi.GetServiceLastAccessedDetailsInput) ([]access.Ask, error) {
				return one(onAccount(c))
			},
			getAccessed),
		op.Read("GetServiceLastAccessedDetailsWithEntities",
			func(c *op.Call, _ *iamapi.GetServiceLastAccessedDetailsWithEntitiesInput) ([]access.Ask, error) {
				return one(onAccount(c))
			},
			getAccessedBy),
	}
}

// onHolder asks about a user, group, role or managed policy by its resource name. What is not the account's is asked about under
// that name.
func onHolder(c *op.Call, name string) ([]access.Ask, error) {
	j, err := report.NewJob(c.View, c.Account(), name)
	if err != nil && !fault.IsNotFound(err) {
		return nil, err
	}
	a := access.Ask{Action: action(c), Resource: name}
	if err == nil {
		if itself, tags, ok := j.Itself(c.View); ok {
			a.Resource, a.ResourceTags = itself, tags
		}
	}
	return one(a)
}

func generateAccessed(c *op.Call, in *iamapi.GenerateServiceLastAccessedDetailsInput) (*iamapi.GenerateServiceLastAccessedDetailsOutput, error) {
	j, err := report.NewJob(c.View, c.Account(), in.Arn)
	if err != nil {
		return nil, err
	}
	if j.ID, err = newJobID(c.Random); err != nil {
		return nil, err
	}
	j.Made, j.Actions = c.Now, text(in.Granularity, "") == iamapi.AccessAdvisorUsageGranularityTypeACTIONLEVEL
	c.Reports.Take(j)
	return &iamapi.GenerateServiceLastAccessedDetailsOutput{JobId: &j.ID}, nil
}

// newJobID makes a random UUID (RFC 9562, version 4): the 36 characters that the API model asks for.
func newJobID(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fault.Broken(err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}

func getAccessed(c *op.Call, in *iamapi.GetServiceLastAccessedDetailsInput) (*iamapi.GetServiceLastAccessedDetailsOutput, error) {
	p, err := pageOf(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	j, err := c.Reports.Job(c.Account(), in.JobId, c.Now)
	if err != nil {
		return nil, err
	}
	out := &iamapi.GetServiceLastAccessedDetailsOutput{JobStatus: "COMPLETED", JobType: ptr(iamapi.AccessAdvisorUsageGranularityTypeSERVICELEVEL),
		JobCreationDate: j.Made, JobCompletionDate: j.Made, ServicesLastAccessed: []iamapi.ServiceLastAccessed{}, IsTruncated: ptr(false)}
	if j.Actions {
		out.JobType = ptr(iamapi.AccessAdvisorUsageGranularityTypeACTIONLEVEL)
	}
	all, err := j.Services(c.View, c.Accesses, knownActions(), c.Now)
	if err != nil {
		if !fault.IsNotFound(err) {
			return nil, err
		}
		out.JobStatus, out.Error = "FAILED", gone(err)
		return out, nil
	}
	list, last := iam.Slice(all, func(s report.Service) string { return s.Namespace }, p.after, p.limit)
	out.ServicesLastAccessed = each(list, func(s report.Service) iamapi.ServiceLastAccessed { return accessedShape(j, &s) })
	out.IsTruncated, out.Marker = more(last)
	return out, nil
}

// gone is what a report says when what it was to be about was deleted since it was ordered.
func gone(err error) *iamapi.ErrorDetails {
	return &iamapi.ErrorDetails{Code: "NoSuchEntity", Message: fmt.Sprintf("The %s this report is about does not exist any more.", fault.Of(err).What)}
}

func getAccessedBy(c *op.Call, in *iamapi.GetServiceLastAccessedDetailsWithEntitiesInput) (*iamapi.GetServiceLastAccessedDetailsWithEntitiesOutput, error) {
	p, err := pageOf(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	j, err := c.Reports.Job(c.Account(), in.JobId, c.Now)
	if err != nil {
		return nil, err
	}
	list, last := iam.Slice(j.Actors(c.View), func(a report.Actor) string { return a.ARN }, p.after, p.limit)
	out := &iamapi.GetServiceLastAccessedDetailsWithEntitiesOutput{JobStatus: "COMPLETED", JobCreationDate: j.Made, JobCompletionDate: j.Made,
		EntityDetailsList: each(list, func(a report.Actor) iamapi.EntityDetails {
			d := iamapi.EntityDetails{EntityInfo: iamapi.EntityInfo{Arn: a.ARN, Name: a.Name, Type: ownerTypes[a.Kind], Id: a.ID, Path: &a.Path}}
			if u, ok := c.Accesses.Service(a.ID, in.ServiceNamespace, c.Now.Add(-usage.Kept)); ok {
				d.LastAuthenticated = &u.At
			}
			return d
		})}
	out.IsTruncated, out.Marker = more(last)
	return out, nil
}

// accessedShape leaves out what nobody knows: a service that nobody used has no time, entity or region.
func accessedShape(j *report.Job, s *report.Service) iamapi.ServiceLastAccessed {
	out := iamapi.ServiceLastAccessed{ServiceName: report.ServiceName(s.Namespace), ServiceNamespace: s.Namespace, TotalAuthenticatedEntities: ptr(int64(s.Used))}
	if s.Used > 0 {
		out.LastAuthenticated, out.LastAuthenticatedEntity, out.LastAuthenticatedRegion = &s.Last.At, &s.By, opt(s.Last.Region)
	}
	if j.Actions {
		out.TrackedActionsLastAccessed = each(s.Actions, func(a report.Action) iamapi.TrackedActionLastAccessed {
			t := iamapi.TrackedActionLastAccessed{ActionName: &a.Name}
			if a.By != "" {
				t.LastAccessedTime, t.LastAccessedEntity, t.LastAccessedRegion = &a.Last.At, &a.By, opt(a.Last.Region)
			}
			return t
		})
	}
	return out
}

// knownActions are the actions of the services that this door serves.
func knownActions() map[string][]string {
	all := map[string][]string{}
	for _, s := range services(false) {
		for _, name := range s.table.Names() {
			if s.table.Built(name) {
				all[s.name] = append(all[s.name], name)
			}
		}
	}
	return all
}

// roleLastUsed is empty for a role nobody used within the time that is told (IAM API Reference, RoleLastUsed).
func roleLastUsed(c *op.Call, r *iam.Role) *iamapi.RoleLastUsed {
	u, ok := c.Accesses.Last(r.ID, c.Now.Add(-usage.Kept))
	if !ok {
		return &iamapi.RoleLastUsed{}
	}
	return &iamapi.RoleLastUsed{LastUsedDate: ptr(u.At.Truncate(time.Second)), Region: opt(u.Region)}
}
