package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// write writes a report in Markdown, and its charts into the directory results
// beside it.
func (res *results) write(path string) error {
	dir := filepath.Join(filepath.Dir(path), "results")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := plotRatios(filepath.Join(dir, "ratios.png"), res.rows); err != nil {
		return err
	}
	if err := plotShares(filepath.Join(dir, "limits.png"), res.rows); err != nil {
		return err
	}
	return os.WriteFile(path, res.markdown(), 0o644)
}

// markdown returns the report: machine, versions, the memory's speed, the table,
// what the cases are.
func (res *results) markdown() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Results\n\nWritten by `make bench`; docs/performance.md says how to read it.\n\n%s. %s.\n\n%s.\n",
		res.heading(), res.disturbance(), strings.Join(res.versions(), "; "))

	fmt.Fprint(&b, "\n## The memory\n\nAll processors at once, GB/s; what is written counts once.\n\n")
	lines := [][]string{{"probe", "median", "least", "greatest"}}
	for _, l := range res.limits {
		lines = append(lines, []string{l.name, fmt.Sprintf("%.1f", l.mid), fmt.Sprintf("%.1f", l.least), fmt.Sprintf("%.1f", l.most)})
	}
	pipes(&b, lines)

	fmt.Fprint(&b, "\n## Times\n\nRatio: the peer's time ÷ ndgrid's, medians. GB/s: of ndgrid, inputs and result ÷ time.\n")
	fmt.Fprint(&b, "Of limit: GB/s ÷ what the memory gave work with as many inputs and results, in the same rounds.\n\n")
	fmt.Fprint(&b, "![ratios](results/ratios.png)\n\n![shares of the memory's speed](results/limits.png)\n\n")
	lines = [][]string{columns}
	for _, r := range res.rows {
		lines = append(lines, cells(r))
	}
	pipes(&b, lines)

	fmt.Fprint(&b, "\n## Cases\n\n")
	lines = [][]string{{"case", "work"}}
	for _, c := range res.cases {
		lines = append(lines, []string{c.name, c.does})
	}
	pipes(&b, lines)
	return b.Bytes()
}

// pipes writes a table, its first line the heading.
func pipes(b *bytes.Buffer, lines [][]string) {
	for i, line := range lines {
		for _, cell := range line {
			fmt.Fprintf(b, "| %s ", strings.NewReplacer("|", `\|`, "\n", " ").Replace(cell))
		}
		b.WriteString("|\n")
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(line)) + "|\n")
		}
	}
}
