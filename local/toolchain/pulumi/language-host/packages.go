package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/proto"
)

const sdkPackage = "@pulumi/pulumi"

// manifest is what matters here of a package.json.
type manifest struct {
	Name            string
	Version         string
	Dependencies    map[string]string
	DevDependencies map[string]string
	// Pulumi is there in packages of resources.
	Pulumi struct {
		Resource                  bool
		Name                      string
		Version                   string
		Server                    string
		Parameterization          *parameterization
		ExtensionParameterization *parameterization
	}
}

type parameterization struct {
	Name    string
	Version string
	Value   []byte
}

func readManifest(folder string) (*manifest, error) {
	text, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return nil, err
	}
	var read manifest
	if err := json.Unmarshal(text, &read); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(folder, "package.json"), err)
	}
	return &read, nil
}

// upwards yields a folder and those above it, with links resolved as Node.js does.
func upwards(folder string) iter.Seq[string] {
	if resolved, err := filepath.EvalSymlinks(folder); err == nil {
		folder = resolved
	}
	return func(yield func(string) bool) {
		for yield(folder) && folder != filepath.Dir(folder) {
			folder = filepath.Dir(folder)
		}
	}
}

// findPackage returns the folder of the package that a program in folder would import, or "".
func findPackage(folder, name string) string {
	for parent := range upwards(folder) {
		found := filepath.Join(parent, "node_modules", name)
		if exists(filepath.Join(found, "package.json")) {
			return found
		}
	}
	return ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// installedFor returns all packages that are installed for the program in folder: those in its own node_modules, and
// in those above it as far as the one with the SDK.
func installedFor(folder string) []*manifest {
	var all []*manifest
	seen := map[string]bool{}
	for parent := range upwards(folder) {
		modules := filepath.Join(parent, "node_modules")
		all = append(all, installedIn(modules, seen)...)
		if exists(filepath.Join(modules, sdkPackage)) {
			return all
		}
	}
	return nil
}

// installedIn returns the packages under a node_modules folder, or a scope in one, that are not in seen. What is no
// readable package is left out: others than npm put things there too.
func installedIn(modules string, seen map[string]bool) []*manifest {
	entries, err := os.ReadDir(modules)
	if err != nil {
		return nil
	}
	var all []*manifest
	for _, entry := range entries {
		folder, err := filepath.EvalSymlinks(filepath.Join(modules, entry.Name()))
		if err != nil || seen[folder] || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		seen[folder] = true
		if strings.HasPrefix(entry.Name(), "@") {
			all = append(all, installedIn(folder, seen)...)
			continue
		}
		if found, err := readManifest(folder); err == nil && found.Name != "" {
			all = append(all, found)
		}
		all = append(all, installedIn(filepath.Join(folder, "node_modules"), seen)...)
	}
	return all
}

// requiredPackages returns what the packages of resources among those installed ask for, each once.
func requiredPackages(info *pulumirpc.ProgramInfo) []*pulumirpc.PackageDependency {
	var required []*pulumirpc.PackageDependency
	for _, found := range installedFor(info.GetProgramDirectory()) {
		if !found.Pulumi.Resource {
			continue
		}
		wanted := &pulumirpc.PackageDependency{
			Name:             cmp.Or(found.Pulumi.Name, pluginName(found.Name)),
			Kind:             "resource",
			Version:          cmp.Or(found.Pulumi.Version, found.Version),
			Server:           found.Pulumi.Server,
			Parameterization: found.Pulumi.Parameterization.message(),
			Extension:        found.Pulumi.ExtensionParameterization.message(),
		}
		same := func(other *pulumirpc.PackageDependency) bool { return proto.Equal(wanted, other) }
		if !slices.ContainsFunc(required, same) {
			required = append(required, wanted)
		}
	}
	return required
}

// pluginName is the plugin's for a package that does not say it: the scope "@pulumi" is left out, others stay.
func pluginName(name string) string {
	return strings.TrimPrefix(strings.TrimPrefix(name, "@pulumi/"), "@")
}

func (p *parameterization) message() *pulumirpc.PackageParameterization {
	if p == nil {
		return nil
	}
	return &pulumirpc.PackageParameterization{Name: p.Name, Version: p.Version, Value: p.Value}
}

func (h *host) GetRequiredPackages(
	_ context.Context, request *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{Packages: requiredPackages(request.GetInfo())}, nil
}

// GetRequiredPlugins is GetRequiredPackages for engines that do not know of packages.
func (h *host) GetRequiredPlugins(
	_ context.Context, request *pulumirpc.GetRequiredPluginsRequest,
) (*pulumirpc.GetRequiredPluginsResponse, error) {
	response := &pulumirpc.GetRequiredPluginsResponse{}
	for _, wanted := range requiredPackages(request.GetInfo()) {
		response.Plugins = append(response.Plugins, &pulumirpc.PluginDependency{
			Name: wanted.Name, Kind: wanted.Kind, Version: wanted.Version, Server: wanted.Server,
		})
	}
	return response, nil
}

// GetProgramDependencies lists the packages that are installed: those that the program's package.json names, or all.
func (h *host) GetProgramDependencies(
	_ context.Context, request *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	folder := request.GetInfo().GetProgramDirectory()
	installed := installedFor(folder)
	if !request.GetTransitiveDependencies() {
		var err error
		if installed, err = direct(folder); err != nil {
			return nil, err
		}
	}
	response := &pulumirpc.GetProgramDependenciesResponse{}
	for _, found := range installed {
		response.Dependencies = append(response.Dependencies,
			&pulumirpc.DependencyInfo{Name: found.Name, Version: found.Version})
	}
	return response, nil
}

// direct returns the packages that the program's package.json names and that are installed.
func direct(folder string) ([]*manifest, error) {
	project, err := readManifest(projectFolder(folder))
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	maps.Copy(names, project.Dependencies)
	maps.Copy(names, project.DevDependencies)
	var all []*manifest
	for _, name := range slices.Sorted(maps.Keys(names)) {
		at := findPackage(folder, name)
		if at == "" {
			continue
		}
		if found, err := readManifest(at); err == nil {
			all = append(all, found)
		}
	}
	return all, nil
}

// projectFolder returns the nearest folder, from a program's upwards, that has a package.json, or the program's.
func projectFolder(folder string) string {
	for parent := range upwards(folder) {
		if exists(filepath.Join(parent, "package.json")) {
			return parent
		}
	}
	return folder
}
