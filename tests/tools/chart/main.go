// SPDX-License-Identifier: Apache-2.0

// Command chart renders a chart the way `helm template` does, values schema included, and prints
// every document. It exists so that the chart is tested with Helm's own engine and nothing else.
package main

import (
	"fmt"
	"os"
	"sort"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
)

func render(folder string, valuesFiles []string) error {
	chart, err := loader.Load(folder)
	if err != nil {
		return err
	}
	values := chartutil.Values{}
	for _, name := range valuesFiles {
		more, err := chartutil.ReadValuesFile(name)
		if err != nil {
			return err
		}
		values = chartutil.CoalesceTables(more, values)
	}
	release := chartutil.ReleaseOptions{Name: "node", Namespace: "placet", Revision: 1, IsInstall: true}
	full, err := chartutil.ToRenderValues(chart, values, release, chartutil.DefaultCapabilities)
	if err != nil {
		return err
	}
	documents, err := engine.Engine{Strict: true}.Render(chart, full)
	if err != nil {
		return err
	}
	names := make([]string, 0, len(documents))
	for name := range documents {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Printf("---\n# Source: %s\n%s\n", name, documents[name])
	}
	return nil
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: chart FOLDER [VALUES.yaml ...]")
		os.Exit(2)
	}
	if err := render(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
