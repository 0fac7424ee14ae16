package main

import (
	"math"
	"testing"

	"github.com/daypass/daypass/internal/config"
)

// In the settings 0 means: no rotation, keep all. To the file 0 means its defaults, which would rotate and delete.
func TestAuditOptionsKeepWhatTheSettingsSay(t *testing.T) {
	if o := auditOptions(config.Audit{}); o.MaxBytes != math.MaxInt64 || o.Keep != math.MaxInt32 {
		t.Errorf("%+v", o)
	}
	if o := auditOptions(config.Audit{MaxBytes: 1 << 20, Keep: 3}); o.MaxBytes != 1<<20 || o.Keep != 3 {
		t.Errorf("%+v", o)
	}
}
