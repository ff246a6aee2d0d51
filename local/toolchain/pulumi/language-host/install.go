package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

type packageManager struct {
	name     string
	lockfile string
	// locked is the command that installs what the lockfile says.
	locked string
}

// anyManager, as an option, is the manager whose lockfile there is.
const anyManager = "auto"

// The first is for projects without a lockfile.
var managers = []packageManager{
	{name: "npm", lockfile: "package-lock.json", locked: "ci"},
	{name: "pnpm", lockfile: "pnpm-lock.yaml", locked: "install"},
	{name: "yarn", lockfile: "yarn.lock", locked: "install"},
}

// chooseManager returns the wanted manager for a project, and the command that installs its dependencies.
func chooseManager(project, wanted string) (manager, command string) {
	for _, one := range managers {
		locked := exists(filepath.Join(project, one.lockfile))
		switch {
		case locked && (wanted == one.name || wanted == anyManager):
			return one.name, one.locked
		case wanted == one.name:
			return one.name, "install"
		}
	}
	return managers[0].name, "install"
}

// installCommand makes the command that installs the dependencies of the program in folder.
func installCommand(ctx context.Context, folder, wanted string) (*exec.Cmd, error) {
	project := projectFolder(folder)
	manager, command := chooseManager(project, wanted)
	executable, err := exec.LookPath(manager)
	if err != nil {
		return nil, fmt.Errorf("%s is missing: there is no such executable on the PATH; install it, "+
			"or name another package manager in runtime.options.packagemanager (%w)", manager, err)
	}
	cmd := exec.CommandContext(ctx, executable, command)
	cmd.Dir = project
	return cmd, nil
}

func (h *host) InstallDependencies(
	request *pulumirpc.InstallDependenciesRequest, server pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	ctx, done := h.operation(server.Context())
	defer done()
	given, err := parseOptions(request.GetInfo())
	if err != nil {
		return err
	}
	cmd, err := installCommand(ctx, request.GetInfo().GetProgramDirectory(), given.packageManager)
	if err != nil {
		return err
	}
	stream := &serialStream[pulumirpc.InstallDependenciesResponse]{ServerStreamingServer: server}
	closer, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(stream, request.GetIsTerminal())
	if err != nil {
		return err
	}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err = execute(ctx, cmd)
	if closeErr := closer.Close(); closeErr != nil && err == nil {
		return closeErr
	}
	if err != nil && err != errStopped {
		return fmt.Errorf("%s in %s failed: %w", strings.Join(cmd.Args, " "), cmd.Dir, err)
	}
	return err
}

// About names the Node.js and the package manager that programs get.
func (h *host) About(ctx context.Context, request *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	given, err := parseOptions(request.GetInfo())
	if err != nil {
		return nil, err
	}
	node, err := lookUpNode()
	if err != nil {
		return nil, err
	}
	version, err := exec.CommandContext(ctx, node, "--version").Output()
	if err != nil {
		return nil, fmt.Errorf("ask %s for its version: %w", node, err)
	}
	manager, _ := chooseManager(projectFolder(request.GetInfo().GetProgramDirectory()), given.packageManager)
	return &pulumirpc.AboutResponse{
		Executable: node,
		Version:    strings.TrimSpace(string(version)),
		Metadata:   map[string]string{"packagemanager": manager},
	}, nil
}
