package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/shlex"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// options are `runtime.options` of Pulumi.yaml.
type options struct {
	nodeArgs       []string
	typescript     bool
	tsconfig       string
	packageManager string
}

func parseOptions(info *pulumirpc.ProgramInfo) (options, error) {
	given := info.GetOptions().AsMap()
	var nodeArgs string
	parsed := options{typescript: true, packageManager: anyManager}
	if err := errors.Join(
		readOption(given, "nodeargs", &nodeArgs),
		readOption(given, "typescript", &parsed.typescript),
		readOption(given, "tsconfig", &parsed.tsconfig),
		readOption(given, "packagemanager", &parsed.packageManager),
	); err != nil {
		return options{}, err
	}

	var err error
	if parsed.nodeArgs, err = shlex.Split(nodeArgs); err != nil {
		return options{}, fmt.Errorf("runtime.options.nodeargs can't be split into arguments (%w): got %s; "+
			"close its quotes and end its escapes as a shell wants them", err, nodeArgs)
	}
	allowed := []string{anyManager}
	for _, manager := range managers {
		allowed = append(allowed, manager.name)
	}
	if !slices.Contains(allowed, parsed.packageManager) {
		return options{}, fmt.Errorf("runtime.options.packagemanager must be one of %s; got %s",
			strings.Join(allowed, ", "), parsed.packageManager)
	}
	return parsed, nil
}

// readOption puts an option's value, if it is given, where target points.
func readOption[T any](given map[string]any, name string, target *T) error {
	value, ok := given[name]
	if !ok {
		return nil
	}
	if *target, ok = value.(T); !ok {
		return fmt.Errorf("runtime.options.%s must be a %T; got %v", name, *target, value)
	}
	return nil
}
