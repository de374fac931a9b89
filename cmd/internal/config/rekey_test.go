package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/stream/wire"
)

const bankMapping = `records:
  - topic: cards.payment.v1
    fields: {event_id: {const: ""}, customer_id: {column: pan, token: true}, account_id: {lookup: accounts.account, by: pan},
      paid_at: {column: t, time: rfc3339}, amount_minor: {column: a, money: minor}, currency: {const: CNY}, method: {const: manual}, status: {const: settled}}
lookups: {accounts: {key: pan}}
`

func TestSourcesAreReadWithWhatTheirMappingsNeed(t *testing.T) {
	f := newFolder(t)
	f.write("bank.yaml", bankMapping, 0o644)
	f.write("key", strings.Repeat("k", 32), 0o600)
	f.write("accounts.csv", "pan,account\n", 0o644)
	c, err := f.load(`
roles: [rekey, monitor]
rekey:
  sources:
    - topic: bank.card.events
      mapping: card-events
      target: cards.transaction.v1
    - topic: bank.payments
      mapping: DIR/bank.yaml
      token_key_file: DIR/key
      lookups: {accounts: DIR/accounts.csv}
    - topic: bank.ready
`)
	require.NoError(t, err)
	require.True(t, c.Has(RoleRekey))
	require.Equal(t, []string{wire.TransactionTopic}, c.Rekey.Sources[0].Compiled.Topics())
	require.Equal(t, []string{wire.PaymentTopic}, c.Rekey.Sources[1].Compiled.Topics())
	require.Nil(t, c.Rekey.Sources[2].Compiled)
	require.Equal(t, wire.TransactionTopic, c.Rekey.Sources[2].Target)
}

func TestLoadRefusesSources(t *testing.T) {
	for name, tc := range map[string]struct{ source, want string }{
		"no name":     {"{mapping: card-events}", `c.yaml:2:14: topic "" is no name of a topic: letters, digits, dots and dashes, at most 235`},
		"our own":     {"{topic: cards.reply.v1}", "c.yaml:2:14: cards.reply.v1 is Cardwatch's own; a source is a topic of the bank's"},
		"twice":       {"{topic: a}, {topic: a}", "c.yaml:2:26: topic a stands here twice; one mapping can make several records of a value"},
		"no mapping":  {"{topic: a, mapping: card-event}", "c.yaml:2:24: cannot read card-event: no such file or directory, and no shipped mapping has that name (card-events, cardsim, sparkov, sparkov-cards, tabformer)"},
		"a bad one":   {"{topic: a, mapping: DIR/bad.yaml}", `c.yaml:2:24: bad.yaml:1:1: unknown key "record"; did you mean "records"?`},
		"whole files": {"{topic: a, mapping: cardsim}", "c.yaml:2:24: mapping cardsim.yaml keeps the first cards.customer.v1 record of each customer (`once`), which only an import of a whole file can"},
		"numbers":     {"{topic: a, mapping: sparkov}", "c.yaml:2:24: mapping sparkov.yaml numbers rows ({row}), and records on Kafka have no number: name the bank's own id, or write `event_id: {const: \"\"}` for one made from the record's place"},
		"no key":      {"{topic: a, mapping: DIR/bank.yaml}", "c.yaml:2:24: mapping bank.yaml makes tokens of card numbers and needs a token key"},
		"an open key": {"{topic: a, mapping: DIR/bank.yaml,\n    token_key_file: DIR/open}", "c.yaml:3:5: open can be read by others (mode 0644); chmod 600 it"},
		"no lookup":   {"{topic: a, mapping: DIR/bank.yaml,\n    lookups: {accounts: DIR/none}}", "c.yaml:3:15: lookup accounts: cannot read none: no such file or directory"},
		"key alone":   {"{topic: a, token_key_file: x}", "c.yaml:2:14: token_key_file and lookups belong to a mapping"},
		"no target":   {"{topic: a, target: cards.transactions.v1}", `c.yaml:2:24: target "cards.transactions.v1" is no input topic; did you mean "cards.transaction.v1"?`},
		"other target": {"{topic: a, mapping: card-events, target: cards.reply.v1}",
			"c.yaml:2:46: mapping card-events does not write cards.reply.v1 but cards.transaction.v1; a mapping names its topics itself"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t)
			f.write("bank.yaml", bankMapping, 0o644)
			f.write("bad.yaml", "record: []", 0o644)
			f.write("open", strings.Repeat("k", 32), 0o644)
			_, err := f.load("rekey:\n  sources: [" + tc.source + "]")
			message := f.message(err)
			if i := strings.Index(message, "\n"); i >= 0 {
				message = message[:i]
			}
			require.Equal(t, tc.want, message)
		})
	}
	_, err := newFolder(t).load("roles: [rekey]")
	require.ErrorContains(t, err, "role rekey has no source; list the topics to read under rekey.sources")
}
