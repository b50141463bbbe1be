//go:build cgo && !nohdf5

package hdf5

// #include "shim.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ndgrid/ndgrid/storage"
)

var _ storage.Auditor = (*group)(nil)

// Audit reports the links of the group that lead nowhere.
func (g *group) Audit(ctx context.Context, report func(key string, finding error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	findings, err := g.deadLinks()
	if err != nil {
		return g.fail("audit", err)
	}
	for _, f := range findings {
		report(f.key, f.err)
	}
	return nil
}

// finding is something that is wrong at a path.
type finding struct {
	key string
	err error
}

func (g *group) deadLinks() (list []finding, err error) {
	lib.Lock()
	defer lib.Unlock()
	if err := g.usable(); err != nil {
		return nil, err
	}
	objects, err := g.children()
	if err != nil {
		return nil, err
	}
	for _, o := range objects {
		if o.dead {
			text, err := g.linkText(o.name)
			if err != nil {
				return nil, err
			}
			list = append(list, finding{storage.JoinKey(g.path, o.name), errors.New(text)})
		}
	}
	return list, nil
}

// notFound says that no array or group is behind a name: there is no link, or
// one to something else or to nothing. lib is held.
func (g *group) notFound(name string) error {
	text, err := g.linkText(name)
	switch {
	case err != nil:
		return fmt.Errorf("%q: %w", name, err)
	case text == "":
		return fmt.Errorf("%w: there is no %q in it", storage.ErrNotFound, name)
	}
	return fmt.Errorf("%w: %q is %s", storage.ErrNotFound, name, text)
}

// linkText tells people of a link behind which no array or group is, "" where
// there is no link. lib is held.
func (g *group) linkText(name string) (string, error) {
	if name == "." || strings.ContainsRune(name, 0) { // the library would take another name for it
		return "", nil
	}
	var kind C.int
	var buf C.nd_buf
	rc := withName(name, func(c *C.char) C.int { return C.nd_link(g.id, c, &kind, &buf, &stack) })
	to := words(answer(&buf))
	switch {
	case rc < 0:
		return "", libErr()
	case kind == C.H5L_TYPE_ERROR:
		return "", nil
	case kind == C.H5L_TYPE_SOFT && len(to) == 1:
		return fmt.Sprintf("a soft link to %q, where no array or group is", to[0]), nil
	case kind == C.H5L_TYPE_EXTERNAL && len(to) == 2:
		return fmt.Sprintf("an external link to %q in file %q, where no array or group is found", to[1], to[0]), nil
	}
	return "neither an array nor a group", nil
}
