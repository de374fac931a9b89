package inspect

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func TestStatesAreShownInTheWireFormatsWords(t *testing.T) {
	s := alerts.State{Customer: "c", OptOut: []alerts.ChannelKind{alerts.SMS}, Contact: alerts.Contact{
		Head: card.Head{ID: "e1", At: card.Moment{UnixMilli: 1_772_344_800_000, OffsetMinutes: 480}}, Phone: "+8613800138000", PushToken: "secret",
	}}
	require.JSONEq(t, `{"customer": "c", "opt_out": ["sms"], "contact": {"id": "e1", "at": "2026-03-01T14:00:00.000+08:00",
		"phone": "••••••00", "push_token": "masked"}}`, string(showJSON(&s)))
	require.JSONEq(t, `{"cards": [{"id": "tok-1"}]}`, string(showJSON(&detectors.State{Cards: []detectors.CardState{{ID: []byte("tok-1")}}})))
	for name, want := range map[string]string{"ID": "id", "EventIDs": "event_ids", "MoreAlerts": "more_alerts", "MCC": "mcc", "CaseID": "case_id"} {
		require.Equal(t, want, snake(name))
	}
}

// What has an order of its own choosing, such as a map, would make two exports of one state differ.
func TestNothingInAStateIsShownAsItsKindOnly(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(path string, typ reflect.Type)
	walk = func(path string, typ reflect.Type) {
		if seen[typ] {
			return
		}
		seen[typ] = true
		switch typ.Kind() {
		case reflect.Map, reflect.Interface, reflect.Func, reflect.Chan, reflect.UnsafePointer:
			t.Errorf("%s: a %s cannot be shown", path, typ.Kind())
		case reflect.Struct:
			for f := range typ.NumField() {
				if typ.Field(f).Name != "work" {
					walk(path+"."+typ.Field(f).Name, typ.Field(f).Type)
				}
			}
		case reflect.Slice, reflect.Array, reflect.Pointer:
			walk(path+"[]", typ.Elem())
		}
	}
	walk("monitor", reflect.TypeFor[detectors.State]())
	walk("desk", reflect.TypeFor[alerts.State]())
}
