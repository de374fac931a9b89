package conduct_test

import (
	"testing"
	"time"
	_ "time/tzdata" // the properties run over the zones of the world, wherever the tests run

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// The numbers and debts of the tests.
var (
	mobile  = conduct.KeyOf("+8613800138001")
	home    = conduct.KeyOf("+8613800138002")
	sister  = conduct.KeyOf("+8613800138003")
	cardOne = conduct.KeyOf("account-1")
	cardTwo = conduct.KeyOf("account-2")
)

func moment(t require.TestingT, s string) card.Moment {
	m, err := card.ParseMoment(s)
	require.NoError(t, err)
	return m
}

func packOf(t require.TestingT, id conduct.PackID) conduct.Pack {
	p, ok := conduct.PackOf(id)
	require.True(t, ok, "pack %s", id)
	return p
}

// ask is a collector's ordinary call to the debtor at a moment, by a clock that is never changed.
func ask(at card.Moment) conduct.Request {
	return conduct.Request{
		At: at, Channel: conduct.Call, Party: conduct.Debtor, Purpose: conduct.Collect, Number: mobile, Debt: cardOne, DebtFacts: true,
	}
}

// made is what became of an ordinary call.
func made(at card.Moment, result conduct.Result) conduct.Contact {
	return conduct.Contact{
		At: at, Channel: conduct.Call, Party: conduct.Debtor, Purpose: conduct.Collect, Number: mobile, Debt: cardOne, Result: result,
	}
}

// with changes a copy of a request or contact.
func with[T any](v T, change func(*T)) T {
	change(&v)
	return v
}

// logOf is a log of contacts, noted in this order.
func logOf(t require.TestingT, contacts ...conduct.Contact) *conduct.Log {
	l := &conduct.Log{}
	for i, c := range contacts {
		require.NoError(t, l.Note("past-"+string(rune('a'+i)), c, c.At))
	}
	return l
}

// zone is a place's clock, from Go's own tables.
func zone(t require.TestingT, name string) (*time.Location, func(card.Moment) int16) {
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc, func(at card.Moment) int16 {
		_, seconds := at.Time().In(loc).Zone()
		return int16(seconds / 60)
	}
}

func ptr[T any](v T) *T { return &v }

func TestAKeyTellsNothingAndIsNeverUnknown(t *testing.T) {
	require.Zero(t, conduct.KeyOf(""))
	require.NotZero(t, mobile)
	require.NotEqual(t, mobile, home)
	require.Equal(t, mobile, conduct.KeyOf("+8613800138001"))
}
