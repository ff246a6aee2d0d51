package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// tree makes a folder with the files, and with links for contents that start with "-> ".
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if target, isLink := strings.CutPrefix(content, "-> "); isLink {
			err = os.Symlink(target, path)
		} else {
			err = os.WriteFile(path, []byte(content), 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestTheSDKIsFoundAsNodeFindsIt(t *testing.T) {
	const sdk = "node_modules/@pulumi/pulumi/package.json"
	for name, test := range map[string]struct {
		files  map[string]string
		folder string
		want   string
	}{
		"in the program's folder": {map[string]string{sdk: "{}"}, ".", "."},
		"above it":                {map[string]string{sdk: "{}", "a/b/index.ts": ""}, "a/b", "."},
		"the nearest of two":      {map[string]string{sdk: "{}", "a/" + sdk: "{}"}, "a", "a"},
		"through linked modules":  {map[string]string{"a/" + sdk: "{}", "b/node_modules": "-> ../a/node_modules"}, "b", "b"},
		"above where links lead":  {map[string]string{"a/" + sdk: "{}", "a/b/index.ts": "", "c": "-> a/b"}, "c", "a"},
		"not a folder without it": {map[string]string{sdk: "{}", "a/node_modules/@pulumi/pulumi/x": ""}, "a", "."},
		"nowhere":                 {map[string]string{"index.ts": ""}, ".", ""},
	} {
		t.Run(name, func(t *testing.T) {
			root := tree(t, test.files)
			want := ""
			if test.want != "" {
				want = filepath.Join(root, test.want, "node_modules", "@pulumi", "pulumi")
			}
			if got := findPackage(filepath.Join(root, test.folder), sdkPackage); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestRequiredPackagesAreThoseOfResources(t *testing.T) {
	root := tree(t, map[string]string{
		"project/app/index.ts":                                            "",
		"project/node_modules/@pulumi/pulumi/package.json":                `{"name": "@pulumi/pulumi", "version": "3.1.0", "pulumi": {"comment": "x"}}`,
		"project/node_modules/@pulumi/kubernetes/package.json":            `{"name": "@pulumi/kubernetes", "version": "4.0.0-x", "pulumi": {"resource": true, "name": "kubernetes", "version": "4.0.0"}}`,
		"project/node_modules/@pulumi/random/package.json":                `{"name": "@pulumi/random", "version": "1.0.0", "pulumi": {"resource": true}}`,
		"project/node_modules/@pulumi/random/node_modules/z/package.json": `{"name": "@me/z", "version": "0.1.0", "pulumi": {"resource": true, "server": "https://example.test"}}`,
		"project/node_modules/a/node_modules/@pulumi/random/package.json": `{"name": "@pulumi/random", "version": "1.0.0", "pulumi": {"resource": true}}`,
		"project/node_modules/b/node_modules/@pulumi/random/package.json": `{"name": "@pulumi/random", "version": "2.0.0", "pulumi": {"resource": true}}`,
		"project/node_modules/parameterized/package.json":                 `{"name": "p", "version": "1.0.0", "pulumi": {"resource": true, "name": "base", "version": "5.0.0", "parameterization": {"name": "p", "version": "1.0.0", "value": "eHl6"}}}`,
		"project/node_modules/loop":                                       "-> ../node_modules/linked",
		"project/node_modules/linked":                                     "-> ../../elsewhere",
		"project/node_modules/dangling":                                   "-> nowhere",
		"project/node_modules/broken/package.json":                        `{"name": `,
		"project/node_modules/odd/package.json":                           `{"name": "odd", "pulumi": true}`,
		"project/node_modules/.cache/x/package.json":                      `{"name": "cached", "pulumi": {"resource": true}}`,
		"project/node_modules/file.txt":                                   "",
		"elsewhere/package.json":                                          `{"name": "elsewhere", "version": "0.2.0", "pulumi": {"resource": true}}`,
		"elsewhere/node_modules/back":                                     "-> ../../project/node_modules/linked",
		"node_modules/unrelated/package.json":                             `{"name": "unrelated", "version": "1.0.0", "pulumi": {"resource": true}}`,
	})
	got := map[string]string{}
	for _, one := range requiredPackages(&pulumirpc.ProgramInfo{ProgramDirectory: filepath.Join(root, "project/app")}) {
		key := one.Name + "@" + one.Version
		if _, twice := got[key]; twice || one.Kind != "resource" {
			t.Errorf("%s: twice, or of kind %q", key, one.Kind)
		}
		got[key] = one.Server + string(one.Parameterization.GetValue())
	}
	want := map[string]string{
		"kubernetes@4.0.0": "", "random@1.0.0": "", "random@2.0.0": "", "elsewhere@0.2.0": "",
		"me/z@0.1.0": "https://example.test", "base@5.0.0": "xyz",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestDependenciesAreTheInstalledOnes(t *testing.T) {
	root := tree(t, map[string]string{
		"package.json":                             `{"dependencies": {"a": "^1.0.0", "gone": "1"}, "devDependencies": {"@pulumi/pulumi": "3"}}`,
		"app/index.ts":                             "",
		"node_modules/a/package.json":              `{"name": "a", "version": "1.2.3"}`,
		"node_modules/b/package.json":              `{"name": "b", "version": "2.0.0"}`,
		"node_modules/@pulumi/pulumi/package.json": `{"name": "@pulumi/pulumi", "version": "3.0.0"}`,
	})
	t.Chdir(root)
	info := &pulumirpc.ProgramInfo{ProgramDirectory: filepath.Join(root, "app")}
	for name, test := range map[string]struct {
		transitive bool
		want       string
	}{
		"those that are asked for": {false, "@pulumi/pulumi@3.0.0 a@1.2.3"},
		"all":                      {true, "@pulumi/pulumi@3.0.0 a@1.2.3 b@2.0.0"},
	} {
		t.Run(name, func(t *testing.T) {
			response, err := new(host).GetProgramDependencies(t.Context(), &pulumirpc.GetProgramDependenciesRequest{
				Info: info, TransitiveDependencies: test.transitive,
			})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, one := range response.Dependencies {
				got = append(got, one.Name+"@"+one.Version)
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}
}

func TestTheInstallerIsTheLockfiles(t *testing.T) {
	for name, test := range map[string]struct{ lockfile, wanted, want string }{
		"npm for none":               {"package.json", "auto", "npm install"},
		"npm ci":                     {"package-lock.json", "auto", "npm ci"},
		"pnpm":                       {"pnpm-lock.yaml", "auto", "pnpm install"},
		"yarn":                       {"yarn.lock", "auto", "yarn install"},
		"the option goes before it":  {"package-lock.json", "yarn", "yarn install"},
		"the option agrees":          {"package-lock.json", "npm", "npm ci"},
		"the option has no lockfile": {"yarn.lock", "npm", "npm install"},
	} {
		t.Run(name, func(t *testing.T) {
			manager, command := chooseManager(tree(t, map[string]string{test.lockfile: ""}), test.wanted)
			if got := manager + " " + command; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
