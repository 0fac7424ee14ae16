package aws

import (
	"strings"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/report"
	"github.com/daypass/daypass/policy"
)

// Reports on which services were last used in a part of an organization.
func organizationReportOperations() []op.Operation {
	return []op.Operation{
		op.Read("GenerateOrganizationsAccessReport",
			func(c *op.Call, in *iamapi.GenerateOrganizationsAccessReportInput) ([]access.Ask, error) {
				a := access.Ask{Action: action(c), Resource: "arn:aws:iam::" + c.Account() + ":access-report/" + strings.TrimSuffix(in.EntityPath, "/")}
				if in.OrganizationsPolicyId != nil {
					a.Keys = []access.Key{{Name: "iam:organizationspolicyid", Values: policy.Single(*in.OrganizationsPolicyId)}}
				}
				return one(a)
			},
			func(c *op.Call, in *iamapi.GenerateOrganizationsAccessReportInput) (*iamapi.GenerateOrganizationsAccessReportOutput, error) {
				j, err := report.NewPartJob(c.View, c.Account(), in.EntityPath, text(in.OrganizationsPolicyId, ""))
				if err != nil {
					return nil, err
				}
				if j.ID, err = newJobID(c.Random); err != nil {
					return nil, err
				}
				j.Made = c.Now
				return &iamapi.GenerateOrganizationsAccessReportOutput{JobId: &j.ID}, c.Reports.TakePart(j)
			}),
		op.Read("GetOrganizationsAccessReport", onAny[iamapi.GetOrganizationsAccessReportInput], getOrganizationReport),
	}
}

func getOrganizationReport(c *op.Call, in *iamapi.GetOrganizationsAccessReportInput) (*iamapi.GetOrganizationsAccessReportOutput, error) {
	p, err := pageOf(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	j, err := c.Reports.PartJob(c.Account(), in.JobId, c.Now)
	if err != nil {
		return nil, err
	}
	out := &iamapi.GetOrganizationsAccessReportOutput{JobStatus: "COMPLETED", JobCreationDate: j.Made, JobCompletionDate: &j.Made, IsTruncated: ptr(false)}
	all, err := j.Part(c.View, c.Accesses, knownActions(), c.Now)
	if err != nil {
		f := fault.Of(err)
		if f == nil || f.Kind == fault.Internal {
			return nil, err
		}
		out.JobStatus, out.ErrorDetails = "FAILED", &iamapi.ErrorDetails{Code: "NoSuchEntity", Message: "What this report is about does not exist there any more."}
		return out, nil
	}
	unused := 0
	for i := range all {
		if all[i].Accounts == 0 {
			unused++
		}
	}
	out.NumberOfServicesAccessible, out.NumberOfServicesNotAccessed = ptr(int64(len(all))), ptr(int64(unused))
	key := text(in.SortKey, iamapi.SortKeyTypeSERVICENAMESPACEASCENDING)
	order := report.Order{
		ByTime:     key == iamapi.SortKeyTypeLASTAUTHENTICATEDTIMEASCENDING || key == iamapi.SortKeyTypeLASTAUTHENTICATEDTIMEDESCENDING,
		Descending: key == iamapi.SortKeyTypeSERVICENAMESPACEDESCENDING || key == iamapi.SortKeyTypeLASTAUTHENTICATEDTIMEDESCENDING,
	}
	list, last, err := order.Page(all, p.after, p.limit)
	if err != nil {
		return nil, err
	}
	out.AccessDetails = each(list, func(s report.PartService) iamapi.AccessDetail {
		d := iamapi.AccessDetail{ServiceName: report.ServiceName(s.Namespace), ServiceNamespace: s.Namespace, TotalAuthenticatedEntities: ptr(int64(s.Accounts))}
		if s.Accounts > 0 {
			d.LastAuthenticatedTime, d.EntityPath, d.Region = &s.Last.At, &s.Path, opt(s.Last.Region)
		}
		return d
	})
	out.IsTruncated, out.Marker = more(last)
	return out, nil
}
