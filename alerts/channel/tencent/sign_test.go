package tencent

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The examples of Tencent's description of the signature, DescribeInstances of CVM: the older one signs two headers, the newer one three
// and has its key blotted out.
func TestSignaturesAreThoseOfThePublishedExamples(t *testing.T) {
	r := request{
		service: "cvm", host: "cvm.tencentcloudapi.com", action: "DescribeInstances", version: "2017-03-12", region: "ap-guangzhou",
		at: time.Unix(1551113065, 0), body: []byte(`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`),
	}
	require.Equal(t, "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168", r.signature("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
		"content-type;host", "content-type:application/json; charset=utf-8\nhost:cvm.tencentcloudapi.com\n"))
	h := r.header("AKID********************************", "********************************")
	require.Equal(t, "TC3-HMAC-SHA256 Credential=AKID********************************/2019-02-25/cvm/tc3_request, "+
		"SignedHeaders=content-type;host;x-tc-action, "+
		"Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f", h.Get("Authorization"))
	require.Equal(t, "1551113065", h.Get("X-TC-Timestamp"))
	require.Equal(t, "ap-guangzhou", h.Get("X-TC-Region"))
}
