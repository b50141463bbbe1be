package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// cutting is what --chunks or --shards say of many arrays. One made of "" keeps
// their chunks.
type cutting struct {
	text  string
	all   nd.Chunks
	axes  int               // that all has, 0: as many as an array
	named map[string]string // how an axis of a name is cut; nil: they have none
	used  *bool             // for some array
}

// parseCutting reads what nd.ParseChunks reads, or such words for names of axes:
// "time=100, lat=auto".
func parseCutting(text string) (cutting, error) {
	c := cutting{text: text, used: new(bool)}
	if text == "" {
		return c, nil
	}
	items := strings.Split(text, ",")
	if !strings.Contains(text, "=") {
		all, err := nd.ParseChunks(text)
		c.all = all
		if _, err := all.Grid(nil, 1); err != nil { // a lone "auto" fits no axes, too
			c.axes = len(items)
		}
		return c, err
	}
	c.named = map[string]string{}
	for _, item := range items {
		name, word, ok := strings.Cut(item, "=")
		if _, err := nd.ParseChunks(word); !ok || err != nil {
			return c, fmt.Errorf("%w: %q in %q is not like time=100, time=-1 or time=auto", nd.ErrSyntax, strings.TrimSpace(item), text)
		}
		c.named[strings.TrimSpace(name)] = strings.TrimSpace(word)
	}
	return c, nil
}

// grid cuts the shape of an array; one that isn't meant keeps its chunks, and ok
// is false.
func (c cutting) grid(m *storage.Meta) (g nd.Grid, ok bool, err error) {
	chunks := c.all
	switch {
	case c.text == "" || c.axes > 0 && c.axes != len(m.Shape):
		return m.ReadGrid, false, nil
	case c.named != nil:
		words, ok := c.words(m)
		if !ok {
			return m.ReadGrid, false, nil
		}
		if chunks, err = nd.ParseChunks(words); err != nil {
			return g, false, err
		}
	}
	*c.used = true
	g, err = chunks.Grid(m.Shape, m.DType.Size())
	return g, true, err
}

// words says how every axis of an array is cut, if one has a name that counts.
func (c cutting) words(m *storage.Meta) (string, bool) {
	words := make([]string, len(m.Shape))
	found := false
	for k := range words {
		if n, ok := m.ReadGrid.Axis(k).Regular(); ok {
			words[k] = strconv.Itoa(n[0])
		} else {
			words[k] = "(" + joinInts(slices.Collect(m.ReadGrid.Sizes(k)), " ") + ")"
		}
		if k < len(m.Dims) && c.named[m.Dims[k]] != "" {
			words[k], found = c.named[m.Dims[k]], true
		}
	}
	return strings.Join(words, ", "), found
}

// unused is an error where no array was cut by what was asked for.
func (c cutting) unused() error {
	switch {
	case c.text == "" || *c.used:
		return nil
	case c.named != nil:
		return fmt.Errorf("%w: no array has an axis named in %q", nd.ErrChunks, c.text)
	}
	return fmt.Errorf("%w: %q is for arrays of %d axes, and there are none", nd.ErrChunks, c.text, c.axes)
}

// parseCodecs reads a list of codecs. "" is nil, "none" no codecs.
func parseCodecs(text string) []string {
	switch strings.TrimSpace(text) {
	case "":
		return nil
	case "none":
		return []string{}
	}
	return codec.Split(text)
}
