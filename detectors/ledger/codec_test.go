package ledger_test

import (
	"encoding/hex"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/ledger"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// States in stores and changelogs have one of these forms. goldenV2 is that of fourMonths when payments of closed months were summed up,
// goldenV3 that of goldenAccount. When the first test fails, the version must rise and goldenV3 stay readable.
const (
	goldenV2 = "02026131434e59040c0ae00100690d459d0100000000000000000000007f00ffa3ebd0a867bf070000ffdfe2f739e0a7120001b0acbdbb0d0080ea3080f1048092f40180b518000180b4f48706008090a9fa13e0a7120001b0acbdbb0d00c0843da08d0600a08d06a08d060180e489b70e000001000080c0908312e0a7120001b0acbdbb0d00809f49c0a90700b0acbdbb0d0080897ac09a0c0000020000"
	goldenV3 = "03026131434e5944000ae00100690d459d010000000000000000000000a900ffa3ebd0a867bf070000ffdfe2f739e0a7120001b0acbdbb0d0080ea3080f1048092f4018090a9fa13e0a7120001b0acbdbb0d00c0843da08d0600000100000000000080c0908312e0a7120001b0acbdbb0d00809f49c0a90700b0acbdbb0d0080897ac09a0c00c0a9070200002a80e0e5a40100d08603ffabeeef330080b51800ffebafc61700a08d06008084f6eb0204e0d403efc4d7abfbe02580d48ee3040400d2c3d7abfbc025"
)

// goldenAccount is fourMonths and what version 3 can tell besides: a corrected bill with the bank's days and instalments, a payment
// that was taken back, and one that will be.
func goldenAccount(t testing.TB) *ledger.Account {
	a := fourMonths(t)
	s := bill(t, "2026-04-03", "2026-04-21", 1000_00)
	s.CyclesPastDue, s.PastDueMinor, s.Aged, s.DaysPastDue, s.InstalmentMinor = 2, 600_00, true, 41, 250_00
	a.ApplyStatement(s, terms)
	a.ApplyPayment(named("p1", payment(t, "2026-04-05", "12:00:00", 300_00)))
	a.ApplyPayment(takenBack(t, "2026-04-07", "p1"))
	a.ApplyPayment(takenBack(t, "2026-04-08", "p2"))
	return a
}

func TestBinaryFormIsTheGoldenOne(t *testing.T) {
	require.Equal(t, goldenV3, hex.EncodeToString(goldenAccount(t).AppendBinary(nil)))
}

func TestGoldenFormsReadBack(t *testing.T) {
	for form, want := range map[string]*ledger.Account{goldenV2: fourMonths(t), goldenV3: goldenAccount(t)} {
		value, err := hex.DecodeString(form)
		require.NoError(t, err)
		r := pack.NewReader(value)
		a := ledger.Read(r)
		require.NoError(t, r.Done())
		for i := range want.Bills {
			require.Equal(t, want.Flow(i), a.Flow(i), "since bill %d", i)
			told := a.Bills[i]
			told.Since = want.Bills[i].Since
			require.Equal(t, want.Bills[i], told)
		}
		now := day(t, "2026-04-20", "12:00:00")
		require.Equal(t, want.Standing(now, terms), a.Standing(now, terms))
		features, _ := want.Features()
		got, _ := a.Features()
		require.Equal(t, features, got)

		s := &ledger.Sealed{}
		s.Read(pack.NewReader(value))
		require.Equal(t, value, s.AppendBinary(nil), "what no event opens stays as it is")
	}
}

// A customer abroad, corrections and all sorts of payments: whatever an account holds, its binary form keeps.
func drawAccount(t *rapid.T) *ledger.Account {
	at := func(name string) card.Moment {
		return card.Moment{UnixMilli: rapid.Int64Range(1e12, 2e12).Draw(t, name), OffsetMinutes: rapid.SampledFrom([]int16{480, 480, 540, -1080}).Draw(t, "offset")}
	}
	number := func(name string) int { return rapid.SampledFrom([]int{0, 0, 1, 2, 300}).Draw(t, name) }
	minor := func(name string) int64 {
		return rapid.SampledFrom([]int64{0, 0, 5, -7, 123_456, 1 << 50}).Draw(t, name)
	}
	yes := func(name string) bool { return rapid.Bool().Draw(t, name) }
	flow := func() ledger.Flow {
		f := ledger.Flow{PaidMinor: minor("paid"), PaidOnTimeMinor: minor("on time"), Settled: number("settled"), Failed: number("failed"),
			FailedAutopay: number("autopay"), SpendMinor: minor("spend"), CashMinor: minor("cash"), Uses: number("uses")}
		if f.Settled > 0 {
			f.LastPaidAt = at("last paid")
		}
		return f
	}
	a := &ledger.Account{ID: "a1", Currency: cny, Before: flow(), Marks: ledger.Marks{JudgedAt: at("judged"), Tier: uint8(number("tier")),
		Assessed: yes("assessed"), High: yes("high"), MissBasisPoints: uint16(number("basis")), Done: uint8(number("done"))}}
	if yes("rated") {
		a.RateBps = rapid.IntRange(1, card.MaxRateBps).Draw(t, "rate")
	}
	if yes("wakes") {
		a.Marks.WakeAt = at("wake")
	}
	if yes("carries") {
		a.Carried = ledger.Debt{DueAt: at("carried"), Minor: minor("carried"), Estimated: yes("estimated"), Told: yes("told")}
	}
	for range rapid.IntRange(0, ledger.MaxBills).Draw(t, "bills") {
		b := ledger.Bill{At: at("at"), InstalmentMinor: minor("instalment"), DueAt: at("due"), BalanceMinor: minor("balance"), MinDueMinor: minor("minimum"),
			PastDueMinor: minor("past due"), LimitMinor: minor("limit"), CyclesPastDue: number("cycles"), Autopay: yes("autopay"),
			DueAssumed: yes("assumed"), Since: flow()}
		if b.SaidAt = b.At; yes("corrected") {
			b.SaidAt = at("said")
		}
		if b.Aged = yes("aged"); b.Aged {
			b.DaysPastDue = number("days")
		}
		a.Bills = append(a.Bills, b)
	}
	for range rapid.IntRange(0, ledger.MaxPayments).Draw(t, "payments") {
		a.Payments = append(a.Payments, ledger.Payment{Key: rapid.Uint64Max(1<<48-1).Draw(t, "key"), TakenBack: yes("taken back"), At: at("paid at"), AmountMinor: minor("amount"), Failed: yes("failed"), Autopay: yes("drawn")})
	}
	slices.SortFunc(a.Bills, func(a, b ledger.Bill) int { return int(min(max(a.At.UnixMilli-b.At.UnixMilli, -1), 1)) })
	return a
}

// sealed reads the account's binary form without opening it.
func sealed(t require.TestingT, a *ledger.Account) *ledger.Sealed {
	s, r := &ledger.Sealed{}, pack.NewReader(a.AppendBinary(nil))
	s.Read(r)
	require.NoError(t, r.Done())
	return s
}

func TestSealedAccountsKeepEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawAccount(t)
		s := sealed(t, a)
		require.Equal(t, *a, s.Open())
		require.Equal(t, a.AppendBinary(nil), s.AppendBinary(nil))
		require.Equal(t, a.Marks.WakeAt, s.WakeAt())
	})
}

func TestSpendingCountsInASealedAccountAsInAnOpenOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		open := drawAccount(t)
		closed := sealed(t, open)
		for range rapid.IntRange(1, 5).Draw(t, "transactions") {
			use := &card.Transaction{
				Head:   card.Head{At: card.Moment{UnixMilli: rapid.Int64Range(1e12, 21e11).Draw(t, "at")}},
				Type:   rapid.SampledFrom([]card.Type{card.Purchase, card.Cash, card.Refund, card.Reversal}).Draw(t, "type"),
				Status: rapid.SampledFrom([]card.Status{card.Approved, card.Declined}).Draw(t, "status"),
				Amount: card.Money{Minor: rapid.Int64Range(0, 1e6).Draw(t, "minor"), Currency: cny},
			}
			open.ApplySpend(use)
			if !closed.ApplySpend(use) {
				opened := closed.Open()
				opened.ApplySpend(use)
				closed = sealed(t, &opened)
			}
			require.Equal(t, *open, closed.Open())
		}
	})
}

func TestDamagedFormsAreErrors(t *testing.T) {
	whole := fourMonths(t).AppendBinary(nil)
	for n := range whole {
		r := pack.NewReader(whole[:n])
		ledger.Read(r)
		require.Error(t, r.Done(), "cut after %d bytes", n)
	}
	r := pack.NewReader(append([]byte{99}, whole[1:]...))
	ledger.Read(r)
	require.ErrorContains(t, r.Err(), "version 99")
}

func FuzzRead(f *testing.F) {
	f.Add(fourMonths(f).AppendBinary(nil))
	f.Fuzz(func(t *testing.T, value []byte) {
		r := pack.NewReader(value)
		a := ledger.Read(r)
		var s ledger.Sealed
		s.Read(pack.NewReader(value))
		s.Open()
		if r.Err() != nil {
			return
		}
		require.LessOrEqual(t, len(a.Bills), ledger.MaxBills)
		require.LessOrEqual(t, len(a.Payments), ledger.MaxPayments)
	})
}
