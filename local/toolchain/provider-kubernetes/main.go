// The Kubernetes provider at the release commit of the version that package.json pins. The schema lies in the
// provider's module and is read from beside the executable.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

// Set by the build.
var version = ""

func main() {
	executable, err := os.Executable()
	if err != nil {
		fail(err)
	}
	schema, err := os.ReadFile(filepath.Join(filepath.Dir(executable), "schema.json"))
	if err != nil {
		fail(err)
	}
	provider.Serve("kubernetes", version, schema, nil)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "pulumi-resource-kubernetes:", err)
	os.Exit(1)
}
