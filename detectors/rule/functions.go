package rule

import (
	"errors"
	"maps"
	"reflect"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// The helpers. km and known take places and city codes alike; mcc_in and local_hour are written with one argument and get the second one
// from the use at hand.
const (
	fnKm        = "km"
	fnKnown     = "known"
	fnMCCIn     = "mcc_in"
	fnLocalHour = "local_hour"
)

// placeValue is a place for CEL's interpreter.
type placeValue struct{ spot window.Spot }

func (p placeValue) ConvertToNative(reflect.Type) (any, error) {
	return nil, errors.New("rule: a place has no native form")
}
func (p placeValue) ConvertToType(t ref.Type) ref.Val {
	return types.NewErr("a place is no %s", t.TypeName())
}
func (p placeValue) Equal(other ref.Val) ref.Val {
	o, ok := other.(placeValue)
	return types.Bool(ok && o.spot == p.spot)
}
func (p placeValue) Type() ref.Type { return placeType }
func (p placeValue) Value() any     { return p.spot }

func spotOf(v ref.Val) window.Spot {
	if p, ok := v.(placeValue); ok {
		return p.spot
	}
	code, _ := v.Value().(string)
	return spotOfCity(code)
}

func spotOfCity(code string) window.Spot { return window.SpotOf(card.Place{City: code}) }

// known reports whether a spot can be measured from.
func known(s window.Spot) bool { return s.HasPoint() }

func functions() []cel.EnvOption {
	either := []*cel.Type{placeType, cel.StringType}
	var km, isKnown []cel.FunctionOpt
	for _, a := range either {
		isKnown = append(isKnown, cel.Overload("known_"+a.String(), []*cel.Type{a}, cel.BoolType,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return types.Bool(known(spotOf(v))) })))
		for _, b := range either {
			km = append(km, cel.Overload("km_"+a.String()+"_"+b.String(), []*cel.Type{a, b}, cel.DoubleType,
				cel.BinaryBinding(func(x, y ref.Val) ref.Val {
					if km, known := spotOf(x).Distance(spotOf(y)); known {
						return types.Double(km)
					}
					return types.WrapErr(errPlaceUnknown)
				})))
		}
	}
	mccIn := cel.Overload("mcc_in_int_string", []*cel.Type{cel.IntType, cel.StringType}, cel.BoolType,
		cel.BinaryBinding(func(mcc, group ref.Val) ref.Val {
			return types.Bool(inGroup(int64(mcc.(types.Int)), string(group.(types.String))))
		}))
	hour := cel.Overload("local_hour_timestamp_int", []*cel.Type{cel.TimestampType, cel.IntType}, cel.IntType,
		cel.BinaryBinding(func(at, offset ref.Val) ref.Val {
			m := card.MomentOf(at.(types.Timestamp).UTC())
			m.OffsetMinutes = int16(offset.(types.Int))
			return types.Int(m.LocalHour())
		}))
	with := func(name, variable string, last bool) cel.Macro {
		return cel.GlobalMacro(name, 1, func(eh cel.MacroExprFactory, _ ast.Expr, args []ast.Expr) (ast.Expr, *common.Error) {
			if last {
				return eh.NewCall(name, args[0], eh.NewIdent(variable)), nil
			}
			return eh.NewCall(name, eh.NewIdent(variable), args[0]), nil
		})
	}
	return []cel.EnvOption{
		cel.Function(fnKm, km...), cel.Function(fnKnown, isKnown...), cel.Function(fnMCCIn, mccIn), cel.Function(fnLocalHour, hour),
		cel.Macros(with(fnMCCIn, "mcc", false), with(fnLocalHour, "utc_offset_minutes", true)),
	}
}

// groups are merchant categories by what they have in common for a fraudster: how quickly what is bought turns into money (ISO 18245).
func groups() map[string][]card.MCC {
	return map[string][]card.MCC{
		"jewellery":    {5094, 5944},
		"electronics":  {4812, 5045, 5732, 5734, 5946},
		"luxury":       {5094, 5681, 5931, 5932, 5944, 5948, 5950, 5971},
		"gambling":     {7800, 7801, 7802, 7995, 9754},
		"quasi_cash":   {4829, 6012, 6050, 6051, 6211, 6532, 6533, 6536, 6537, 6538, 6540},
		"cash":         {6010, 6011},
		"digital":      {4816, 5815, 5816, 5817, 5818},
		"donations":    {8398},
		"fuel":         {5172, 5541, 5542, 5983},
		"grocery":      {5411, 5422, 5441, 5451, 5462, 5499},
		"restaurants":  {5811, 5812, 5813, 5814},
		"entertaining": {5813, 7273, 7297, 7298, 7911, 7922, 7929, 7994},
		"telecom":      {4812, 4813, 4814, 4815, 4821},
		"travel":       nil,
	}
}

func groupNames() []string { return slices.Sorted(maps.Keys(groups())) }

func inGroup(mcc int64, group string) bool {
	if group == "travel" {
		return window.IsTravel(card.MCC(mcc))
	}
	return slices.Contains(groups()[group], card.MCC(mcc))
}
