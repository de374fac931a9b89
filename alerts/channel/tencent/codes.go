package tencent

import (
	"strings"

	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
)

// reasons class the codes of https://cloud.tencent.com/document/api/382/59177 and of the gateway before it (382/52075): a code of its
// own, or its family before the dot. What a wrong set-up causes, and an account that is used up, fails every other message alike;
// the other limits are of one number.
var reasons = map[string]channel.Reason{
	"AuthFailure":           channel.BadCredentials,
	"UnauthorizedOperation": channel.BadCredentials,
	"ActionOffline":         channel.BadCredentials,
	"InvalidAction":         channel.BadCredentials,
	"NoSuchVersion":         channel.BadCredentials,
	"NoSuchProduct":         channel.BadCredentials,
	"UnsupportedRegion":     channel.BadCredentials,
	"IpInBlacklist":         channel.BadCredentials,
	"IpNotInWhitelist":      channel.BadCredentials,

	"LimitExceeded":                                                channel.RateLimited,
	"LimitExceeded.AppDailyLimit":                                  channel.Unavailable,
	"LimitExceeded.AppMainlandChinaDailyLimit":                     channel.Unavailable,
	"LimitExceeded.AppGlobalDailyLimit":                            channel.Unavailable,
	"LimitExceeded.AppCountryOrRegionInternationalPhoneDailyLimit": channel.Unavailable,
	"LimitExceeded.DailyLimit":                                     channel.Unavailable,
	"RequestLimitExceeded":                                         channel.RateLimited,

	"FailedOperation": channel.BadMessage,
	"FailedOperation.InsufficientBalanceInSmsPackage": channel.BadCredentials,
	"FailedOperation.SignatureIncorrectOrUnapproved":  channel.BadCredentials,
	"FailedOperation.PhoneNumberInBlacklist":          channel.Blocked,

	"InvalidParameter":                           channel.BadMessage,
	"InvalidParameterValue":                      channel.BadMessage,
	"InvalidParameterValue.IncorrectPhoneNumber": channel.BadAddress,
	"InvalidParameterValue.SdkAppIdNotExist":     channel.BadCredentials,
	"MissingParameter":                           channel.BadMessage,
	"UnsupportedOperation":                       channel.BadMessage,
	"UnsupportedOperation.UnsupportedRegion":     channel.BadAddress,
	"UnsupportedOperation.UnsuportedRegion":      channel.BadAddress,
	"InternalError":                              channel.Unavailable,
	"InternalError.Timeout":                      channel.NoAnswer,
	"InternalError.SendAndRecvFail":              channel.NoAnswer,
	"InternalError.ParseBackendResponseFail":     channel.NoAnswer,
	"InternalError.RequestTimeException":         channel.BadCredentials,
	"InternalError.SigVerificationFail":          channel.BadCredentials,
	"InternalError.SigFieldMissing":              channel.BadCredentials,
	"InternalError.RestApiInterfaceNotExist":     channel.BadCredentials,
	"ResourceInsufficient":                       channel.Unavailable,
	"ResourceUnavailable":                        channel.Unavailable,
}

func reasonOf(status int, code string) channel.Reason {
	family, _, _ := strings.Cut(code, ".")
	if r, ok := reasons[code]; ok {
		return r
	}
	if r, ok := reasons[family]; ok {
		return r
	}
	if status/100 == 2 {
		return channel.NoAnswer
	}
	return outbound.ReasonOf(status)
}
