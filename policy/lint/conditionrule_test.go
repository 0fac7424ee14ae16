package lint_test

func when(condition string) string { return some + `,"Condition":{` + condition + `}` }

func deny(condition string) string {
	return `"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{` + condition + `}`
}

func conditionExamples() []example {
	return []example{
		{code: "INVALID_GLOBAL_CONDITION_KEY", bad: when(`"StringEquals":{«"aws:PrincipleOrgID"»:"x"}`), good: when(`"StringEquals":{"aws:principalorgid":"x","aws:PrincipalTag/Any":"x","a:B":"x"}`)},
		{code: "UNSUPPORTED_GLOBAL_CONDITION_KEY", bad: when(`"ArnLike":{«"aws:ARN"»:"arn:aws:iam::1:a"}`), good: when(`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::1:a"}`)},
		{code: "INVALID_SERVICE_CONDITION_KEY", options: words(), bad: when(`"StringEquals":{«"iam:PassedToServices"»:"x"}`), good: when(`"StringEquals":{"iam:passedtoservice":"x","iam:ResourceTag/a":"x","sts:Any":"x","s3:Any":"x"}`)},
		{code: "INVALID_CONDITION_KEY_FORMAT", bad: when(`"StringEquals":{«"SourceIp"»:"x"}`), good: when(`"StringEquals":{"a:SourceIp":"x"}`)},
		{code: "INVALID_CONDITION_KEY_FORMAT", bad: when(`"StringEquals":{«""»:"x"}`), good: when(`"StringEquals":{"a.example/b:SourceIp":"x"}`)},
		{code: "MISSING_TAG_KEY_IN_CONDITION", bad: when(`"StringEquals":{«"aws:PrincipalTag"»:"x"}`), good: when(`"StringEquals":{"aws:PrincipalTag/a":"x"}`)},
		{code: "MISSING_TAG_KEY_IN_CONDITION", bad: when(`"StringEquals":{«"aws:RequestTag/"»:"x"}`), good: when(`"StringEquals":{"aws:RequestTag/a":"x"}`)},
		{code: "MISSING_QUALIFIER", bad: when(`"StringEquals":{«"aws:TagKeys"»:"x"}`), good: when(`"ForAnyValue:StringEquals":{"aws:TagKeys":"x"},"Null":{"aws:TagKeys":"false"}`)},
		{code: "FORALLVALUES_WITH_SINGLE_VALUED_KEY", bad: when(`"ForAllValues:StringEquals":{«"aws:PrincipalOrgID"»:"x"}`), good: when(`"ForAllValues:StringEquals":{"aws:TagKeys":"x"}`)},
		{code: "FORALLVALUES_WITHOUT_NULL", bad: when(`"ForAllValues:StringLike":{«"aws:PrincipalOrgPaths"»:"x"}`), good: when(`"ForAllValues:StringLike":{"aws:PrincipalOrgPaths":"x"},"Null":{"aws:PrincipalOrgPaths":"false"}`)},
		{code: "FORALLVALUES_WITHOUT_NULL", bad: when(`"ForAllValues:StringLike":{«"dynamodb:Attributes"»:"x"}`), good: deny(`"ForAllValues:StringLike":{"dynamodb:Attributes":"x"}`)},
		{code: "FORANYVALUE_WITH_IF_EXISTS", bad: when(`"ForAnyValue:StringEqualsIfExists":{«"aws:TagKeys"»:"x"}`), good: when(`"ForAnyValue:StringEquals":{"aws:TagKeys":"x"}`)},
		{code: "TYPE_MISMATCH", bad: when(`"StringEquals":{«"aws:SourceIp"»:"192.0.2.1"}`), good: when(`"IpAddress":{"aws:SourceIp":"192.0.2.1"},"StringLike":{"aws:PrincipalArn":"a"},"Null":{"aws:SecureTransport":"false"}`)},
		{code: "TYPE_MISMATCH", bad: when(`"StringEquals":{«"aws:CurrentTime"»:"2030-01-01"}`), good: when(`"NumericLessThan":{"aws:EpochTime":"1","aws:MultiFactorAuthAge":"5"},"DateLessThan":{"aws:CurrentTime":"2030-01-01","aws:EpochTime":"1"},"Bool":{"aws:SecureTransport":"true"}`)},
		{code: "MISSING_PAIRED_CONDITION_KEYS", bad: when(`"IpAddress":{«"aws:VpcSourceIp"»:"10.0.0.0/8"}`), good: when(`"IpAddress":{"aws:VpcSourceIp":"10.0.0.0/8"},"StringEquals":{"aws:SourceVpc":"vpc-11112222"}`)},
		{code: "DENY_WITHOUT_MFA_MISSES_LONG_TERM_KEYS", bad: deny(`"Bool":{«"aws:MultiFactorAuthPresent"»:"false"}`), good: deny(`"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}`)},

		{code: "EMPTY_ARRAY_CONDITION", bad: when(`"StringEquals":{«"aws:Referer"»:[]}`), good: when(`"StringEquals":{"aws:Referer":"x"},"StringLikeIfExists":{"aws:Referer":[]}`)},
		{code: "EMPTY_ARRAY_CONDITION_FORALLVALUES", bad: when(`"ForAllValues:StringEquals":{«"aws:TagKeys"»:[]}`), good: when(`"StringEquals":{"aws:Referer":[]}`)},
		{code: "EMPTY_ARRAY_CONDITION_FORANYVALUE", bad: when(`"ForAnyValue:StringEquals":{«"aws:TagKeys"»:[]}`), good: when(`"ForAnyValue:StringEquals":{"aws:TagKeys":["a"]}`)},
		{code: "EMPTY_ARRAY_CONDITION_IFEXISTS", bad: when(`"StringEqualsIfExists":{«"aws:Referer"»:[]}`), good: when(`"StringEqualsIfExists":{"aws:Referer":"x"}`)},
		{code: "EMPTY_OBJECT_CONDITION", bad: when(`"Bool":{"a:b":"true"},«"StringEquals":{}»`), good: when(`"Bool":{"a:b":"true"}`)},
		{code: "EMPTY_OBJECT_CONDITION", bad: `raw:{"Version":"2012-10-17","Statement":{` + some + `,«"Condition":{}»}}`, good: some},
		{code: "NULL_WITH_QUALIFIER", bad: when(`"ForAllValues:Null":{«"aws:TagKeys"»:"true"}`), good: when(`"Null":{"aws:TagKeys":"true"}`)},
		{code: "INVALID_CONDITION_MULTIPLE_BOOLEAN", bad: when(`"Bool":{"aws:SecureTransport":["true",«"false"»]}`), good: when(`"Bool":{"aws:SecureTransport":["true"]}`)},
		{code: "CONDITION_NEVER_TRUE", bad: when(`"NumericLessThan":{«"a:b"»:"many"}`), good: when(`"NumericLessThan":{"a:b":["many","5"]},"NumericNotEquals":{"a:c":"many"}`)},
		{code: "CONDITION_NEVER_TRUE", bad: deny(`"ArnLike":{«"aws:PrincipalArn"»:["alice","arn:aws:iam"]}`), good: deny(`"ArnLike":{"aws:PrincipalArn":["*","arn:aws:iam::${aws:PrincipalAccount}"]}`)},
		{code: "CONDITION_NEVER_TRUE", bad: deny(`"IpAddress":{«"aws:SourceIp"»:"here"},"DateLessThan":{"aws:CurrentTime":"2030"}`), good: deny(`"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}`)},

		{code: "CONTRADICTING_CONDITIONS", bad: when(`"StringEquals":{"aws:Referer":"a"},"StringNotEquals":{«"aws:Referer"»:["b","a"]}`), good: when(`"StringEquals":{"aws:Referer":["a","c"]},"StringNotEquals":{"aws:Referer":["b","a"]}`)},
		{code: "CONTRADICTING_CONDITIONS", bad: when(`"StringLike":{"aws:Referer":"b*"},"StringEquals":{«"aws:Referer"»:"a"}`), good: when(`"StringLike":{"aws:Referer":["b*","é*"]},"StringEquals":{"aws:Referer":"é"}`)},
		{code: "CONTRADICTING_CONDITIONS", bad: when(`"StringNotLike":{"aws:Referer":"a*"},"StringEqualsIfExists":{"aws:Referer":"x"},"StringEquals":{«"aws:Referer"»:"ab"}`),
			good: when(`"StringNotLike":{"aws:Referer":"a*"},"StringEqualsIfExists":{"aws:Referer":"ab"}`)},
		{code: "CONTRADICTING_CONDITIONS", bad: when(`"Null":{"aws:Referer":"true"},"StringLike":{«"aws:Referer"»:"b*"}`), good: when(`"Null":{"aws:Referer":"false"},"StringLike":{"aws:Referer":"b*"}`)},
		{code: "CONTRADICTING_CONDITIONS", bad: when(`"NumericLessThan":{"a:b":"5"},"NumericGreaterThanEquals":{«"a:b"»:"5"}`), good: when(`"NumericLessThanEquals":{"a:b":"5"},"NumericGreaterThanEquals":{"a:b":"5"},"StringEqualsIgnoreCase":{"a:c":"x"},"StringEquals":{"a:c":"y"}`)},
		{code: "CONTRADICTING_CONDITIONS", bad: deny(`"DateGreaterThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"},"DateLessThan":{«"aws:CurrentTime"»:"2029-12-31"}`),
			good: deny(`"DateGreaterThan":{"aws:CurrentTime":"2029"},"DateLessThan":{"aws:CurrentTime":"2031"},"DateLessThanEquals":{"aws:CurrentTime":"1900000000"}`)},
		{code: "CONTRADICTING_CONDITIONS", bad: when(`"Bool":{"a:b":"true"},"BoolIfExists":{«"a:b"»:"false"}`), good: when(`"Bool":{"a:b":"true"},"BoolIfExists":{"a:b":"True"},"NumericLessThan":{"a:c":"1"},"NumericEquals":{"a:c":"7"}`)},
	}
}

func valueExamples() []example {
	return []example{
		{code: "TYPE_MISMATCH_BOOLEAN", bad: when(`"Bool":{"aws:SecureTransport":«"yes"»}`), good: when(`"Bool":{"aws:SecureTransport":true}`)},
		{code: "TYPE_MISMATCH_BOOLEAN", bad: when(`"Null":{"aws:Referer":«"0"»}`), good: when(`"Null":{"aws:Referer":"FALSE"}`)},
		{code: "TYPE_MISMATCH_NUMBER", bad: when(`"NumericEquals":{"a:b":«"five"»}`), good: when(`"NumericEquals":{"a:b":["-5.25",5]}`)},
		{code: "TYPE_MISMATCH_IP_RANGE", bad: when(`"NotIpAddress":{"aws:SourceIp":[«"192.0.2.0/33"»,"192.0.2.0/24"]}`), good: when(`"NotIpAddress":{"aws:SourceIp":["192.0.2.0/32","2001:db8::1"]}`)},
		{code: "TYPE_MISMATCH_STRING", bad: when(`"BinaryEquals":{"a:b":«"%"»}`), good: when(`"BinaryEquals":{"a:b":"QQ=="}`)},
		{code: "INVALID_DATE_VALUE", bad: when(`"DateLessThan":{"aws:CurrentTime":«"2030-01-01T05"»}`), good: when(`"DateLessThan":{"aws:CurrentTime":["2030-01-01T05:00:00Z","1900000000"]}`)},
		{code: "DATE_WITHOUT_ZONE", bad: when(`"DateLessThan":{"aws:CurrentTime":«"2030-01-01T05:00:00"»}`), good: when(`"DateLessThan":{"aws:CurrentTime":["2030-01-01T05:00:00+02:00","2030-01-01"]}`)},
		{code: "UNUSUAL_NUMBER", bad: when(`"NumericEquals":{"a:b":«"1e3"»}`), good: when(`"NumericEquals":{"a:b":"1000"}`)},
		{code: "INVALID_ARN_VALUE", bad: when(`"ArnLike":{"aws:PrincipalArn":«"alice"»}`), good: when(`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/alice"},"StringLike":{"aws:SourceArn":"x"}`)},
		{code: "ARN_LIKE_STAR", bad: when(`"ArnLike":{"aws:PrincipalArn":«"*"»}`), good: when(`"ArnLike":{"aws:PrincipalArn":"arn:*:*:*:*:*"}`)},
		{code: "WILDCARD_WITHOUT_LIKE_OPERATOR", bad: when(`"StringEquals":{"aws:Referer":«"a*"»}`), good: when(`"StringLike":{"aws:Referer":"a*"},"StringEquals":{"aws:UserAgent":"${*}"}`)},
		{code: "IMPROVE_IP_RANGE", bad: when(`"IpAddress":{"aws:SourceIp":«"192.0.2.7/24"»}`), good: when(`"IpAddress":{"aws:SourceIp":["192.0.2.0/24","192.0.2.7"]}`)},
		{code: "INVALID_CONDITION_DATA_TYPE", bad: when(`"StringEquals":{"a:b":["1",«2»]}`), good: when(`"StringEquals":{"a:b":["1","2"]}`)},
		{code: "INVALID_CONDITION_DATA_TYPE", bad: when(`"StringEquals":{"a:b":[true,«2»]}`), good: when(`"StringEquals":{"a:b":[true,false]}`)},
	}
}
