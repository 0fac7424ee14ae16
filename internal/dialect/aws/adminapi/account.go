package adminapi

import (
	"time"

	"github.com/daypass/daypass/internal/wire"
)

// Account is part of a message.
type Account struct {
	AccountId  string
	Cloud      string
	Name       string
	State      string // [StateActive] or [StateSuspended]
	Home       bool   // the operator's own account
	CreateDate time.Time
}

// Walk implements wire.Shape.
func (v *Account) Walk(w wire.Walker) {
	w.Text("AccountId", &v.AccountId, &ruleAccountId)
	w.Text("Cloud", &v.Cloud, &ruleCloud)
	w.Text("Name", &v.Name, &ruleAccountName)
	w.Text("State", &v.State, nil)
	w.Bool("Home", &v.Home, nil)
	w.Time("CreateDate", &v.CreateDate, nil)
}

// AdminUser is part of a message: the first user of a new account, with the only copy of its secret.
type AdminUser struct {
	UserName        string
	AccessKeyId     string
	SecretAccessKey string
}

// Walk implements wire.Shape.
func (v *AdminUser) Walk(w wire.Walker) {
	w.Text("UserName", &v.UserName, &ruleUserName)
	w.Text("AccessKeyId", &v.AccessKeyId, nil)
	w.Text("SecretAccessKey", &v.SecretAccessKey, &ruleSecretAccessKey)
}

// CreateAccountInput is the input of CreateAccount.
type CreateAccountInput struct {
	Cloud         string  // [CloudAWS]
	AccountId     *string // twelve digits; nil: the server chooses
	Name          string
	AdminUserName *string // nil: "admin"
}

// Walk implements wire.Shape.
func (v *CreateAccountInput) Walk(w wire.Walker) {
	w.Text("Cloud", &v.Cloud, &ruleCloud)
	w.OptText("AccountId", &v.AccountId, &ruleAccountId)
	w.Text("Name", &v.Name, &ruleAccountName)
	w.OptText("AdminUserName", &v.AdminUserName, &ruleUserName)
}

// CreateAccountOutput is the output of CreateAccount.
type CreateAccountOutput struct {
	AccountId string
	Cloud     string
	Name      string
	AdminUser AdminUser
}

// Walk implements wire.Shape.
func (v *CreateAccountOutput) Walk(w wire.Walker) {
	w.Text("AccountId", &v.AccountId, &ruleAccountId)
	w.Text("Cloud", &v.Cloud, &ruleCloud)
	w.Text("Name", &v.Name, &ruleAccountName)
	wire.Struct(w, "AdminUser", &v.AdminUser, nil)
}

// ListAccountsInput is the input of ListAccounts.
type ListAccountsInput struct {
	Marker   *string
	MaxItems *int64 // nil: 100
}

// Walk implements wire.Shape.
func (v *ListAccountsInput) Walk(w wire.Walker) {
	w.OptText("Marker", &v.Marker, &ruleMarker)
	w.OptInt("MaxItems", &v.MaxItems, &ruleMaxItems)
}

// ListAccountsOutput is the output of ListAccounts.
type ListAccountsOutput struct {
	Accounts    []Account
	IsTruncated bool
	Marker      *string // set when truncated
}

// Walk implements wire.Shape.
func (v *ListAccountsOutput) Walk(w wire.Walker) {
	wire.List(w, "Accounts", &v.Accounts, nil)
	w.Bool("IsTruncated", &v.IsTruncated, nil)
	w.OptText("Marker", &v.Marker, nil)
}

// SuspendAccountInput is the input of SuspendAccount.
type SuspendAccountInput struct{ AccountId string }

// Walk implements wire.Shape.
func (v *SuspendAccountInput) Walk(w wire.Walker) { w.Text("AccountId", &v.AccountId, &ruleAccountId) }

// ResumeAccountInput is the input of ResumeAccount.
type ResumeAccountInput struct{ AccountId string }

// Walk implements wire.Shape.
func (v *ResumeAccountInput) Walk(w wire.Walker) { w.Text("AccountId", &v.AccountId, &ruleAccountId) }
