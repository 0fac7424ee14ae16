package aws

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/report"
)

// generateCredentials writes the report at once; who asks while it is being written, or has a good one, is told so.
func generateCredentials(c *op.Call, _ *iamapi.GenerateCredentialReportInput) (*iamapi.GenerateCredentialReportOutput, error) {
	switch c.Reports.Order(c.Account(), c.Now) {
	case report.Complete:
		return &iamapi.GenerateCredentialReportOutput{State: ptr("COMPLETE")}, nil
	case report.Writing:
		return &iamapi.GenerateCredentialReportOutput{State: ptr("INPROGRESS")}, nil
	}
	var content []byte
	// Whatever happens, the order must not stay behind as one that is being written.
	defer func() { _ = c.Reports.Deliver(c.Account(), nil) }()
	content, err := credentialReport(c)
	if err != nil {
		return nil, err
	}
	if err := c.Reports.Deliver(c.Account(), content); err != nil {
		return nil, err
	}
	return &iamapi.GenerateCredentialReportOutput{State: ptr("STARTED"),
		Description: ptr("No report exists. Starting a new report generation task")}, nil
}

// The columns of the report and the words in them are those of AWS (IAM User Guide, "Generate credential reports for your AWS
// account").
var reportColumns = strings.Fields(`user arn user_creation_time password_enabled password_last_used password_last_changed
	password_next_rotation mfa_active access_key_1_active access_key_1_last_rotated access_key_1_last_used_date
	access_key_1_last_used_region access_key_1_last_used_service access_key_2_active access_key_2_last_rotated
	access_key_2_last_used_date access_key_2_last_used_region access_key_2_last_used_service cert_1_active cert_1_last_rotated
	cert_2_active cert_2_last_rotated`)

// Words of the report.
const (
	notApplicable = "N/A"
	noInformation = "no_information"
	notSupported  = "not_supported"
)

// credentialReport has a line for the root, then one for every user by name.
func credentialReport(c *op.Call) ([]byte, error) {
	a, err := c.View.Account(c.Account())
	if err != nil {
		return nil, err
	}
	extra := c.Quotas.KeysPerUser > 2
	columns := reportColumns
	if extra {
		columns = append(slices.Clone(columns), "additional_credentials_info")
	}
	lines := [][]string{columns, rootLine(c, a, extra)}
	for after, more := "", true; more; {
		page, next := c.View.Users(c.Account(), "/", after, iam.MaxPage)
		for _, u := range page {
			lines = append(lines, userLine(c, u, extra))
		}
		after, more = next, next != ""
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(lines); err != nil {
		return nil, fault.Broken(err)
	}
	// The last line of AWS's report has no end.
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func rootLine(c *op.Call, a *iam.Account, extra bool) []string {
	line := []string{"<root_account>", a.ARN(), reportTime(a.Created), notSupported, noInformation, notSupported, notSupported, strconv.FormatBool(len(c.View.MFADevicesOf(a.ID)) > 0)}
	line = append(line, keyColumns(c, c.View.KeysOf(a.ID, ""))...)
	return withExtra(append(line, certificateColumns(c, a.ID, "")...), c.View.KeysOf(a.ID, ""), extra)
}

func userLine(c *op.Call, u *iam.User, extra bool) []string {
	line := []string{u.Name, u.ARN(), reportTime(u.Created)}
	line = append(line, passwordColumns(c, u)...)
	line = append(line, strconv.FormatBool(len(c.View.MFADevicesOf(u.ID)) > 0))
	line = append(line, keyColumns(c, c.View.KeysOf(u.Account, u.ID))...)
	return withExtra(append(line, certificateColumns(c, u.Account, u.ID)...), c.View.KeysOf(u.Account, u.ID), extra)
}

// passwordColumns are those of a user's password. Nothing is known of its use: there is nothing to sign in to with one.
func passwordColumns(c *op.Call, u *iam.User) []string {
	p, ok := c.View.LoginProfileOf(u)
	if !ok {
		return []string{"false", notApplicable, notApplicable, notApplicable}
	}
	next := notApplicable
	if rules, err := c.View.PasswordPolicy(u.Account); err == nil && rules.MaxAge > 0 {
		next = reportTime(p.Changed.AddDate(0, 0, rules.MaxAge))
	}
	return []string{"true", noInformation, reportTime(p.Changed), next}
}

// keyColumns are those of the first two keys, in the order they were made.
func keyColumns(c *op.Call, keys []*iam.AccessKey) []string {
	keys = slices.SortedFunc(slices.Values(keys), func(a, b *iam.AccessKey) int { return strings.Compare(byAge(a), byAge(b)) })
	var out []string
	for i := range 2 {
		if i >= len(keys) {
			out = append(out, "false", notApplicable, notApplicable, notApplicable, notApplicable)
			continue
		}
		k := keys[i]
		out = append(out, strconv.FormatBool(k.Active), reportTime(k.Created))
		if u, ok := c.KeyUse(k.ID); ok {
			out = append(out, reportTime(u.At), orNA(u.Region), orNA(u.Service))
		} else {
			out = append(out, notApplicable, notApplicable, notApplicable)
		}
	}
	return out
}

// certificateColumns are those of the first two signing certificates, in the order they came.
func certificateColumns(c *op.Call, account, userID string) []string {
	list := slices.Clone(c.View.SigningCertificates(account, userID))
	slices.SortFunc(list, func(a, b *iam.SigningCertificate) int {
		return cmp.Or(a.Created.Compare(b.Created), strings.Compare(a.ID, b.ID))
	})
	var out []string
	for i := range 2 {
		if i < len(list) {
			out = append(out, strconv.FormatBool(list[i].Active), reportTime(list[i].Created))
		} else {
			out = append(out, "false", notApplicable)
		}
	}
	return out
}

// withExtra adds the column that counts the keys beyond the second, where the quotas allow them.
func withExtra(line []string, keys []*iam.AccessKey, extra bool) []string {
	if !extra {
		return line
	}
	info := notApplicable
	if more := len(keys) - 2; more > 0 {
		info = strconv.Itoa(more) + " more access keys; see ListAccessKeys"
	}
	return append(line, info)
}

// reportTime is the report's spelling of times.
func reportTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05+00:00") }

func orNA(s string) string {
	if s == "" {
		return notApplicable
	}
	return s
}
