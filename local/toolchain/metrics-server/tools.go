//go:build tools

// Package metricsserver pins the metrics-server of the local cluster.
package metricsserver

import _ "sigs.k8s.io/metrics-server/cmd/metrics-server"
