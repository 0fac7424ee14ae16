package sigv4_test

import (
	"testing"
	"time"

	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/sign"
	"github.com/daypass/daypass/internal/sign/sigv4"
)

const (
	suiteKey    = "AKIDEXAMPLE"
	suiteSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	docKey      = "AKIAIOSFODNN7EXAMPLE"
	docSecret   = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

// vector is a request with the signature that AWS publishes for it.
type vector struct {
	name, method, target string
	fields               []sigv4.Field
	body                 string
	signed, signature    string
}

func fields(pairs ...string) []sigv4.Field {
	list := []sigv4.Field{}
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, sigv4.Field{Name: pairs[i], Value: pairs[i+1]})
	}
	return list
}

// suite holds cases of the public aws4_testsuite ("Signature Version 4 test suite", also kept in boto/botocore under
// tests/unit/auth/aws4_testsuite): key AKIDEXAMPLE, 20150830T123600Z, us-east-1, service "service".
func suite() []vector {
	const hd, hm = "host;x-amz-date", "host;my-header1;x-amz-date"
	return []vector{
		{"get-vanilla", "GET", "/", nil, "", hd, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{"post-vanilla", "POST", "/", nil, "", hd, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
		{"get-vanilla-query-order-key-case", "GET", "/?Param2=value2&Param1=value1", nil, "", hd,
			"b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
		{"get-vanilla-query-unreserved", "GET",
			"/?-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
			nil, "", hd, "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
		{"get-vanilla-utf8-query", "GET", "/?\u1234=bar", nil, "", hd, "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
		{"get-utf8", "GET", "/\u1234", nil, "", hd, "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
		{"get-relative", "GET", "/example/..", nil, "", hd, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{"get-relative-relative", "GET", "/example1/example2/../..", nil, "", hd, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{"get-slash", "GET", "//", nil, "", hd, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{"get-slash-dot-slash", "GET", "/./", nil, "", hd, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{"get-slash-pointless-dot", "GET", "/./example", nil, "", hd, "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"},
		{"get-slashes", "GET", "//example//", nil, "", hd, "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
		{"get-header-key-duplicate", "GET", "/", fields("My-Header1", "value2", "My-Header1", "value2", "My-Header1", "value1"), "", hm,
			"c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
		{"get-header-value-order", "GET", "/", fields("My-Header1", "value4", "My-Header1", "value1", "My-Header1", "value3", "My-Header1", "value2"), "", hm,
			"08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
		{"get-header-value-trim", "GET", "/", fields("My-Header1", " value1", "My-Header2", ` "a   b   c"`), "", "host;my-header1;my-header2;x-amz-date",
			"acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
		{"post-x-www-form-urlencoded", "POST", "/", fields("Content-Type", "application/x-www-form-urlencoded"), "Param1=value1", "content-type;host;x-amz-date",
			"ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
	}
}

func TestPublicSuite(t *testing.T) {
	for _, v := range suite() {
		t.Run(v.name, func(t *testing.T) {
			all := append(fields("X-Amz-Date", "20150830T123600Z", "Authorization",
				"AWS4-HMAC-SHA256 Credential="+suiteKey+"/20150830/us-east-1/service/aws4_request, SignedHeaders="+v.signed+", Signature="+v.signature), v.fields...)
			d, err := sigv4.FromFields(v.method, v.target, "example.amazonaws.com", all)
			if err != nil {
				t.Fatal(err)
			}
			d.Body = []byte(v.body)
			claim, err := sigv4.Rules{Services: []string{"service"}}.Parse(d)
			if err != nil {
				t.Fatal(err)
			}
			if err := claim.Verify(secret.New(suiteSecret), time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)); err != nil {
				t.Error(err)
			}
			if claim.AccessKeyID != suiteKey || claim.Region != "us-east-1" || claim.Service != "service" {
				t.Errorf("claim %+v", claim)
			}
		})
	}
}

// TestPublicExamples holds the worked examples of the AWS documentation: "Create a signed AWS API request" (ListUsers) and Amazon
// S3's "Authenticating Requests" (GET Object, presigned GET Object).
func TestPublicExamples(t *testing.T) {
	cases := []struct {
		vector
		host, secret string
		rules        sigv4.Rules
		now          time.Time
	}{
		{vector{"iam ListUsers", "GET", "/?Action=ListUsers&Version=2010-05-08", fields(
			"Content-Type", "application/x-www-form-urlencoded; charset=utf-8", "X-Amz-Date", "20150830T123600Z",
			"Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, "+
				"Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"), "", "", ""},
			"iam.amazonaws.com", suiteSecret, sigv4.Rules{Services: []string{"iam"}}, time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)},
		{vector{"s3 GetObject", "GET", "/test.txt", fields(
			"Range", "bytes=0-9", "X-Amz-Content-Sha256", sigv4.HashBody(nil), "X-Amz-Date", "20130524T000000Z",
			"Authorization", "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"+
				"SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"), "", "", ""},
			"examplebucket.s3.amazonaws.com", docSecret, sigv4.Rules{Services: []string{"s3"}, S3: true}, time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)},
		{vector{"s3 presigned GetObject", "GET", "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request" +
			"&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404", nil, "", "", ""},
			"examplebucket.s3.amazonaws.com", docSecret, sigv4.Rules{Services: []string{"s3"}, S3: true}, time.Date(2013, 5, 24, 20, 0, 0, 0, time.UTC)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d, err := sigv4.FromFields(c.method, c.target, c.host, c.fields)
			if err != nil {
				t.Fatal(err)
			}
			claim, err := c.rules.Parse(d)
			if err != nil {
				t.Fatal(err)
			}
			if err := claim.Verify(secret.New(c.secret), c.now); err != nil {
				t.Error(err)
			}
			if err := claim.Verify(secret.New(c.secret+"x"), c.now); sign.KindOf(err) != sign.Mismatch {
				t.Errorf("another secret: %v", err)
			}
		})
	}
}
