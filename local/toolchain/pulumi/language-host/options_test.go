package main

import (
	"reflect"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

func programInfo(t *testing.T, folder string, given map[string]any) *pulumirpc.ProgramInfo {
	t.Helper()
	values, err := structpb.NewStruct(given)
	if err != nil {
		t.Fatal(err)
	}
	return &pulumirpc.ProgramInfo{RootDirectory: folder, ProgramDirectory: folder, EntryPoint: ".", Options: values}
}

func TestOptionsAreReadFromPulumiYaml(t *testing.T) {
	for name, test := range map[string]struct {
		given map[string]any
		want  options
	}{
		"none":             {nil, options{typescript: true, packageManager: "auto"}},
		"no TypeScript":    {map[string]any{"typescript": false}, options{packageManager: "auto"}},
		"a tsconfig":       {map[string]any{"tsconfig": "a.json"}, options{typescript: true, tsconfig: "a.json", packageManager: "auto"}},
		"a manager":        {map[string]any{"packagemanager": "yarn"}, options{typescript: true, packageManager: "yarn"}},
		"those of others":  {map[string]any{"colour": 7}, options{typescript: true, packageManager: "auto"}},
		"arguments":        {map[string]any{"nodeargs": "--a  --b=c"}, withNodeArgs("--a", "--b=c")},
		"double quotes":    {map[string]any{"nodeargs": `--title="a b" c`}, withNodeArgs("--title=a b", "c")},
		"single quotes":    {map[string]any{"nodeargs": `'a "b" \c'`}, withNodeArgs(`a "b" \c`)},
		"escapes":          {map[string]any{"nodeargs": `a\ b "\"c"`}, withNodeArgs("a b", `"c`)},
		"an empty one":     {map[string]any{"nodeargs": `--x ""`}, withNodeArgs("--x", "")},
		"only white space": {map[string]any{"nodeargs": " \t"}, withNodeArgs()},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parseOptions(programInfo(t, "/", test.given))
			if err != nil {
				t.Fatal(err)
			}
			if len(got.nodeArgs) == 0 {
				got.nodeArgs = nil
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func withNodeArgs(args ...string) options {
	return options{nodeArgs: args, typescript: true, packageManager: "auto"}
}

func TestMistakesInOptionsAreNamed(t *testing.T) {
	for name, test := range map[string]struct {
		given map[string]any
		want  []string
	}{
		"an open quote":        {map[string]any{"nodeargs": `--title="a b`}, []string{"nodeargs", "quote", `--title="a b`}},
		"an open escape":       {map[string]any{"nodeargs": `a\`}, []string{"nodeargs", "escape"}},
		"arguments as a list":  {map[string]any{"nodeargs": []any{"--a"}}, []string{"nodeargs", "string"}},
		"TypeScript as a text": {map[string]any{"typescript": "no"}, []string{"typescript", "bool", "no"}},
		"an unknown manager":   {map[string]any{"packagemanager": "cargo"}, []string{"packagemanager", "npm, pnpm, yarn", "cargo"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseOptions(programInfo(t, "/", test.given))
			for _, part := range test.want {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("got %v, want %q in it", err, part)
				}
			}
		})
	}
}
