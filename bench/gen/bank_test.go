package gen

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func small(seed uint64) Config {
	config := Defaults()
	config.Seed, config.Customers, config.Days, config.History, config.AttackRate = seed, 40, 40, 5, 10
	return config
}

// fingerprint is a hash over every record and label.
func fingerprint(t *testing.T, config Config) uint64 {
	h := fnv.New64a()
	for _, r := range everything(t, config) {
		line, err := json.Marshal(r)
		require.NoError(t, err)
		_, err = h.Write(line)
		require.NoError(t, err)
	}
	return h.Sum64()
}

func TestTheSameSeedGivesTheSameBank(t *testing.T) {
	require.Equal(t, fingerprint(t, small(7)), fingerprint(t, small(7)))
	require.NotEqual(t, fingerprint(t, small(7)), fingerprint(t, small(8)))
}

func TestALargerBankHoldsTheSmallerOne(t *testing.T) {
	one, more := small(3), small(3)
	one.Customers = 10
	few, many := lives(t, everything(t, one)), lives(t, everything(t, more))
	require.Len(t, few, 10)
	for customer, life := range few {
		require.Equal(t, life, many[customer], customer)
	}
}

func TestAnEndlessBankGoesOn(t *testing.T) {
	config := small(1)
	config.Customers, config.Days = 2, 0
	b, err := New(config)
	require.NoError(t, err)
	var last Record
	for range 20_000 {
		r, ok := b.Next()
		require.True(t, ok)
		last = r
	}
	require.Greater(t, dayOf(last.Arrived.UnixMilli), dayOf(config.Start.UnixMilli)+2*365)
}

func TestConfigOutOfRangeIsRefused(t *testing.T) {
	for _, c := range []struct {
		fails  string
		change func(c *Config)
	}{
		{"customers", func(c *Config) { c.Customers = 0 }},
		{"customers", func(c *Config) { c.Customers = MaxCustomers + 1 }},
		{"days", func(c *Config) { c.Days = -1 }},
		{"history", func(c *Config) { c.History = -1 }},
		{"start", func(c *Config) { c.Start = card.Moment{} }},
		{"attack rate", func(c *Config) { c.AttackRate = -0.1 }},
		{"share", func(c *Config) { c.LookAlikeShare = 1.1 }},
		{"share", func(c *Config) { c.EnglishShare = -1 }},
	} {
		config := Defaults()
		c.change(&config)
		_, err := New(config)
		require.ErrorContains(t, err, c.fails)
	}
}

func TestEveryRecordHasItsTopic(t *testing.T) {
	topics := map[string]int{}
	for _, r := range everything(t, small(1)) {
		topics[r.Topic()]++
	}
	require.Greater(t, topics["cards.customer.v1"], 80, "a profile, and salaries")
	require.Equal(t, 40, topics["cards.contact.v1"])
	require.Greater(t, topics["cards.statement.v1"], 40)
	require.Greater(t, topics["cards.payment.v1"], 20)
	require.Greater(t, topics["cards.transaction.v1"], 2000)
	require.Len(t, topics, 5)
}

func TestInvariantsOfAnyBank(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		config := Defaults()
		config.Seed = rapid.Uint64().Draw(t, "seed")
		config.Customers = rapid.IntRange(1, 2).Draw(t, "customers")
		config.Days = rapid.IntRange(1, 90).Draw(t, "days")
		config.History = rapid.IntRange(0, 20).Draw(t, "history")
		config.AttackRate = rapid.Float64Range(0, 50).Draw(t, "rate")
		all := everything(t, config)
		arrivalNeverGoesBack(t, all)
		idsAreUniqueButForRepeats(t, all)
		nothingLooksLikeACardNumber(t, all)
		historyIsClean(t, all, config)
		for _, life := range lives(t, all) {
			whatIsTakenBackWasThere(t, life)
			booksBalance(t, life)
		}
	})
}

func arrivalNeverGoesBack(t *rapid.T, all []Record) {
	for i := 1; i < len(all); i++ {
		if all[i].Arrived.Before(all[i-1].Arrived) {
			require.Fail(t, "arrival goes back", "record %d", i)
		}
	}
}

func idsAreUniqueButForRepeats(t *rapid.T, all []Record) {
	seen := map[string]Record{}
	for _, r := range all {
		id := head(r.Body).ID
		if first, twice := seen[id]; twice {
			require.Equal(t, first.Body, r.Body, "a repeat of %s", id)
			require.Equal(t, first.Label, r.Label)
		}
		seen[id] = r
	}
}

func nothingLooksLikeACardNumber(t *rapid.T, all []Record) {
	check := func(words ...string) {
		for _, w := range words {
			if len(w) > 64 || longestRunOfDigits(w) >= 12 {
				require.Fail(t, "id", "%q is too long or looks like a card number", w)
			}
		}
	}
	for _, r := range all {
		h := head(r.Body)
		check(h.ID, h.Customer)
		switch b := r.Body.(type) {
		case *card.Transaction:
			check(b.Card, b.Account, b.Original, b.Merchant, b.MerchantName, b.Terminal)
		case *alerts.Contact:
			require.Regexp(t, `^\+8619900\d{6}$`, b.Phone.Reveal())
			require.False(t, passesLuhn(b.Phone.Reveal()[1:]), "a phone number that the door would take for a card number")
			check(b.PushToken)
		}
	}
}

// longestRunOfDigits looks through spaces and hyphens, as card numbers are often written with them.
func longestRunOfDigits(s string) int {
	longest, run := 0, 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			run++
			longest = max(longest, run)
		case r != ' ' && r != '-':
			run = 0
		}
	}
	return longest
}

// passesLuhn is ISO/IEC 7812-1 annex B, written from the left.
func passesLuhn(digits string) bool {
	sum := 0
	for i, r := range digits {
		v := int(r - '0')
		if (len(digits)-i)%2 == 0 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}

func TestPassesLuhnKnowsCardNumbers(t *testing.T) {
	require.True(t, passesLuhn("4111111111111111"))
	require.True(t, passesLuhn("378282246310005"))
	require.False(t, passesLuhn("4111111111111112"))
}

func TestPhonesAreDifferentAndNeverLookLikeCards(t *testing.T) {
	seen := map[alerts.Phone]bool{}
	for i := range uint32(100_000) {
		p := phone(i)
		if seen[p] || passesLuhn(p.Reveal()[1:]) {
			require.Fail(t, "phone", "number %d is repeated or looks like a card", i)
		}
		seen[p] = true
	}
	require.Len(t, phone(MaxCustomers-1).Reveal(), len("+8619900000000"))
	require.Equal(t, "••••••", fmt.Sprint(phone(0))[:len("••••••")])
}

func historyIsClean(t *rapid.T, all []Record, config Config) {
	for _, r := range all {
		if r.Label.Attack != "" {
			require.GreaterOrEqual(t, dayOf(r.Arrived.UnixMilli), dayOf(config.Start.UnixMilli))
			require.Equal(t, Ordinary, r.Label.Group)
		}
	}
}

func whatIsTakenBackWasThere(t require.TestingT, life []Record) {
	before := map[string]Record{}
	for _, r := range life {
		x := transactionOf(r)
		if x == nil {
			continue
		}
		before[x.ID] = r
		if x.Type != card.Reversal && x.Type != card.Refund {
			if x.Original != "" {
				require.Fail(t, "original", "%s takes nothing back, but names %s", x.ID, x.Original)
			}
			continue
		}
		original, there := before[x.Original]
		require.True(t, there, "%s takes back %s, which came before", x.ID, x.Original)
		o := transactionOf(original)
		require.Equal(t, []string{o.Card, o.Merchant, "approved", "purchase"}, []string{x.Card, x.Merchant, o.Status.String(), o.Type.String()})
		require.LessOrEqual(t, x.Amount.Minor, o.Amount.Minor)
		require.False(t, r.Arrived.Before(original.Arrived))
		if x.Type == card.Reversal {
			require.Equal(t, o.Amount, x.Amount)
			require.True(t, o.At.Before(x.At), "the same terminal, so the same clock")
		}
	}
}
