//go:build tools

// Package pulumi pins the Pulumi CLI that the toolchain builds where the official download is out of reach.
package pulumi

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
