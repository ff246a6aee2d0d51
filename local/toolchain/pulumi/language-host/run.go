package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/metadata"
)

// The SDK's scripts exit with this code when they have told the user what went wrong.
const exitAlreadyReported = 32

// Run runs a program to its end.
func (h *host) Run(call context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	ctx, done := h.operation(call)
	defer done()
	cmd, err := h.programCommand(ctx, request)
	if err != nil {
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
	return runResponse(execute(ctx, cmd))
}

func (h *host) programCommand(ctx context.Context, request *pulumirpc.RunRequest) (*exec.Cmd, error) {
	if request.GetAttachDebugger() {
		return nil, errors.New("this language host can't attach a debugger; " +
			"set runtime.options.nodeargs to --inspect-brk instead")
	}
	given, err := parseOptions(request.GetInfo())
	if err != nil {
		return nil, err
	}
	config, err := configEnvironment(request)
	if err != nil {
		return nil, err
	}
	cmd, err := sdkCommand(ctx, request.GetInfo(), given, "run", h.runArguments(request)...)
	if err != nil {
		return nil, err
	}
	cmd.Dir = request.GetInfo().GetRootDirectory()
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), config...)
	cmd.Env = append(cmd.Env, "PULUMI_NODEJS_TYPESCRIPT="+strconv.FormatBool(given.typescript))
	if given.tsconfig != "" {
		cmd.Env = append(cmd.Env, "PULUMI_NODEJS_TSCONFIG_PATH="+given.tsconfig)
	}
	for _, parent := range metadata.ValueFromIncomingContext(ctx, "traceparent") {
		cmd.Env = append(cmd.Env, "TRACEPARENT="+parent)
	}
	return cmd, nil
}

// runArguments are what the SDK's run script takes: flags, the program, the program's own arguments.
func (h *host) runArguments(request *pulumirpc.RunRequest) []string {
	var args []string
	flag := func(name, value string) {
		if value != "" {
			args = append(args, "--"+name, value)
		}
	}
	flag("monitor", request.GetMonitorAddress())
	flag("engine", h.engine)
	flag("organization", request.GetOrganization())
	flag("project", request.GetProject())
	flag("stack", request.GetStack())
	flag("pwd", request.GetPwd())
	flag("root-directory", request.GetInfo().GetRootDirectory())
	if request.GetDryRun() {
		args = append(args, "--dry-run")
	}
	flag("parallel", strconv.Itoa(int(request.GetParallel())))
	flag("tracing", h.tracing)

	args = append(args, cmp.Or(request.GetInfo().GetEntryPoint(), "."))
	return append(args, request.GetArgs()...)
}

// configEnvironment hands over the config, with its secrets in the clear, by environment: arguments are for all to see.
func configEnvironment(request *pulumirpc.RunRequest) ([]string, error) {
	values, secretKeys := request.GetConfig(), request.GetConfigSecretKeys()
	if values == nil {
		values = map[string]string{}
	}
	if secretKeys == nil {
		secretKeys = []string{}
	}
	config, err := json.Marshal(values)
	if err != nil {
		return nil, fmt.Errorf("encode the config: %w", err)
	}
	keys, err := json.Marshal(secretKeys)
	if err != nil {
		return nil, fmt.Errorf("encode the names of secret config: %w", err)
	}
	return []string{"PULUMI_CONFIG=" + string(config), "PULUMI_CONFIG_SECRET_KEYS=" + string(keys)}, nil
}

// runResponse says how a program ended.
func runResponse(err error) (*pulumirpc.RunResponse, error) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case err == errStopped:
		return nil, err
	case !errors.As(err, &exit):
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("Program could not be started: %v", err)}, nil
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("Program was ended by signal: %v", status.Signal())}, nil
	}
	if exit.ExitCode() == exitAlreadyReported {
		return &pulumirpc.RunResponse{Bail: true}, nil
	}
	message := fmt.Sprintf("Program exited with non-zero exit code: %d", exit.ExitCode())
	return &pulumirpc.RunResponse{Error: message}, nil
}
