// Command trivy judges the manifests below a folder by Trivy's own checks, those that it carries inside: for each
// judgement a line of JSON.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/aquasecurity/trivy/pkg/iac/rego"
	"github.com/aquasecurity/trivy/pkg/iac/scan"
	"github.com/aquasecurity/trivy/pkg/iac/scanners/kubernetes"
)

type judgement struct {
	File     string `json:"file"`
	Check    string `json:"check"`
	Title    string `json:"title"`
	Severity string `json:"severity"`
	Passed   bool   `json:"passed"`
	Says     string `json:"says"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "trivy FOLDER")
		os.Exit(2)
	}
	if err := judge(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func judge(folder string) error {
	scanner := kubernetes.NewScanner(rego.WithEmbeddedPolicies(true), rego.WithEmbeddedLibraries(true))
	results, err := scanner.ScanFS(context.Background(), os.DirFS(folder), ".")
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for _, result := range results {
		if result.Status() == scan.StatusIgnored {
			continue
		}
		metadata, rule := result.Metadata(), result.Rule()
		if err := out.Encode(judgement{
			File:     metadata.Range().GetFilename(),
			Check:    rule.ID,
			Title:    rule.Summary,
			Severity: string(rule.Severity),
			Passed:   result.Status() == scan.StatusPassed,
			Says:     result.Description(),
		}); err != nil {
			return err
		}
	}
	return nil
}
