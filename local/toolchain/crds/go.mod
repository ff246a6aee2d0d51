// Kept by hand, not by `go mod tidy`: no Go code uses these modules, their YAML is wanted.
module landfall.local/toolchain/crds

go 1.26

require (
	github.com/bitnami-labs/sealed-secrets v0.32.2
	github.com/cert-manager/cert-manager v1.19.1
	github.com/cloudnative-pg/cloudnative-pg v1.27.0
	github.com/cloudnative-pg/plugin-barman-cloud v0.15.0
	github.com/envoyproxy/gateway v1.6.0
	github.com/external-secrets/external-secrets v0.19.2
	github.com/kedacore/keda/v2 v2.18.0
	github.com/kubernetes-csi/external-snapshotter/client/v8 v8.2.0
	github.com/prometheus-operator/prometheus-operator v0.85.0
	github.com/traefik/traefik/v3 v3.5.4
	github.com/vmware-tanzu/velero v1.17.0
	go.universe.tf/metallb v0.16.2
	istio.io/api v1.28.0
	k8s.io/autoscaler/vertical-pod-autoscaler v1.4.1
	sigs.k8s.io/gateway-api v1.4.0
)
