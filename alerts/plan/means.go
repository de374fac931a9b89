package plan

import (
	"errors"
	"fmt"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Job is where a customer's income comes from. It is sensitive (PIPL 28, 29): whoever stores it needs a separate consent.
type Job string

// The states of a job.
const (
	Employed   Job = "employed"
	Irregular  Job = "irregular" // self-employed, by the job, by the season
	Unemployed Job = "unemployed"
	Retired    Job = "retired"
)

// Means is what a customer has told, or proven, of their month. All amounts are minor units a month, ≥ 0, in the debt's currency.
type Means struct {
	// IncomeMinor is what comes in now, after tax: wages, benefits, pension.
	IncomeMinor int64
	// EssentialsMinor is what living costs: rent, food, fuel, medicine, school; without the instalments of debts.
	EssentialsMinor int64
	// Dependants are the people who live on this income besides the customer.
	Dependants int
	Job        Job
	// OtherDebtMinor is what all other debts ask for each month.
	OtherDebtMinor int64
	// SavingsMinor is what could be paid at once. It is not asked for unless the customer offers a lump sum.
	SavingsMinor int64
	// LaterIncomeMinor is the income expected once a passing hardship is over, RecoveryMonths from now; 0 when nothing is expected to
	// change.
	LaterIncomeMinor int64
	RecoveryMonths   int
}

// Policy is a bank's own say about plans. Amounts are minor units of Currency.
type Policy struct {
	Currency card.Currency
	// DebtServiceCap is the greatest share of income that all debts together may take. 50–55 % is the cap for mortgages in China.
	DebtServiceCap Rate
	// Buffer is the share of income that stays for what nobody foresees, at least BufferMinor.
	Buffer      Rate
	BufferMinor int64
	// LivingMinor and DependantMinor are the least that the customer and each dependant are taken to need: who tells less has forgotten
	// something, and a plan built on it would break.
	LivingMinor, DependantMinor int64
	// Irregular and Unemployed are the share of such an income that is counted on; wages and pensions count in full. A job that nobody
	// told counts as irregular.
	Irregular, Unemployed Rate
	// Comfort is the share of what is affordable that a proposal asks for when the term allows.
	Comfort Rate
	// ReserveMonths is how many months of essentials a lump sum must leave in savings.
	ReserveMonths int
	// Kinds are what an agent may propose.
	Kinds []Kind
	// MaxMonths is the bank's longest term, at most the law's.
	MaxMonths int
	// DeferMonths is the longest deferral.
	DeferMonths int
	// ReducedRate is what Reduced charges.
	ReducedRate Rate
	// Minimum is how the card's minimum payment is reckoned, for comparison.
	Minimum Minimum
	// GraceDays are how many days after its due day a line may still be paid without a breach, ToleranceMinor how much may be missing.
	// 容时 of three days and 容差 of ten yuan, as for card bills.
	GraceDays      int
	ToleranceMinor int64
}

// Defaults is a policy for debts in yuan. Every figure that no rule gives is our own choice, on the careful side.
func Defaults() Policy {
	return Policy{
		Currency: card.Currency{'C', 'N', 'Y'}, DebtServiceCap: 50 * Percent, Buffer: 10 * Percent, BufferMinor: 300_00,
		LivingMinor: 1_200_00, DependantMinor: 600_00, Irregular: 80 * Percent, Unemployed: 60 * Percent, Comfort: 80 * Percent,
		ReserveMonths: 3, Kinds: Kinds(), MaxMonths: MaxMonths, DeferMonths: 6, ReducedRate: 6 * Percent,
		Minimum:   Minimum{Share: 5 * Percent, PlusInterest: true, FloorMinor: 100_00},
		GraceDays: 3, ToleranceMinor: 10_00,
	}
}

// Validate says what in a policy cannot be meant.
func (p Policy) Validate() error {
	for name, share := range map[string]Rate{"debt service cap": p.DebtServiceCap, "buffer": p.Buffer, "irregular income": p.Irregular,
		"unemployed income": p.Unemployed, "comfort": p.Comfort, "reduced rate": p.ReducedRate, "minimum share": p.Minimum.Share} {
		if share < 0 || share > Whole {
			return fmt.Errorf("plan policy: %s is %s; give 0 … 100 %%", name, share)
		}
	}
	for name, amount := range map[string]int64{"buffer": p.BufferMinor, "living": p.LivingMinor, "dependant": p.DependantMinor,
		"tolerance": p.ToleranceMinor, "minimum's floor": p.Minimum.FloorMinor} {
		if amount < 0 || amount > maxMinor {
			return fmt.Errorf("plan policy: the amount of %s is %d; give 0 … %d minor units", name, amount, int64(maxMinor))
		}
	}
	switch {
	case p.Currency == card.Currency{}:
		return errors.New("plan policy: its amounts need a currency")
	case p.MaxMonths < 1 || p.MaxMonths > MaxMonths:
		return fmt.Errorf("plan policy: the longest term is %d months; Art. 70 allows 1 … %d", p.MaxMonths, MaxMonths)
	case p.DeferMonths < 0 || p.DeferMonths >= MaxMonths:
		return fmt.Errorf("plan policy: the longest deferral is %d months; give 0 … %d", p.DeferMonths, MaxMonths-1)
	case p.GraceDays < 0 || p.GraceDays > maxGrace:
		return fmt.Errorf("plan policy: grace is %d days; give 0 … %d", p.GraceDays, maxGrace)
	case p.ReserveMonths < 0 || p.ReserveMonths > MaxMonths:
		return fmt.Errorf("plan policy: the reserve is %d months; give 0 … %d", p.ReserveMonths, MaxMonths)
	}
	return nil
}

// Room is what a customer can pay each month, and how that was reckoned.
type Room struct {
	// AffordableMinor is the least of the three bounds, at least 0.
	AffordableMinor int64
	// Bound names the bound that decides.
	Bound BoundCode
	// CountedMinor is the income counted on, NeededMinor the essentials, BufferMinor what stays for the unforeseen.
	CountedMinor, NeededMinor, BufferMinor int64
	// FreeMinor is what is left when living and the other debts are paid, at least 0. More could only be paid with borrowed money.
	FreeMinor int64
}

// BoundCode names what limits a monthly payment.
type BoundCode string

// The bounds.
const (
	// ByLiving: income − essentials − buffer.
	ByLiving BoundCode = "living_costs"
	// ByDebtService: cap · income − other debts.
	ByDebtService BoundCode = "debt_service"
	// ByBorrowing: income − essentials − other debts. More could only be paid with borrowed money.
	ByBorrowing BoundCode = "no_borrowing"
)

// Room gives what a customer can pay now: max(0, min(income − essentials − buffer, cap·income − other debts)) of notes/collections.md
// §3.3, and never more than is left when living and the other debts are paid, since no plan may need new borrowing. A job that is
// not sure counts with a share of its income; dependants raise the least that living is taken to cost.
func (p Policy) Room(m Means) Room { return p.room(m, m.IncomeMinor, m.Job) }

// LaterRoom gives what a customer can pay when a passing hardship is over: by the later income, which counts in full unless it is irregular.
func (p Policy) LaterRoom(m Means) Room {
	if m.LaterIncomeMinor == 0 {
		return p.Room(m)
	}
	job := m.Job
	if job == Unemployed {
		job = Employed
	}
	return p.room(m, m.LaterIncomeMinor, job)
}

func (p Policy) room(m Means, income int64, job Job) Room {
	counted, others := p.counted(within(income), job), within(m.OtherDebtMinor)
	r := Room{
		CountedMinor: counted,
		NeededMinor:  max(within(m.EssentialsMinor), p.LivingMinor+min(max(int64(m.Dependants), 0), maxDependants)*p.DependantMinor),
		BufferMinor:  max(p.Buffer.Of(counted), p.BufferMinor),
	}
	r.FreeMinor = max(0, counted-r.NeededMinor-others)
	r.AffordableMinor, r.Bound = counted-r.NeededMinor-r.BufferMinor, ByLiving
	if n := p.DebtServiceCap.Of(counted) - others; n < r.AffordableMinor {
		r.AffordableMinor, r.Bound = n, ByDebtService
	}
	if r.FreeMinor < r.AffordableMinor {
		r.AffordableMinor, r.Bound = r.FreeMinor, ByBorrowing
	}
	r.AffordableMinor = max(0, r.AffordableMinor)
	return r
}

// maxDependants bounds what is believed as a number of people.
const maxDependants = 50

// within takes an amount that somebody told: below 0 is nothing, and no amount is above maxMinor.
func within(minor int64) int64 { return min(max(minor, 0), maxMinor) }

func (p Policy) counted(income int64, job Job) int64 {
	switch job {
	case Employed, Retired:
		return income
	case Unemployed:
		return p.Unemployed.Of(income)
	default:
		return p.Irregular.Of(income)
	}
}
