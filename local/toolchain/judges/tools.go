//go:build tools

// Package judges pins what judges our manifests, so that go.sum covers it.
package judges

import (
	_ "github.com/yannh/kubeconform/cmd/kubeconform"
	_ "github.com/zegl/kube-score/cmd/kube-score"
	_ "github.com/zricethezav/gitleaks/v8"
)
