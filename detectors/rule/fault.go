package rule

import (
	"errors"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/cardwatch/cardwatch/detectors"
)

// fn is an expression that can be evaluated; with a fault the value means nothing.
type fn[T any] func(*scope) (T, detectors.Fault)

// faultError carries a fault through CEL's interpreter.
type faultError struct{ fault detectors.Fault }

func (e faultError) Error() string { return string(e.fault) }

var errPlaceUnknown = faultError{detectors.PlaceUnknown}

// faultOf finds out why CEL's interpreter gave no value. It tells its own errors apart by their texts alone.
func faultOf(err error) detectors.Fault {
	var own faultError
	if errors.As(err, &own) {
		return own.fault
	}
	text := err.Error()
	switch {
	case strings.Contains(text, "by zero"):
		return detectors.DivisionByZero
	case strings.Contains(text, "overflow"):
		return detectors.Overflow
	case strings.Contains(text, "cost limit"):
		return detectors.CostExceeded
	}
	return detectors.BadValue
}

func faultValue(f detectors.Fault) ref.Val { return types.WrapErr(faultError{f}) }
