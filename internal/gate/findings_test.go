package gate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/lint"
)

func TestFindingsAreTold(t *testing.T) {
	at := func(code string, s lint.Severity, line int) lint.Finding {
		return lint.Finding{Code: code, Severity: s, Pos: policy.Pos{Line: line, Column: 7}}
	}
	list := []lint.Finding{at("A", lint.Warning, 1), at("B", lint.Error, 2), at("C", lint.Warning, 3), at("D", lint.Security, 4)}
	for _, c := range []struct {
		list []lint.Finding
		most int
		want string
	}{
		{nil, 3, ""},
		{list, 4, "B@2:7, D@4:7, A@1:7, C@3:7"},
		{list, 3, "B@2:7, D@4:7, A@1:7, +1"},
		{list[:1], 1, "A@1:7"},
	} {
		if got := strings.Join(findingNames(c.list, c.most), ", "); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
	if list[0].Code != "A" {
		t.Error("the list was changed")
	}
}

// TestFindingsAreBounded holds the header to a length that every client and proxy takes.
func TestFindingsAreBounded(t *testing.T) {
	var list []lint.Finding
	for i, r := range lint.Rules() {
		list = append(list, lint.Finding{Code: r.Code, Severity: r.Severity, Pos: policy.Pos{Line: 130000, Column: 130000 + i}})
	}
	if got := findingsText(list); len(got) > 1500 || !strings.HasSuffix(got, fmt.Sprintf(", +%d", len(list)-maxHeader)) {
		t.Errorf("%d bytes: %s", len(got), got)
	}
}
