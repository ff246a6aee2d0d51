package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// What a process has between being asked to end and being killed.
const graceTime = 2 * time.Second

var errStopped = status.Error(codes.Canceled, "stopped before its end, as the engine or a signal asked for it")

// execute runs a command whose context is ctx in a process group of its own. When ctx ends, so does the group.
func execute(ctx context.Context, cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = graceTime
	err := cmd.Run()
	if ctx.Err() == nil {
		if errors.Is(err, exec.ErrWaitDelay) {
			return nil // it ended well, and left something behind that holds on to its outputs
		}
		return err
	}
	if cmd.Process != nil {
		// The group's first process is gone by now; others may not be.
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	return errStopped
}

// sdkCommand makes a command that runs one of the scripts under cmd in the program's @pulumi/pulumi.
func sdkCommand(
	ctx context.Context, info *pulumirpc.ProgramInfo, given options, script string, args ...string,
) (*exec.Cmd, error) {
	node, err := lookUpNode()
	if err != nil {
		return nil, err
	}
	folder := info.GetProgramDirectory()
	sdk := findPackage(folder, sdkPackage)
	if sdk == "" {
		return nil, fmt.Errorf("the program's dependencies are not installed: there is no %s in %s nor above it; "+
			"run \"npm ci\" in %s", sdkPackage, filepath.Join(folder, "node_modules"), folder)
	}
	args = slices.Concat(given.nodeArgs, []string{filepath.Join(sdk, "cmd", script)}, args)
	return exec.CommandContext(ctx, node, args...), nil
}

func lookUpNode() (string, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return "", fmt.Errorf("Node.js is missing: there is no executable \"node\" on the PATH; "+
			"install Node.js, or start pulumi with npx or from an npm script (%w)", err)
	}
	return node, nil
}

// serialStream lets a child's two outputs be sent at once; a gRPC stream takes one message at a time.
type serialStream[T any] struct {
	grpc.ServerStreamingServer[T]
	mutex sync.Mutex
}

func (s *serialStream[T]) Send(message *T) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.ServerStreamingServer.Send(message)
}
