package glossary

// collectionTerms are the words of the collections queue, promises and flags. Never written to.
var collectionTerms = map[string]Term{
	"line.standard": {"常规队列", "Standard"},
	"line.flexible": {"柔性处置组", "Flexible team"},
	"line.hardship": {"困难关怀", "Hardship"},
	"line.disputes": {"异议与投诉", "Disputes"},

	"rest.claimed":    {"已被领取", "Claimed"},
	"rest.snoozed":    {"已暂缓", "Snoozed"},
	"rest.promised":   {"承诺还款中", "Promise running"},
	"rest.planned":    {"还款方案履行中", "Plan running"},
	"rest.suppressed": {"不得联系", "No contact allowed"},

	"flag.hardship":   {"还款困难", "Hardship"},
	"flag.vulnerable": {"需特别关怀", "Vulnerable"},
	"flag.dispute":    {"对债务有异议", "Debt disputed"},
	"flag.complaint":  {"投诉处理中", "Complaint open"},
	"flag.cease":      {"要求停止联系", "Asked not to be contacted"},
	"flag.lawyer":     {"已委托律师", "Represented by a lawyer"},
	"flag.bankruptcy": {"破产", "Bankruptcy"},
	"flag.deceased":   {"已故", "Deceased"},
	"flag.incapacity": {"无行为能力", "Cannot act for themselves"},
	"flag.crisis":     {"处于危机", "In crisis"},

	"promise_state.open":      {"承诺中", "Open"},
	"promise_state.kept":      {"已履行", "Kept"},
	"promise_state.partial":   {"部分履行", "Partly kept"},
	"promise_state.broken":    {"未履行", "Broken"},
	"promise_state.cancelled": {"已取消", "Cancelled"},

	"arm.champion":           {"现行做法（对照组）", "Champion (control)"},
	"arm.challenger":         {"试验做法", "Challenger"},
	"stop_reason.complaints": {"投诉增多", "More complaints"},
	"stop_reason.opt_outs":   {"退订增多", "More opt-outs"},

	"verb.promise":        {"承诺还款", "Promise to pay"},
	"verb.cancel_promise": {"取消承诺", "Cancel the promise"},
	"verb.flag":           {"设置标记", "Set a flag"},
	"verb.unflag":         {"取消标记", "Take a flag back"},

	"verb.restrict":         {"登记联系限制", "Restrict contact"},
	"verb.lift_restriction": {"解除联系限制", "Lift a restriction"},

	"restriction.inconvenient_hours": {"不便联系的时段", "Inconvenient hours"},
	"restriction.stopped_channel":    {"拒绝的联系方式", "Channel stopped"},
	"restriction.stopped_number":     {"拒绝的号码或地址", "Number or address stopped"},
	"restriction.employer_forbids":   {"雇主不允许在工作单位联系", "Employer forbids contact at work"},

	"act.restricted":         {"登记联系限制", "Contact restricted"},
	"act.restriction_lifted": {"解除联系限制", "Restriction lifted"},

	"act.line_moved":        {"转入其他队列", "Moved to another line"},
	"act.paid":              {"收到还款", "Payment received"},
	"act.promised":          {"承诺还款", "Promise to pay"},
	"act.promise_broken":    {"承诺未履行", "Promise broken"},
	"act.promise_partial":   {"承诺部分履行", "Promise partly kept"},
	"act.promise_kept":      {"承诺已履行", "Promise kept"},
	"act.promise_cancelled": {"承诺已取消", "Promise cancelled"},
	"act.promise_reopened":  {"还款被退回，承诺恢复", "Payment taken back, promise open again"},
	"act.flagged":           {"设置标记", "Flag set"},
	"act.unflagged":         {"取消标记", "Flag taken back"},

	"verb.contact_reserve":  {"预约联系", "Reserve a contact"},
	"verb.contact_result":   {"登记联系结果", "Result of a contact"},
	"verb.contact_note":     {"登记联系", "Note a contact"},
	"verb.plan_offer":       {"提出还款方案", "Offer a plan"},
	"verb.plan_sign":        {"签订还款方案", "Sign the plan"},
	"verb.plan_decline":     {"客户不接受方案", "Plan declined"},
	"verb.plan_review":      {"开始复核方案", "Begin a review"},
	"verb.plan_continue":    {"继续履行方案", "Continue the plan"},
	"verb.plan_terminate":   {"终止方案", "Terminate the plan"},
	"verb.plan_renegotiate": {"重新协商方案", "Renegotiate the plan"},

	"act.paid_back":        {"还款被退回", "Payment taken back"},
	"act.plan_moved":       {"还款方案", "Plan"},
	"act.contact_reserved": {"预约联系", "Contact reserved"},
	"act.contact_made":     {"联系结果", "Contact made"},

	"refusal.contact_rules":   {"联系规则不允许", "Contact rules do not allow it"},
	"refusal.no_plan":         {"该账户没有还款方案", "The account has no plan"},
	"refusal.plan_incomplete": {"协议缺少第七十条要求的内容", "The contract lacks what Art. 70 asks for"},
	"refusal.plan_lapsed":     {"方案已过期，请重新计算", "The offer has lapsed; reckon it anew"},
	"refusal.plan_over":       {"方案已到期，无法顺延", "The plan's last day is over"},

	"refusal.too_many": {"记录已满，请先清理", "There are as many as may be"},

	"reason.rank_expected_loss":  {"预期损失", "Expected loss"},
	"reason.rank_tier_near":      {"即将进入下一等级", "Next tier is near"},
	"reason.rank_promise_broken": {"新近违约", "Promise broken lately"},
	"reason.rank_self_cure":      {"大概率自行还款，仅数字提醒", "Likely to pay by itself: digital only"},
	"reason.rank_care":           {"需要关怀", "Needs care"},
	"reason.rank_waiting":        {"等待时间", "Waiting"},
	"reason.rank_days_to_bound":  {"距逾期60/90天", "Days to 60 or 90 past due"},
}
