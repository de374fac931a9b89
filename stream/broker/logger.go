package broker

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/twmb/franz-go/pkg/kfake"
)

// logger passes kfake's warnings and errors on; below that it reports every request.
type logger struct{ to *slog.Logger }

// Logf implements kfake.Logger.
func (l logger) Logf(level kfake.LogLevel, format string, args ...any) {
	switch level {
	case kfake.LogLevelError:
		l.log(slog.LevelError, format, args)
	case kfake.LogLevelWarn:
		l.log(slog.LevelWarn, format, args)
	}
}

func (l logger) log(level slog.Level, format string, args []any) {
	l.to.Log(context.Background(), level, "embedded broker", slog.String("detail", fmt.Sprintf(format, args...)))
}
