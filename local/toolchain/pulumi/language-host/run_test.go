package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// project makes a folder with an SDK, and puts a shell script on the PATH as its Node.js. The script finds the folder
// in $PROJECT.
func project(t *testing.T, node string) string {
	t.Helper()
	root := tree(t, map[string]string{
		"node_modules/@pulumi/pulumi/package.json": "{}",
		"bin/node": "#!/bin/sh\n" + node + "\n",
	})
	t.Setenv("PATH", filepath.Join(root, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("PROJECT", root)
	return root
}

func lines(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

func TestProgramsGetTheirFlagsAndConfig(t *testing.T) {
	root := project(t, `printf '%s\n' "$@" > "$PROJECT/args"; pwd > "$PROJECT/pwd"
		env | grep -E '^(PULUMI_(CONFIG|NODEJS)|TRACEPARENT)' | sort > "$PROJECT/env"`)
	sdk := filepath.Join(root, "node_modules/@pulumi/pulumi/cmd/run")
	for name, test := range map[string]struct {
		tracing string
		options map[string]any
		request *pulumirpc.RunRequest
		args    []string
		env     []string
	}{
		"an update": {
			tracing: "http://t",
			options: map[string]any{"nodeargs": "--a 'b c'", "typescript": false, "tsconfig": "t.json"},
			request: &pulumirpc.RunRequest{
				MonitorAddress: "m:1", Organization: "o", Project: "p", Stack: "s", Pwd: root, Parallel: 8,
				Config: map[string]string{"p:k": "<v>"}, ConfigSecretKeys: []string{"p:k"}, Args: []string{"x", "--y"},
			},
			args: []string{
				"--a", "b c", sdk, "--monitor", "m:1", "--engine", "e:1", "--organization", "o", "--project", "p",
				"--stack", "s", "--pwd", root, "--root-directory", root, "--parallel", "8", "--tracing", "http://t",
				"index.ts", "x", "--y",
			},
			env: []string{
				`PULUMI_CONFIG={"p:k":"\u003cv\u003e"}`, `PULUMI_CONFIG_SECRET_KEYS=["p:k"]`,
				"PULUMI_NODEJS_TSCONFIG_PATH=t.json", "PULUMI_NODEJS_TYPESCRIPT=false",
			},
		},
		"a preview without config": {
			request: &pulumirpc.RunRequest{MonitorAddress: "m:1", DryRun: true, Parallel: 1},
			args: []string{
				sdk, "--monitor", "m:1", "--engine", "e:1", "--root-directory", root, "--dry-run", "--parallel", "1",
				"index.ts",
			},
			env: []string{"PULUMI_CONFIG={}", "PULUMI_CONFIG_SECRET_KEYS=[]", "PULUMI_NODEJS_TYPESCRIPT=true"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			test.request.Info = programInfo(t, root, test.options)
			test.request.Info.EntryPoint = "index.ts"
			response, err := newHost(t.Context(), "e:1", test.tracing).Run(t.Context(), test.request)
			if err != nil || response.Error != "" || response.Bail {
				t.Fatal(response, err)
			}
			if got := lines(t, filepath.Join(root, "args")); !slices.Equal(got, test.args) {
				t.Errorf("arguments: got %q, want %q", got, test.args)
			}
			if got := lines(t, filepath.Join(root, "env")); !slices.Equal(got, test.env) {
				t.Errorf("environment: got %q, want %q", got, test.env)
			}
			if got := lines(t, filepath.Join(root, "pwd")); !slices.Equal(got, []string{root}) {
				t.Errorf("folder: got %q, want %q", got, root)
			}
		})
	}
}

func TestTheEngineHearsHowAProgramEnded(t *testing.T) {
	for name, test := range map[string]struct {
		node string
		want string
		bail bool
	}{
		"well":                  {"exit 0", "", false},
		"with a reported error": {"exit 32", "", true},
		"with another code":     {"exit 3", "Program exited with non-zero exit code: 3", false},
		"by a signal":           {"kill -KILL $$", "Program was ended by signal: killed", false},
	} {
		t.Run(name, func(t *testing.T) {
			root := project(t, test.node)
			request := &pulumirpc.RunRequest{Info: programInfo(t, root, nil)}
			response, err := newHost(t.Context(), "e:1", "").Run(t.Context(), request)
			if err != nil || response.Error != test.want || response.Bail != test.bail {
				t.Errorf("got %v, %v; want %q, bail %v", response, err, test.want, test.bail)
			}
		})
	}
}

func TestWhatIsMissingIsNamedWithItsFix(t *testing.T) {
	for name, test := range map[string]struct {
		request *pulumirpc.RunRequest
		remove  string
		want    []string
	}{
		"the SDK":     {&pulumirpc.RunRequest{}, "node_modules", []string{"@pulumi/pulumi", "$PROJECT/node_modules", `"npm ci" in $PROJECT`}},
		"Node.js":     {&pulumirpc.RunRequest{}, "bin", []string{`"node"`, "PATH", "install Node.js"}},
		"a debugger":  {&pulumirpc.RunRequest{AttachDebugger: true}, "x", []string{"debugger", "--inspect-brk"}},
		"the program": {&pulumirpc.RunRequest{}, "bin/node", []string{`"node"`}},
	} {
		t.Run(name, func(t *testing.T) {
			root := project(t, "exit 0")
			t.Setenv("PATH", filepath.Join(root, "bin"))
			if err := os.RemoveAll(filepath.Join(root, test.remove)); err != nil {
				t.Fatal(err)
			}
			test.request.Info = programInfo(t, root, nil)
			response, err := newHost(t.Context(), "e:1", "").Run(t.Context(), test.request)
			for _, part := range test.want {
				if part = os.ExpandEnv(part); err != nil || !strings.Contains(response.Error, part) {
					t.Errorf("got %v, %v; want %q in it", response, err, part)
				}
			}
		})
	}
}

func TestStoppingEndsTheWholeProcessGroup(t *testing.T) {
	const deaf = "trap '' TERM; "
	const node = `sleep 100 & echo "$$ $!" > "$PROJECT/new"; mv "$PROJECT/new" "$PROJECT/pids"; wait; wait`
	for name, test := range map[string]struct {
		node string
		stop func(host *host, endHost, endCall func())
	}{
		"as the call ends":             {node, func(_ *host, _, endCall func()) { endCall() }},
		"as the host ends":             {node, func(_ *host, endHost, _ func()) { endHost() }},
		"as the engine cancels":        {node, func(h *host, _, _ func()) { _, _ = h.Cancel(context.Background(), nil) }},
		"where it is deaf to the wish": {deaf + node, func(_ *host, _, endCall func()) { endCall() }},
		"where only its child is deaf": {strings.Replace(node, "sleep 100", "(trap '' TERM; exec sleep 100)", 1), func(_ *host, _, endCall func()) { endCall() }},
	} {
		t.Run(name, func(t *testing.T) {
			root := project(t, test.node)
			ctx, endHost := context.WithCancel(t.Context())
			call, endCall := context.WithCancel(t.Context())
			h := newHost(ctx, "e:1", "")
			pids := make(chan []string, 1)
			go func() {
				for {
					if text, err := os.ReadFile(filepath.Join(root, "pids")); err == nil {
						pids <- strings.Fields(string(text))
						test.stop(h, endHost, endCall)
						return
					}
					time.Sleep(10 * time.Millisecond)
				}
			}()
			start := time.Now()
			_, err := h.Run(call, &pulumirpc.RunRequest{Info: programInfo(t, root, nil)})
			if status.Code(err) != codes.Canceled {
				t.Errorf("got %v, want that it was cancelled", err)
			}
			if took := time.Since(start); took > lastAnswers {
				t.Errorf("took %v, longer than the host has for its last answers", took)
			}
			for _, pid := range <-pids {
				expectGone(t, pid)
			}
			if _, err := h.Run(call, &pulumirpc.RunRequest{Info: programInfo(t, root, nil)}); err == nil {
				t.Error("something was run afterwards")
			}
			endHost()
			endCall()
		})
	}
}

// expectGone allows for processes that are dead and not yet collected.
func expectGone(t *testing.T, pid string) {
	t.Helper()
	state := ""
	for range 50 {
		output, _ := exec.Command("ps", "-o", "stat=", "-p", pid).Output()
		if state = strings.TrimSpace(string(output)); state == "" || strings.HasPrefix(state, "Z") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %s lives on in state %s", pid, state)
}

func TestTheHostEndsWithItsEngine(t *testing.T) {
	stop := make(chan bool)
	engine, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{Cancel: stop})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- serve(fmt.Sprintf("127.0.0.1:%d", engine.Port), "") }()
	select {
	case err := <-ended:
		t.Fatalf("ended before its engine: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	close(stop)
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(2*engineCheck + lastAnswers):
		t.Error("outlives its engine")
	}
}

// stream collects what a streaming call sends.
type stream[T any] struct {
	grpc.ServerStreamingServer[T]
	ctx   context.Context
	mutex sync.Mutex
	sent  []*T
}

func (s *stream[T]) Context() context.Context { return s.ctx }

func (s *stream[T]) Send(message *T) error {
	if !s.mutex.TryLock() {
		return fmt.Errorf("sent two messages at once")
	}
	defer s.mutex.Unlock()
	time.Sleep(time.Millisecond)
	s.sent = append(s.sent, any(proto.Clone(any(message).(proto.Message))).(*T))
	return nil
}

func TestPluginsAreRunAndHeard(t *testing.T) {
	root := project(t, `printf '%s\n' "$@" > "$PROJECT/args"; pwd > "$PROJECT/pwd"
		for i in 1 2 3 4 5 6 7 8; do echo out; echo err >&2; done; echo "$MARK"; exit 7`)
	scripts := filepath.Join(root, "node_modules/@pulumi/pulumi/cmd")
	if err := os.MkdirAll(filepath.Join(root, "elsewhere"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		kind string
		args []string
		pwd  string
	}{
		"a policy pack": {"analyzer", []string{"--a", filepath.Join(scripts, "run-policy-pack"), "e:1", root}, root},
		"a provider":    {"resource", []string{"--a", filepath.Join(scripts, "run-plugin"), root, "e:1"}, filepath.Join(root, "elsewhere")},
	} {
		t.Run(name, func(t *testing.T) {
			server := &stream[pulumirpc.RunPluginResponse]{ctx: t.Context()}
			err := newHost(t.Context(), "e:1", "").RunPlugin(&pulumirpc.RunPluginRequest{
				Info: programInfo(t, root, map[string]any{"nodeargs": "--a"}),
				Kind: test.kind, Args: []string{"e:1"}, Pwd: filepath.Join(root, "elsewhere"),
				Env: []string{"PROJECT=" + root, "MARK=mark", "PATH=" + os.Getenv("PATH")},
			}, server)
			if err != nil {
				t.Fatal(err)
			}
			var stdout, stderr string
			for _, message := range server.sent {
				stdout += string(message.GetStdout())
				stderr += string(message.GetStderr())
			}
			if want := strings.Repeat("out\n", 8) + "mark\n"; stdout != want {
				t.Errorf("stdout: got %q, want %q", stdout, want)
			}
			if want := strings.Repeat("err\n", 8); stderr != want {
				t.Errorf("stderr: got %q, want %q", stderr, want)
			}
			if code := server.sent[len(server.sent)-1].GetExitcode(); code != 7 {
				t.Errorf("last message: got %v, want exit code 7", server.sent[len(server.sent)-1])
			}
			if got := lines(t, filepath.Join(root, "args")); !slices.Equal(got, test.args) {
				t.Errorf("arguments: got %q, want %q", got, test.args)
			}
			if got := lines(t, filepath.Join(root, "pwd")); !slices.Equal(got, []string{test.pwd}) {
				t.Errorf("folder: got %q, want %q", got, test.pwd)
			}
		})
	}
}

func TestInstallingStreamsAndFailsWithTheInstaller(t *testing.T) {
	root := project(t, "exit 0")
	for name, content := range map[string]string{
		"package.json": "{}", "package-lock.json": "{}", "app/index.ts": "",
		"bin/npm": "#!/bin/sh\necho \"$@ in $(pwd)\"; echo oops >&2; exit ${CODE:-0}\n",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct{ code, want string }{
		"well":   {"0", ""},
		"failed": {"5", "npm ci in " + root + " failed: exit status 5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("CODE", test.code)
			server := &stream[pulumirpc.InstallDependenciesResponse]{ctx: t.Context()}
			err := newHost(t.Context(), "e:1", "").InstallDependencies(&pulumirpc.InstallDependenciesRequest{
				Info: programInfo(t, filepath.Join(root, "app"), nil),
			}, server)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if !strings.HasSuffix(got, test.want) || (got == "") != (test.want == "") {
				t.Errorf("got %q, want %q", got, test.want)
			}
			var output string
			for _, message := range server.sent {
				output += string(message.GetStdout()) + string(message.GetStderr())
			}
			if !strings.Contains(output, "ci in "+root+"\n") || !strings.Contains(output, "oops\n") {
				t.Errorf("got %q for output", output)
			}
		})
	}
}

func TestAboutNamesNodeAndThePackageManager(t *testing.T) {
	root := project(t, "echo v24.0.0")
	info := programInfo(t, root, map[string]any{"packagemanager": "yarn"})
	about, err := newHost(t.Context(), "e:1", "").About(t.Context(), &pulumirpc.AboutRequest{Info: info})
	if err != nil {
		t.Fatal(err)
	}
	if about.Executable != filepath.Join(root, "bin", "node") || about.Version != "v24.0.0" ||
		about.Metadata["packagemanager"] != "yarn" {
		t.Errorf("got %v", about)
	}
}
