package wire

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// at reads a moment that a test writes down.
func at(s string) card.Moment {
	m, err := card.ParseMoment(s)
	if err != nil {
		panic(err)
	}
	return m
}

// encode appends a body by the encoder of its topic.
func encode(dst []byte, body card.Body) []byte {
	switch b := body.(type) {
	case *card.Transaction:
		return AppendTransaction(dst, b)
	case *card.Customer:
		return AppendCustomer(dst, b)
	case *card.Statement:
		return AppendStatement(dst, b)
	case *card.Payment:
		return AppendPayment(dst, b)
	case *card.Feedback:
		return AppendFeedback(dst, b)
	case *card.Tick:
		return AppendTick(dst, b)
	case *alerts.Contact:
		return AppendContact(dst, b)
	case *alerts.Reply:
		return AppendReply(dst, b)
	case *alerts.Command:
		return AppendCommand(dst, b)
	case *alerts.Receipt:
		return AppendReceipt(dst, b)
	case *alerts.CardAction:
		return AppendCardAction(dst, b)
	case *alerts.Conduct:
		return AppendConduct(nil, b)
	case *detectors.Alert:
		return AppendAlert(dst, b)
	case *detectors.Collection:
		return AppendCollection(dst, b)
	case *detectors.Assessment:
		return AppendAssessment(dst, b)
	}
	panic("no encoder")
}

// decode reads a value as a file replay does: without a key, a day after everything.
func decode(t require.TestingT, topic, value string) (card.Body, Meta, error) {
	var d Decoder
	return d.Decode(Record{Topic: topic, Value: []byte(value), Unkeyed: true})
}

func TestEveryTopicHasAFormatAndASchema(t *testing.T) {
	require.Len(t, formats, len(Topics()))
	for _, topic := range Topics() {
		require.Contains(t, formats, topic)
		_, err := Schema(topic)
		require.NoError(t, err)
	}
}

func TestOtherTopicsAreAnErrorAndNoDeadLetter(t *testing.T) {
	_, _, err := decode(t, "cards.transaction.v2", `{}`)
	require.ErrorContains(t, err, "cards.transaction.v2")
	var reject *RejectError
	require.NotErrorAs(t, err, &reject)
	_, err = Schema("cards.transaction.v2")
	require.Error(t, err)
}

func TestDeadLetterTopic(t *testing.T) {
	require.Equal(t, "cards.transaction.v1.cardwatch.dlq", DeadLetter(TransactionTopic))
}

func TestEveryReasonSaysWhatIsExpected(t *testing.T) {
	require.Len(t, expectations, len(Reasons()))
	for _, r := range Reasons() {
		require.NotEmpty(t, expectations[r])
		require.Contains(t, (&RejectError{Reason: r, Field: "mcc"}).Error(), "field mcc refused: "+string(r)+", expected ")
	}
}

// exported lists a body's texts, as the reader of its record would see them, phone numbers left out.
func exported(body card.Body) []string {
	var list []string
	collectStrings(reflect.ValueOf(body), &list)
	return list
}

func collectStrings(v reflect.Value, list *[]string) {
	switch v.Kind() {
	case reflect.Pointer:
		collectStrings(v.Elem(), list)
	case reflect.Struct:
		for i := range v.NumField() {
			collectStrings(v.Field(i), list)
		}
	case reflect.Slice:
		for i := range v.Len() {
			collectStrings(v.Index(i), list)
		}
	case reflect.String:
		if v.Type() != reflect.TypeFor[alerts.Phone]() {
			*list = append(*list, v.String())
		}
	}
}
