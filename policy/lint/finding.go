package lint

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/daypass/daypass/policy"
)

// Finding is one thing to say about a document.
type Finding struct {
	Code       string     `json:"code"` // of the rule; stable
	Severity   Severity   `json:"severity"`
	Message    string     `json:"message"`              // what was found, here
	Suggestion string     `json:"suggestion,omitempty"` // what to do about it
	Pos        policy.Pos `json:"pos"`                  // of the element's first character
	End        policy.Pos `json:"end"`                  // just past the element; Pos where only that is known
	Statement  int        `json:"statement"`            // index of the statement, -1 for the document as a whole
	Sid        string     `json:"sid,omitempty"`        // the statement's, if it has one
}

// String is the place and the code: MISSING_VERSION@1:1.
func (f *Finding) String() string { return fmt.Sprintf("%s@%d:%d", f.Code, f.Pos.Line, f.Pos.Column) }

// Options are what a document is held against. The zero value is of use.
type Options struct {
	// Ignore are codes that are not told.
	Ignore []string
	// Account owns what the document belongs to: 12 digits. Without it nothing is said about who is from elsewhere.
	Account string
	// Quota is how many characters the document may have; 0 for AWS's default for its use.
	Quota int
	// Vocabulary are the services whose actions and condition keys are known completely; nil for none.
	Vocabulary Vocabulary
}

// MaxFindings is how many findings of each severity are told about one document.
const MaxFindings = 100

// Check holds a document against all rules of its use. Findings come in the order of the text.
//
// Most rules are about AWS's grammar; for documents of another one only those speak that hold in any.
func Check(d *policy.Document, o Options) []Finding {
	l := newLinter(o)
	l.document(d)
	return l.result()
}

// Read is Check for a text. What keeps it from being accepted is told as findings of severity Error; of a text that has no one
// meaning there is nothing else to tell. The document is nil unless it was accepted.
func Read(g *policy.Grammar, use policy.Use, src []byte, o Options) ([]Finding, *policy.Document) {
	l := newLinter(o)
	d, err := policy.Read(g, use, src)
	var refused *policy.SyntaxError
	if errors.As(err, &refused) {
		l.faults(use, src, refused.Faults)
	}
	if d != nil {
		l.document(d)
	}
	if err != nil {
		d = nil
	}
	return l.result(), d
}

// Worst is the highest severity among findings, None if there are none.
func Worst(findings []Finding) Severity {
	worst := None
	for i := range findings {
		worst = max(worst, findings[i].Severity)
	}
	return worst
}

// linter is one document on its way through the rules.
type linter struct {
	options    Options
	doc        *policy.Document
	src        string
	tree       *tree // nil until a rule asks
	statements []statement
	rule       *rule      // that is speaking
	at         *statement // it speaks of; nil for the document
	found      [Error + 1][]Finding
	steps      int
}

func newLinter(o Options) *linter { return &linter{options: o} }

func (l *linter) document(d *policy.Document) {
	l.doc, l.src = d, string(d.Source())
	for i := range d.Statements() {
		e, _ := d.Elements(i)
		l.statements = append(l.statements, newStatement(i, e))
	}
	for _, r := range table {
		if !r.speaks(d) || slices.Contains(l.options.Ignore, r.code) {
			continue
		}
		l.rule, l.at = &r, nil
		if r.document != nil {
			r.document(l)
		}
		for i := range l.statements {
			if r.statement == nil {
				break
			}
			l.at = &l.statements[i]
			r.statement(l, l.at)
		}
	}
}

// say tells a finding of the rule that is speaking, about an element.
func (l *linter) say(where policy.Token, format string, args ...any) {
	l.advise(where, l.rule.fix, format, args...)
}

// advise is say with a suggestion that fits better than the rule's.
func (l *linter) advise(where policy.Token, fix, format string, args ...any) {
	of := &l.found[l.rule.severity]
	if len(*of) >= MaxFindings {
		return
	}
	f := Finding{Code: l.rule.code, Severity: l.rule.severity, Message: fmt.Sprintf(format, args...), Suggestion: fix,
		Pos: l.doc.Pos(where.Start), End: l.doc.Pos(max(where.Start, where.End)), Statement: -1}
	if l.at != nil {
		f.Statement, f.Sid = l.at.index, l.at.Sid.Text
	}
	*of = append(*of, f)
}

// whole is the document's first character, for what is about no element.
func whole() policy.Token { return policy.Token{End: 1} }

func (l *linter) result() []Finding {
	var all []Finding
	for _, of := range l.found {
		all = append(all, of...)
	}
	slices.SortStableFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Pos.Offset, b.Pos.Offset), cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.Code, b.Code))
	})
	return all
}
