package conduct

import (
	"reflect"
	"slices"
)

// Strictest is all rules of several packs in one, each as strict as any of them has it: what every cap counts is widened from a number or
// debt to the debtor, and one more rule, OWN-SAFE-HOURS, keeps every channel on every day to the latest opening and the earliest closing.
// What it allows, each of the packs allows.
func Strictest(packs ...Pack) Pack {
	all := Pack{ID: Safest, Zh: "最严规则", En: "Strictest of all"}
	for _, p := range packs {
		for _, rule := range p.Rules {
			rule.Check = widened(rule.Check)
			same := func(r Rule) bool { return r.ID == rule.ID && reflect.DeepEqual(r.Check, rule.Check) }
			if !slices.ContainsFunc(all.Rules, same) {
				all.Rules = append(all.Rules, rule)
			}
		}
		all.Holidays = append(all.Holidays, p.Holidays...)
	}
	slices.Sort(all.Holidays)
	all.Holidays = slices.Compact(all.Holidays)
	all.Rules = append(all.Rules, Rule{
		ID: OwnSafeHours, Check: narrowest(all.Rules), Yields: true, Source: ownChoice,
		Zh: "任何一天、任何方式，均以各规则中最晚的开始和最早的结束时间为准。",
		En: "Every channel, every day: from the latest opening to the earliest closing of all packs.",
	})
	return all
}

// widened counts over the debtor what is counted over a number or a debt. What is asked of third parties stays theirs.
func widened(check Check) Check {
	limit, ok := check.(Cap)
	if !ok || slices.Equal(limit.Parties, []Party{Third}) {
		return check
	}
	limit = limit.clone()
	limit.Scope = PerDebtor
	return limit
}

// narrowest are the hours that lie within all others, but those of workplaces.
func narrowest(rules []Rule) Hours {
	day := Span{0, dayMinutes}
	for _, rule := range rules {
		if h, ok := rule.Check.(Hours); ok && !h.AtWork {
			for _, s := range []Span{h.Weekday, h.Weekend} {
				day = Span{max(day.From, s.From), min(day.Until, s.Until)}
			}
		}
	}
	return Hours{Channels: spoken(), Weekday: day, Weekend: day, NotOnHolidays: true}
}
