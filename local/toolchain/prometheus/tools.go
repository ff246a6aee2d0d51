//go:build tools

// Package prometheus pins the judges of rules, dashboards and notifications.
package prometheus

import (
	_ "github.com/prometheus/alertmanager/cmd/amtool"
	_ "github.com/prometheus/prometheus/cmd/promtool"
)
