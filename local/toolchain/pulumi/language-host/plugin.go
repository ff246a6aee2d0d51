package main

import (
	"errors"
	"os/exec"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// RunPlugin runs a policy pack or a provider until it ends or the engine hangs up, and passes on what it prints.
func (h *host) RunPlugin(request *pulumirpc.RunPluginRequest, server pulumirpc.LanguageRuntime_RunPluginServer) error {
	ctx, done := h.operation(server.Context())
	defer done()
	given, err := parseOptions(request.GetInfo())
	if err != nil {
		return err
	}
	script, args := pluginScript(request)
	cmd, err := sdkCommand(ctx, request.GetInfo(), given, script, args...)
	if err != nil {
		return err
	}
	stream := &serialStream[pulumirpc.RunPluginResponse]{ServerStreamingServer: server}
	closer, stdout, stderr, err := rpcutil.MakeRunPluginStreams(stream, false)
	if err != nil {
		return err
	}
	cmd.Dir, cmd.Env = request.GetPwd(), request.GetEnv()
	if request.GetKind() == policyPack {
		cmd.Dir = request.GetInfo().GetProgramDirectory() // or else its own settings are not found
	}
	cmd.Stdout, cmd.Stderr = stdout, stderr

	err = execute(ctx, cmd)
	if closeErr := closer.Close(); closeErr != nil {
		return closeErr
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return err
	}
	code := int32(cmd.ProcessState.ExitCode())
	return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: code}})
}

// The kind of plugin that the engine has for policy packs.
const policyPack = "analyzer"

// pluginScript returns the SDK's script for a plugin, and its arguments: a policy pack comes after those that the
// engine gives, any other plugin before.
func pluginScript(request *pulumirpc.RunPluginRequest) (string, []string) {
	folder := request.GetInfo().GetProgramDirectory()
	if request.GetKind() == policyPack {
		return "run-policy-pack", append(slices.Clone(request.GetArgs()), folder)
	}
	return "run-plugin", append([]string{folder}, request.GetArgs()...)
}
