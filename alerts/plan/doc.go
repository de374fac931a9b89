// Package plan is the arithmetic and the law of paying a card debt back: it calculates instalments and what they cost, says whether a
// customer can afford them, and keeps an agreed plan from its draft to its end.
//
// It is a pure room: values in, values out, times as arguments, no state of its own, no clock and no I/O; everything may be called
// at any time from anywhere. Money is int64 minor units of one currency. Every figure is reckoned in whole numbers or exact fractions, and
// rounded once where it becomes money or a rate: half to even, because halves that always go up would, over sixty months and a million
// plans, lean to the bank's side. What rounding leaves over, the last line of a schedule takes.
//
// The rules are those of notes/collections.md: Art. 70 of the 2011 card rule (商业银行信用卡业务监督管理办法) for plans, the 2022 notice
// (关于进一步促进信用卡业务规范健康发展的通知) for ordinary instalments, CONC 7.3 against pressing for too much.
package plan
