package provider

import (
	"context"
	"log/slog"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// logHandler passes what the client logs to the log of OpenTofu and Terraform, which
// TF_LOG=DEBUG shows. The client logs no header, no body and no query.
type logHandler struct{}

// Enabled reports true: the level is that of the logger in the context.
func (logHandler) Enabled(context.Context, slog.Level) bool { return true }

func (logHandler) Handle(ctx context.Context, record slog.Record) error {
	fields := make(map[string]any, record.NumAttrs())
	record.Attrs(func(attr slog.Attr) bool {
		fields[attr.Key] = attr.Value.Resolve().String()
		return true
	})
	if record.Level >= slog.LevelWarn {
		tflog.Warn(ctx, record.Message, fields)
		return nil
	}
	tflog.Debug(ctx, record.Message, fields)
	return nil
}

// WithAttrs and WithGroup change nothing: the client uses neither.

func (h logHandler) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h logHandler) WithGroup(string) slog.Handler      { return h }
