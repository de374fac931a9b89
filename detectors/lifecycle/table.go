package lifecycle

// table says where an act takes a set; what a state does not list is refused. A set goes forward one step at a time: nobody is asked to
// approve what was never back-tested or seen beside the live traffic. What protects customers at once, a rule's Stop and the live set's Rollback,
// needs one person. A set that was rolled back goes through shadow and approval again; one that was only replaced has kept its approval.
var table = map[State]map[Verb]State{
	Unknown:    {Submit: Draft, Adopt: Live},
	Filed:      {Submit: Draft, Adopt: Live},
	Draft:      {Check: Checked, Adopt: Live, Withdraw: Withdrawn},
	Checked:    {Backtest: Backtested, Adopt: Live, Withdraw: Withdrawn},
	Backtested: {Backtest: Backtested, Shadow: InShadow, Adopt: Live, Withdraw: Withdrawn},
	InShadow:   {Backtest: InShadow, Approve: Approved, Adopt: Live, Withdraw: Withdrawn},
	Approved:   {GoLive: Live, Adopt: Live, Withdraw: Withdrawn},
	Live:       {Rollback: RolledBack, Adopt: Live},
	Retired:    {GoLive: Live, Adopt: Live},
	RolledBack: {Backtest: RolledBack, Shadow: InShadow, Adopt: Live, Withdraw: Withdrawn},
	Withdrawn:  {Adopt: Live},
}
