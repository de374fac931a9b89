package aliyun

import (
	"strings"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
)

// reasons class the codes of https://help.aliyun.com/zh/sms/developer-reference/api-error-codes and of the gateway before it. What a
// wrong set-up causes, and an account that is used up, fails every other message alike; limits are of one number.
var reasons = map[string]channel.Reason{
	"isv.MOBILE_NUMBER_ILLEGAL":         channel.BadAddress,
	"isv.BUSINESS_LIMIT_CONTROL":        channel.RateLimited,
	"isv.DAY_LIMIT_CONTROL":             channel.Unavailable,
	"isv.MONTH_LIMIT_CONTROL":           channel.Unavailable,
	"isv.SMS_SIGNATURE_ILLEGAL":         channel.BadCredentials,
	"isv.SMS_SIGN_ILLEGAL":              channel.BadCredentials,
	"isv.SIGN_STATE_ILLEGAL":            channel.BadCredentials,
	"isv.SMS_SIGNATURE_SCENE_ILLEGAL":   channel.BadCredentials,
	"isv.DENY_IP_RANGE":                 channel.BadCredentials,
	"isp.RAM_PERMISSION_DENY":           channel.BadCredentials,
	"isv.OUT_OF_SERVICE":                channel.BadCredentials,
	"isv.AMOUNT_NOT_ENOUGH":             channel.BadCredentials,
	"isv.PRODUCT_UN_SUBSCRIPT":          channel.BadCredentials,
	"isv.PRODUCT_UNSUBSCRIBE":           channel.BadCredentials,
	"isv.ACCOUNT_NOT_EXISTS":            channel.BadCredentials,
	"isv.ACCOUNT_ABNORMAL":              channel.BadCredentials,
	"SignatureDoesNotMatch":             channel.BadCredentials,
	"IncompleteSignature":               channel.BadCredentials,
	"InvalidAccessKeyId.NotFound":       channel.BadCredentials,
	"InvalidAccessKeyId.Inactive":       channel.BadCredentials,
	"InvalidTimeStamp.Expired":          channel.BadCredentials,
	"InvalidVersion":                    channel.BadCredentials,
	"InvalidAction.NotFound":            channel.BadCredentials,
	"Forbidden.RAM":                     channel.BadCredentials,
	"Forbidden":                         channel.BadCredentials,
	"NoPermission":                      channel.BadCredentials,
	"SignatureNonceUsed":                channel.Unavailable,
	"ServiceUnavailable":                channel.Unavailable,
	"InternalError":                     channel.Unavailable,
	"ServiceUnavailableTemporary":       channel.Unavailable,
	"isv.SMS_TEMPLATE_ILLEGAL":          channel.BadMessage,
	"isv.TEMPLATE_MISSING_PARAMETERS":   channel.BadMessage,
	"isv.TEMPLATE_PARAMS_ILLEGAL":       channel.BadMessage,
	"isv.BLACK_KEY_CONTROL_LIMIT":       channel.BadMessage,
	"isv.SMS_CONTENT_ILLEGAL":           channel.BadMessage,
	"isv.PARAM_LENGTH_LIMIT":            channel.BadMessage,
	"isv.PARAM_NOT_SUPPORT_URL":         channel.BadMessage,
	"isv.INVALID_PARAMETERS":            channel.BadMessage,
	"isv.INVALID_JSON_PARAM":            channel.BadMessage,
	"isv.DOMESTIC_NUMBER_NOT_SUPPORTED": channel.BadMessage,
}

// reasonOf falls back on what Aliyun's prefixes mean: isv. is the caller's mistake, isp. the service's.
func reasonOf(status int, code string) channel.Reason {
	r, known := reasons[code]
	switch {
	case known:
		return r
	case strings.HasPrefix(code, "Throttling"):
		return channel.RateLimited
	case strings.HasPrefix(code, "isv."):
		return channel.BadMessage
	case strings.HasPrefix(code, "isp."):
		return channel.Unavailable
	case status/100 == 2:
		return channel.NoAnswer
	default:
		return outbound.ReasonOf(status)
	}
}

// fates class the codes of reports (https://help.aliyun.com/zh/sms/developer-reference/delivery-receipt-error-codes). Carriers do not tell
// a number that is not in use from a telephone that is switched off; neither can we.
var fates = map[string]channel.Reason{
	"INVALID_NUMBER":      channel.BadAddress,
	"MOBILE_IN_BLACK":     channel.Blocked,
	"USER_REJECT":         channel.Blocked,
	"MOBILE_SEND_LIMIT":   channel.RateLimited,
	"CONTENT_KEYWORD":     channel.BadMessage,
	"CONTENT_ERROR":       channel.BadMessage,
	"PARAMS_ILLEGAL":      channel.BadMessage,
	"SIGNATURE_BLACKLIST": channel.BadCredentials,
}

// notKnown is Aliyun's word for a message about which the carrier has said nothing.
const notKnown = "REQUEST_SUCCESS"

// fateOf is what became of a message that was not delivered.
func fateOf(code string) (alerts.SendOutcome, channel.Reason) {
	if code == notKnown {
		return alerts.OutcomeUnknown, ""
	}
	if r, ok := fates[code]; ok {
		return alerts.Undelivered, r
	}
	return alerts.Undelivered, channel.Unavailable
}
