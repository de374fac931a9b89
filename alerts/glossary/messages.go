package glossary

// messageTerms are the words of messages, channels and contact rules. Never written to.
var messageTerms = map[string]Term{
	"channel.app":     {"手机银行", "App"},
	"channel.sms":     {"短信", "SMS"},
	"channel.link":    {"确认页面", "Answering page"},
	"channel.analyst": {"人工", "Analyst"},

	"purpose.fraud_prompt": {"交易确认", "Fraud prompt"},
	"purpose.fraud_answer": {"答复", "Answer"},
	"purpose.service":      {"服务提醒", "Service"},

	"template.ask_app":          {"交易确认（手机银行）", "Prompt in the app"},
	"template.ask_sms":          {"交易确认（短信）", "Prompt by SMS"},
	"template.ask_which":        {"询问是哪张卡", "Which card?"},
	"template.card_protected":   {"已保护卡片", "Card protected"},
	"template.thank_you":        {"感谢确认", "Thank you"},
	"template.request_ended":    {"询问已结束", "Request ended"},
	"template.confirm_in_app":   {"请在手机银行确认", "Confirm in the app"},
	"template.help":             {"帮助", "Help"},
	"template.opted_out":        {"退订确认", "Opt-out confirmed"},
	"template.payment_reminder": {"还款提醒", "Payment reminder"},
	"template.instalment_offer": {"分期方案", "Instalment offer"},

	"send_outcome.queued":      {"待发送", "Queued"},
	"send_outcome.sending":     {"发送中", "Sending"},
	"send_outcome.accepted":    {"已受理", "Accepted"},
	"send_outcome.delivered":   {"已送达", "Delivered"},
	"send_outcome.undelivered": {"未送达", "Undelivered"},
	"send_outcome.refused":     {"规则不允许", "Refused"},
	"send_outcome.unknown":     {"结果不明", "Unknown"},

	"failure.bad_address":     {"号码或设备无效", "Bad address"},
	"failure.bad_message":     {"内容被拒", "Message not accepted"},
	"failure.blocked":         {"客户已在服务商处拒收", "Blocked by the customer"},
	"failure.bad_credentials": {"服务商认证失败", "Provider refused our credentials"},
	"failure.rate_limited":    {"发送过快", "Rate limited"},
	"failure.unavailable":     {"服务商不可用", "Provider unavailable"},
	"failure.no_answer":       {"服务商无应答", "Provider did not answer"},
	"failure.breaker_open":    {"服务商已熔断", "Provider known to be down"},
	"failure.no_provider":     {"没有可用通道", "No provider"},
	"failure.interrupted":     {"发送时中断", "Interrupted while sending"},
	"failure.bad_template":    {"模板无效", "Unknown template"},

	"rule.no_address":   {"没有号码或设备", "No number or device"},
	"rule.opt_out":      {"客户已退订", "Opted out"},
	"rule.no_consent":   {"客户未同意", "No consent"},
	"rule.expired":      {"消息已过期", "Message expired"},
	"rule.prompt_ended": {"询问已结束", "Prompt has ended"},
	"rule.case_cap":     {"本案消息已达上限", "Enough messages about this case"},
	"rule.daily_cap":    {"当日消息已达上限", "Enough messages today"},
	"rule.quiet_hours":  {"免打扰时段", "Quiet hours"},

	"contact.allow": {"可以联系", "May be contacted"},
	"contact.defer": {"稍后联系", "Contact later"},
	"contact.deny":  {"不可联系", "Must not be contacted"},
}
