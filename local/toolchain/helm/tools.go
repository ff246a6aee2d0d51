//go:build tools

// Package helm pins what renders charts and bases of Kustomize.
package helm

import (
	_ "helm.sh/helm/v4/cmd/helm"
	_ "sigs.k8s.io/kustomize/kustomize/v5"
)
