package apns

import (
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
)

// reasons class Apple's words (https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns).
// What a wrong set-up causes fails every other message alike.
var reasons = map[string]channel.Reason{
	"BadDeviceToken":         channel.BadAddress,
	"DeviceTokenNotForTopic": channel.BadAddress,
	"MissingDeviceToken":     channel.BadAddress,
	"Unregistered":           channel.BadAddress,
	"ExpiredToken":           channel.BadAddress,
	// Nothing of the path changes but the device's token.
	"BadPath": channel.BadAddress,

	"BadCollapseId":     channel.BadMessage,
	"BadExpirationDate": channel.BadMessage,
	"BadMessageId":      channel.BadMessage,
	"BadPriority":       channel.BadMessage,
	"DuplicateHeaders":  channel.BadMessage,
	"InvalidPushType":   channel.BadMessage,
	"PayloadEmpty":      channel.BadMessage,
	"PayloadTooLarge":   channel.BadMessage,

	"BadTopic":                   channel.BadCredentials,
	"MissingTopic":               channel.BadCredentials,
	"TopicDisallowed":            channel.BadCredentials,
	"BadCertificate":             channel.BadCredentials,
	"BadCertificateEnvironment":  channel.BadCredentials,
	"BadEnvironmentKeyIdInToken": channel.BadCredentials,
	"UnrelatedKeyIdInToken":      channel.BadCredentials,
	"ExpiredProviderToken":       channel.BadCredentials,
	"InvalidProviderToken":       channel.BadCredentials,
	"MissingProviderToken":       channel.BadCredentials,
	"Forbidden":                  channel.BadCredentials,

	"TooManyRequests":             channel.RateLimited,
	"TooManyProviderTokenUpdates": channel.RateLimited,

	"IdleTimeout":         channel.Unavailable,
	"InternalServerError": channel.Unavailable,
	"ServiceUnavailable":  channel.Unavailable,
	"Shutdown":            channel.Unavailable,
}

func reasonOf(status int, word string) channel.Reason {
	if r, ok := reasons[word]; ok {
		return r
	}
	return outbound.ReasonOf(status)
}
