package aliyun

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The examples of Aliyun's description of the signature, RunInstances of ECS.
func TestSignaturesAreThoseOfThePublishedExamples(t *testing.T) {
	for want, x := range map[string]struct{ nonce, date string }{
		"06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0": {"3156853299f313e23d1673dc12e1703d", "2023-10-26T10:22:32Z"},
		"e521358f7776c97df52e6b2891a8bc73026794a071b50c3323388c4e0df64804": {"d410180a5abf7fe235dd9b74aca91fc0", "2023-10-26T09:01:01Z"},
	} {
		r := request{
			host: "ecs.cn-shanghai.aliyuncs.com", action: "RunInstances", version: "2014-05-26", nonce: x.nonce, date: x.date,
			query: url.Values{"RegionId": {"cn-shanghai"}, "ImageId": {"win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}},
		}
		h := r.header("YourAccessKeyId", "YourAccessKeySecret")
		require.Equal(t, "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,"+
			"SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature="+want,
			h.Get("Authorization"))
		require.Equal(t, x.date, h.Get("x-acs-date"))
	}
}

func TestQueriesAreEscapedAsRFC3986HasIt(t *testing.T) {
	got := canonicalQuery(url.Values{"b": {"a b*~_-.+/=\"{}【"}, "a": {""}})
	require.Equal(t, "a=&b=a%20b%2A~_-.%2B%2F%3D%22%7B%7D%E3%80%90", got)
	require.False(t, strings.Contains(got, "+"))
}
