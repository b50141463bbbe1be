package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// completePath completes names inside files: after "file.nc/" the arrays and
// groups there. Before that the shell completes file names.
func completePath(cmd *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
	i := strings.LastIndexByte(word, '/')
	if i < 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	dir, prefix := word[:i], word[i+1:]
	n, err := openNode(cmd.Context(), dir)
	if err != nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	defer n.Close()
	g := n.group
	if g == nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	children, err := g.Names(cmd.Context())
	if err != nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var words []string
	directive := cobra.ShellCompDirectiveNoFileComp
	for _, c := range children {
		if !strings.HasPrefix(c.Name, prefix) {
			continue
		}
		full := dir + "/" + c.Name
		if c.IsGroup {
			full += "/"
			directive |= cobra.ShellCompDirectiveNoSpace
		}
		words = append(words, full)
	}
	return words, directive
}
