package examples_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the documents' snippets again, from the examples")

// quotation is a comment that names a part of an example, and the fenced lines
// below it that show this part.
var quotation = regexp.MustCompile("(?m)^<!-- examples/([a-z0-9]+): ([a-z0-9 -]+) -->\n```[a-z]*\n((?:.*\n)*?)```$")

// TestDocuments: what the documents quote from an example is what stands there.
// A part is a snippet, the lines between "// snippet: name" and "// end" in a
// source file; or the "output" of output.txt; or "output 2-4", paragraphs of it.
func TestDocuments(t *testing.T) {
	for _, file := range []string{"../README.md", "../docs/tutorial.md"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		document := strings.ReplaceAll(string(text), "\r\n", "\n")
		assert.Equal(t, strings.Count(document, "<!-- examples/"), len(quotation.FindAllString(document, -1)), "quotations of %s", file)
		current := quotation.ReplaceAllStringFunc(document, func(old string) string {
			m := quotation.FindStringSubmatch(old)
			want, err := part(m[1], m[2])
			if !assert.NoError(t, err, "%s: examples/%s: %s", file, m[1], m[2]) {
				return old
			}
			if !*update {
				assert.Equal(t, want, m[3], "%s: examples/%s: %s is not what it was: go test ./examples -run TestDocuments -update", file, m[1], m[2])
			}
			return strings.TrimSuffix(old, m[3]+"```") + want + "```"
		})
		if *update && current != document {
			require.NoError(t, os.WriteFile(file, []byte(current), 0o644))
		}
	}
}

// part returns what a quotation of an example shows.
func part(example, name string) (string, error) {
	if of, ok := strings.CutPrefix(name, "output"); ok {
		return printed(example, strings.TrimSpace(of))
	}
	files, err := filepath.Glob(example + "/*.go")
	if err != nil {
		return "", err
	}
	for _, file := range files {
		all, err := snippets(file)
		if err != nil {
			return "", err
		}
		if s, ok := all[name]; ok {
			return s, nil
		}
	}
	return "", fmt.Errorf("no snippet of this name")
}

// printed returns what an example prints: all, or one or more of its paragraphs.
func printed(example, paragraphs string) (string, error) {
	text, err := os.ReadFile(filepath.Join(example, "output.txt"))
	if err != nil {
		return "", err
	}
	all := strings.TrimRight(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n") + "\n"
	if paragraphs == "" {
		return all, nil
	}
	parts := strings.Split(all, "\n\n")
	first, last, several := strings.Cut(paragraphs, "-")
	if !several {
		last = first
	}
	i, err := strconv.Atoi(first)
	if err != nil {
		return "", err
	}
	j, err := strconv.Atoi(last)
	if err != nil {
		return "", err
	}
	if i < 1 || j < i || j > len(parts) {
		return "", fmt.Errorf("paragraphs %s of %d", paragraphs, len(parts))
	}
	return strings.TrimRight(strings.Join(parts[i-1:j], "\n\n"), "\n") + "\n", nil
}

// snippets returns the marked lines of a source file by name, without the
// indentation of the marker.
func snippets(file string) (map[string]string, error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	name, indent := "", ""
	for number, line := range strings.Split(strings.ReplaceAll(string(source), "\r\n", "\n"), "\n") {
		begin, started, found := strings.Cut(line, "// snippet: ")
		_, taken := all[started]
		switch {
		case found && (name != "" || taken):
			return nil, fmt.Errorf("%s:%d: snippet %s begins in another or twice", file, number+1, started)
		case found:
			name, indent, all[started] = started, begin, ""
		case name != "" && line == indent+"// end":
			all[name] = strings.Trim(all[name], "\n") + "\n"
			name = ""
		case name != "":
			all[name] += strings.TrimPrefix(line, indent) + "\n"
		}
	}
	if name != "" {
		return nil, fmt.Errorf("%s: snippet %s has no end", file, name)
	}
	return all, nil
}

func TestSnippets(t *testing.T) {
	file := filepath.Join(t.TempDir(), "main.go")
	for _, c := range []struct {
		source string
		want   map[string]string
	}{
		{"a\n\t// snippet: x\n\tb\n\n\t\tc\n\t// end\nd\n// snippet: y\ne\n// end\n", map[string]string{"x": "b\n\n\tc\n", "y": "e\n"}},
		{"// snippet: x\na\n", nil},
		{"// snippet: x\n// snippet: y\n// end\n", nil},
		{"// snippet: x\n// end\n// snippet: x\n// end\n", nil},
		{"// end\n", map[string]string{}},
	} {
		require.NoError(t, os.WriteFile(file, []byte(c.source), 0o600))
		got, err := snippets(file)
		assert.Equal(t, c.want, got, "%q", c.source)
		assert.Equal(t, c.want == nil, err != nil, "%q: %v", c.source, err)
	}
}
