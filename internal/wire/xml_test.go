package wire

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestXMLRoundTrip(t *testing.T) {
	raw := AppendXMLResponse(nil, "Do", "https://x/", "id", whole())
	var got sample
	id, err := ReadXMLResponse(raw, "Do", &got, XMLLimits{})
	if err != nil || id != "id" {
		t.Fatalf("%q, %v", id, err)
	}
	if d := cmp.Diff(whole(), &got); d != "" {
		t.Errorf("(-want +got)\n%s\n%s", d, raw)
	}
}

func TestXMLForms(t *testing.T) {
	for _, test := range []struct {
		shape Shape
		want  string
	}{
		{&inner{Key: "k"}, "<Key>k</Key>"},
		{&inner{Key: "", Deep: []leaf{}}, "<Key></Key><Deep/>"},
		{&inner{Key: "a", Value: ptr("<b>"), Deep: []leaf{{ptr("1")}, {}}},
			"<Key>a</Key><value>&lt;b&gt;</value><Deep><member><X>1</X></member><member></member></Deep>"},
		{&needs{}, "<Needed/>"},
		{&needs{Needed: []string{}}, "<Needed/>"},
		{&needs{Needed: []string{"a"}, Parts: []leaf{}}, "<Needed><member>a</member></Needed><Parts/>"},
	} {
		if got := string(AppendXML(nil, test.shape)); got != test.want {
			t.Errorf("%s, want %s", got, test.want)
		}
	}
}

type needs struct {
	Needed []string
	Parts  []leaf
}

func (v *needs) Walk(w Walker) {
	w.Texts("Needed", &v.Needed, &Rule{Required: true})
	List(w, "Parts", &v.Parts, nil)
}

func TestWritingLeavesTheShapeAlone(t *testing.T) {
	var n needs
	AppendXML(nil, &n)
	AppendJSON(nil, &n, JSONStyle{})
	AppendForm(nil, &n, MemberList)
	if n.Needed != nil || n.Parts != nil {
		t.Errorf("%#v", n)
	}
}

func TestXMLEnvelopes(t *testing.T) {
	for got, want := range map[string]string{
		string(AppendXMLResponse(nil, "UpdateX", "https://n/", "r&1", nil)):                        `<UpdateXResponse xmlns="https://n/"><ResponseMetadata><RequestId>r&amp;1</RequestId></ResponseMetadata></UpdateXResponse>` + "\n",
		string(AppendXMLResponse(nil, "Get", "https://n/", "1", &leaf{})):                          `<GetResponse xmlns="https://n/"><GetResult></GetResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetResponse>` + "\n",
		string(AppendXMLError(nil, "https://n/", "1", Failure{"Sender", "AccessDenied", "a <b>"})): `<ErrorResponse xmlns="https://n/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>a &lt;b&gt;</Message></Error><RequestId>1</RequestId></ErrorResponse>` + "\n",
		string(AppendJSONResponse(nil, "Get", "1", &leaf{ptr("x")})):                               `{"GetResponse":{"GetResult":{"X":"x"},"ResponseMetadata":{"RequestId":"1"}}}` + "\n",
		string(AppendJSONResponse(nil, "Set", "1", nil)):                                           `{"SetResponse":{"ResponseMetadata":{"RequestId":"1"}}}` + "\n",
		string(AppendJSONError(nil, "1", Failure{"Sender", "Throttling", `"`})):                    `{"Error":{"Code":"Throttling","Message":"\"","Type":"Sender"},"RequestId":"1"}` + "\n",
	} {
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	f, id, err := ReadXMLError(AppendXMLError(nil, "n", "7", Failure{"Receiver", "C", "é\r\n"}), XMLLimits{})
	if err != nil || id != "7" || f != (Failure{"Receiver", "C", "é\r\n"}) {
		t.Errorf("%+v %q %v", f, id, err)
	}
}

// TestMarkupIsInert puts markup and characters that XML forbids into values and looks at the answer with another parser: exactly
// the elements of the envelope, and the value as one text.
func TestMarkupIsInert(t *testing.T) {
	for in, want := range map[string]string{
		"</X></GetResult><Arn>arn:aws:iam::1:root</Arn>": "</X></GetResult><Arn>arn:aws:iam::1:root</Arn>",
		"<![CDATA[x]]>":      "<![CDATA[x]]>",
		"&lt;&#60;&xxe;":     "&lt;&#60;&xxe;",
		"<?xml?><!-- -->":    "<?xml?><!-- -->",
		"\"'>":               "\"'>",
		"a\x00b\x1f\x7f":     "a\uFFFDb\uFFFD\x7f",
		"a\xff\xc3z":         "a\uFFFD\uFFFDz",
		"\xed\xa0\x80":       "\uFFFD\uFFFD\uFFFD",
		"\ufffe\uffff\ufffd": "\uFFFD\uFFFD\uFFFD",
		"\t\r\n \u0085":      "\t\r\n \u0085",
		"🙂":                  "🙂",
	} {
		raw := AppendXMLResponse(nil, "Get", "n", "1", &leaf{X: &in})
		var names, texts []string
		d := xml.NewDecoder(strings.NewReader(string(raw)))
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%q: %v", in, err)
			}
			switch e := token.(type) {
			case xml.StartElement:
				names = append(names, e.Name.Local)
			case xml.CharData:
				texts = append(texts, string(e))
			}
		}
		if d := cmp.Diff([]string{"GetResponse", "GetResult", "X", "ResponseMetadata", "RequestId"}, names); d != "" {
			t.Errorf("%q: elements %s", in, d)
		}
		if d := cmp.Diff([]string{want, "1", "\n"}, texts); d != "" {
			t.Errorf("%q: texts %s", in, d)
		}
	}
}

func TestReadXMLRefuses(t *testing.T) {
	for raw, want := range map[string]error{
		"":                          ErrSyntax,
		"<a>":                       ErrSyntax,
		"<a/><b/>":                  ErrSyntax,
		"<!DOCTYPE a><DoResponse/>": ErrSyntax,
		"<DoResponse/>":             ErrSyntax,
		"<OtherResponse><DoResult/></OtherResponse>":                                       ErrSyntax,
		"<DoResponse><DoResult>&x;</DoResult></DoResponse>":                                ErrSyntax,
		"<DoResponse><DoResult><Parts><x/></Parts></DoResult></DoResponse>":                ErrSyntax,
		strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40):                             ErrTooDeep,
		"<DoResponse><DoResult>" + strings.Repeat("<a/>", 60) + "</DoResult></DoResponse>": ErrTooMany,
		strings.Repeat(" ", 2000):                                                          ErrTooLarge,
	} {
		_, err := ReadXMLResponse([]byte(raw), "Do", new(needs), XMLLimits{Bytes: 1000, Depth: 10, Nodes: 50})
		if !errors.Is(err, want) {
			t.Errorf("%.40q: %v, want %v", raw, err, want)
		}
	}
	if _, _, err := ReadXMLError([]byte("<Error/>"), XMLLimits{}); !errors.Is(err, ErrSyntax) {
		t.Error(err)
	}
}
