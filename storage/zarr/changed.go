package zarr

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"

	"github.com/ndgrid/ndgrid/storage"
)

// unchanged is storage.ErrChanged where the metadata of the array are no longer those it
// was opened with, as far as chunks depend on them: it may have got other attributes, and
// longer. That is asked where a chunk is missing or can't be decoded, of stores that know
// versions; others would have to send the metadata again for every missing chunk.
func (a *array) unchanged(ctx context.Context) error {
	h := a.head.Load()
	name := h.document()
	now, err := storage.Version(ctx, a.store, storage.JoinKey(a.key, name))
	if err == nil && (now == nil || now == a.same.Load()) {
		return nil
	}
	var doc object
	if err == nil {
		doc, err = a.document(ctx, name)
	}
	switch {
	case errors.Is(err, storage.ErrNotFound) || err == nil && doc == nil:
		return fmt.Errorf("%w it was opened: there is no %s any more", storage.ErrChanged, name)
	case err != nil:
		return err
	case !h.serves(doc):
		return fmt.Errorf("%w it was opened: another array is there now, or a shorter one", storage.ErrChanged)
	}
	a.same.Store(now)
	return nil
}

// document is the name of what h was read from.
func (h *header) document() string {
	if h.version == 2 {
		return ".zarray"
	}
	return "zarr.json"
}

// serves reports whether h reads what chunks there are of the array that doc describes.
func (h *header) serves(doc object) bool {
	now, err := parseArray(documents{h.document(): doc})
	if err != nil || len(now.meta.Shape) != len(h.meta.Shape) || now.edges.NDim() != h.edges.NDim() {
		return false
	}
	vary := []string{"attributes", "shape", "dimension_names"}
	for k, n := range h.meta.Shape {
		if now.meta.Shape[k] < n {
			return false
		}
	}
	for k, n := range h.edges.Shape() { // there may be more behind
		if now.edges.Shape()[k] < n || !now.edges.ViewAxis(k, 0, 1, n).EqualAxis(0, h.edges, k) {
			return false
		}
		vary = append(vary, "chunk_grid")
	}
	was, is := maps.Clone(h.doc), maps.Clone(doc)
	for _, name := range vary {
		delete(was, name)
		delete(is, name)
	}
	return reflect.DeepEqual(was, is)
}
