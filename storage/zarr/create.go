package zarr

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// draft is a node being created: it lies beside its place under a name that
// lists hide, "__tmp-…", and is renamed when it is committed. One that can be
// resumed has a name that follows from its own, and stays when it is aborted; it
// is locked, so that only one process resumes it.
type draft struct {
	store      storage.Store
	tmp, final string
	overwrite  bool
	old        string // where what was overwritten is, to be deleted; "": it is in its place
	resume     bool
	unlock     func()
}

// newDraft starts a node at p, as the options "overwrite" and "resume" say. It
// returns the place to write to. The root of a store has nothing beside it;
// there the node is written in place and the draft is nil.
func newDraft(ctx context.Context, p place, opts map[string]string) (place, *draft, error) {
	overwrite, resume := opts["overwrite"] == "true", resumes(opts)
	exists, err := p.exists(ctx)
	switch {
	case err != nil:
		return p, nil, p.fail("create", err)
	case exists && !overwrite:
		return p, nil, p.fail("create", storage.ErrExists)
	case p.key == "" && resume:
		return p, nil, p.fail("create", fmt.Errorf("%w: resuming the root of a store", storage.ErrUnsupported))
	}
	if p.key == "" {
		if exists {
			err = storage.DeleteAll(ctx, p.store, "")
		}
		return p, nil, err
	}
	d := &draft{store: p.store, tmp: hidden("tmp", p.key), final: p.key, overwrite: overwrite, resume: resume, unlock: func() {}}
	if resume {
		d.tmp = path.Join(path.Dir(p.key), "__tmp-"+path.Base(p.key)+"-resume")
		err := d.lock(ctx)
		if err == nil {
			err = d.begin(ctx, fmt.Sprintf("Zarr v%d of %s", version(opts), opts["resume"]))
		}
		if err != nil {
			d.unlock()
			return p, nil, p.fail("resume", err)
		}
	}
	p.key = d.tmp
	return p, d, nil
}

// purpose is the key, in a draft that can be resumed, of what it is to become. It is no
// leftover (storage.DeleteLeftovers): without it the draft begins anew.
const purpose = ".resume"

// begin empties a draft that was to become something else.
func (d *draft) begin(ctx context.Context, what string) error {
	key := path.Join(d.tmp, purpose)
	old, err := d.store.Get(ctx, key, nil)
	if err == nil && string(old) == what || err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	if err := (place{store: d.store, key: d.tmp}).empty(ctx); err != nil {
		return err
	}
	return d.store.Put(ctx, key, []byte(what))
}

// lock keeps other processes from resuming the draft, or fails where one does.
func (d *draft) lock(ctx context.Context) error {
	l, ok := d.store.(locker)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 0) // don't wait
	defer cancel()
	unlock, err := l.Lock(ctx, d.tmp)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: another process is at it", storage.ErrExists)
	}
	if err == nil {
		d.unlock = unlock
	}
	return err
}

// locker is a store that can lock what is below a prefix against other
// processes: dir.Store.
type locker interface {
	Lock(ctx context.Context, prefix string) (unlock func(), err error)
}

// hidden returns a new key beside key whose name lists hide.
func hidden(why, key string) string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // it never fails
	return path.Join(path.Dir(key), "__"+why+"-"+path.Base(key)+"-"+hex.EncodeToString(b[:]))
}

// exists reports whether anything lies at p, be it a node or not.
func (p place) exists(ctx context.Context) (bool, error) {
	kind, err := p.kind(ctx)
	if err != nil || kind != "" {
		return kind != "", err
	}
	if lister, ok := p.store.(storage.Lister); ok {
		for _, err := range lister.List(ctx, p.key) {
			return err == nil, err
		}
	}
	return false, nil
}

// commit puts the node in its place.
func (d *draft) commit(ctx context.Context) error {
	if d == nil || d.tmp == d.final {
		return nil
	}
	if d.resume {
		if err := storage.DeleteLeftovers(ctx, d.store, d.tmp); err != nil {
			return err
		}
		if err := d.store.Delete(ctx, path.Join(d.tmp, purpose)); err != nil {
			return err
		}
	}
	if err := d.move(ctx); err != nil {
		return err
	}
	d.unlock()
	return nil
}

// exchanger is a store in which what lies at two keys can change places at once:
// dir.Store, on Linux.
type exchanger interface {
	Exchange(ctx context.Context, a, b string) error
}

// move moves the node to its place, and deletes what was there.
func (d *draft) move(ctx context.Context) error {
	if !d.overwrite {
		return storage.Rename(ctx, d.store, d.tmp, d.final)
	}
	if d.old == "" {
		old, err := d.replace(ctx)
		if err != nil {
			return err
		}
		d.old = old
	}
	return storage.DeleteAll(ctx, d.store, d.old)
}

// replace moves the node to its place and returns where that is, if anything, what was
// there. Where the store can't exchange them, the old one steps aside first, which
// leaves the place empty for a moment.
func (d *draft) replace(ctx context.Context) (old string, err error) {
	if x, ok := d.store.(exchanger); ok && x.Exchange(ctx, d.tmp, d.final) == nil {
		return d.tmp, nil
	}
	old = hidden("old", d.final)
	there := storage.Rename(ctx, d.store, d.final, old)
	if there != nil && !errors.Is(there, storage.ErrNotFound) {
		return "", there
	}
	err = storage.Rename(ctx, d.store, d.tmp, d.final)
	if err != nil && there == nil {
		err = errors.Join(err, storage.Rename(context.WithoutCancel(ctx), d.store, old, d.final))
	}
	return old, err
}

func (d *draft) abort() error {
	if d == nil || d.tmp == d.final {
		return nil
	}
	defer d.unlock()
	if d.resume {
		return nil
	}
	return storage.DeleteAll(context.Background(), d.store, d.tmp)
}

// documents are the metadata of a node, by name: zarr.json, or .zarray or
// .zgroup and .zattrs.
type documents map[string]object

// groupDocs are the documents of a group.
func groupDocs(version int, a storage.Attrs) (documents, error) {
	attributes, err := attrsDoc(a)
	if version == 2 {
		return documents{".zgroup": {"zarr_format": 2}, ".zattrs": attributes}, err
	}
	return documents{"zarr.json": {"zarr_format": 3, "node_type": "group", "attributes": attributes}}, err
}

func attrsDoc(a storage.Attrs) (object, error) {
	v, err := toJSON(map[string]any(a))
	if err != nil {
		return nil, fmt.Errorf("attribute %w", err)
	}
	return v.(object), nil
}

// arrayDocs are the documents of an array.
func arrayDocs(version int, s storage.Spec) (documents, error) {
	if err := checkSpec(s); err != nil {
		return nil, err
	}
	if version == 2 {
		return arrayDocs2(s)
	}
	dtype, err := dataType(s.DType)
	if err != nil {
		return nil, err
	}
	grid, stored, err := gridDoc(s)
	if err != nil {
		return nil, err
	}
	fill, err := FillJSON(s.DType, plainNaN(s.DType, s.Fill))
	if err != nil {
		return nil, err
	}
	codecs, err := codecList(s, stored)
	if err != nil {
		return nil, err
	}
	attributes, err := attrsDoc(encodeFillAttr(s.Attrs, s.DType))
	if err != nil {
		return nil, err
	}
	sep := "/"
	if v := s.Options["separator"]; v != "" {
		sep = v
	}
	doc := object{
		"zarr_format": 3, "node_type": "array", "shape": append([]int{}, s.Shape...), "data_type": dtype, "chunk_grid": grid,
		"chunk_key_encoding": object{"name": "default", "configuration": object{"separator": sep}},
		"fill_value":         fill, "codecs": codecs.docs(), "attributes": attributes,
	}
	if s.Dims != nil {
		dims := make([]any, len(s.Dims))
		for i, name := range s.Dims {
			if name != "" {
				dims[i] = name
			}
		}
		doc["dimension_names"] = dims
	}
	return documents{"zarr.json": doc}, nil
}

// gridDoc is the chunk grid of an array, regular where it can be, and the shape
// of its chunks, or of the largest.
func gridDoc(s storage.Spec) (object, []int, error) {
	chunk, ok, err := chunkShape(s)
	if ok && err == nil && s.Options["chunks"] == "" {
		wholeShards(chunk, s)
	}
	if err != nil || ok {
		return object{"name": "regular", "configuration": object{"chunk_shape": chunk}}, chunk, err
	}
	edges := object{"kind": "inline", "chunk_shapes": edgesJSON(s.Chunks)}
	return object{"name": "rectilinear", "configuration": edges}, s.Chunks.MaxChunk(), nil
}

// arrayOptions are the names of Spec.Options, see CreateArray.
var arrayOptions = []string{"overwrite", "chunks", "separator", "index"}

// checkSpec refuses a description that contradicts itself.
func checkSpec(s storage.Spec) error {
	for name := range s.Options {
		if !slices.Contains(arrayOptions, name) {
			return fmt.Errorf("%w: array option %q; there are %s", storage.ErrUnsupported, name, strings.Join(arrayOptions, ", "))
		}
	}
	if s.Order != "" && s.Order != "C" && s.Order != "F" {
		return fmt.Errorf("%w: order %q; it is C or F", storage.ErrUnsupported, s.Order)
	}
	if s.Dims != nil && len(s.Dims) != len(s.Shape) {
		return fmt.Errorf("%w: %d dimension names for shape %v", nd.ErrShape, len(s.Dims), s.Shape)
	}
	if len(s.Shape) > storage.MaxAxes {
		return fmt.Errorf("%w: %d axes, %d is the most", storage.ErrUnsupported, len(s.Shape), storage.MaxAxes)
	}
	if n := s.Chunks.NDim(); n > 0 && !slices.Equal(s.Chunks.Shape(), s.Shape) {
		return fmt.Errorf("%w: chunks of shape %v for shape %v", nd.ErrChunks, s.Chunks.Shape(), s.Shape)
	}
	_, err := nd.SizeOf(s.Shape)
	return err
}

// chunkShape returns the shape of the chunks to be stored: option "chunks"
// ("100,10", which may say more than a grid can about axes that are still
// short), the grid, or chunks of about a MiB; false where they differ.
func chunkShape(s storage.Spec) ([]int, bool, error) {
	if text := s.Options["chunks"]; text != "" {
		var chunk []int
		for f := range strings.SplitSeq(text, ",") {
			n, err := strconv.Atoi(strings.TrimSpace(f))
			if err != nil || n < 1 {
				return nil, false, fmt.Errorf("%w: option chunks=%q", nd.ErrChunks, text)
			}
			chunk = append(chunk, n)
		}
		if len(chunk) != len(s.Shape) {
			return nil, false, fmt.Errorf("%w: option chunks=%q for shape %v", nd.ErrChunks, text, s.Shape)
		}
		return chunk, true, nil
	}
	if s.Chunks.NDim() == len(s.Shape) {
		chunk, ok := s.Chunks.Regular()
		return chunk, ok, nil
	}
	chunk := make([]int, len(s.Shape))
	for k, n := range s.Shape {
		chunk[k] = max(n, 1)
	}
	const goal = 1 << 20
	for {
		n, big := max(s.DType.Size(), 16), 0
		for k, c := range chunk {
			n = min(n, math.MaxInt/c) * c
			if c > chunk[big] {
				big = k
			}
		}
		if n <= goal || chunk[big] == 1 {
			return chunk, true, nil
		}
		chunk[big] = (chunk[big] + 1) / 2
	}
}

// plainNaN turns the NaN of Go's math package into the one that everybody
// writes as "NaN". Other NaNs keep their bits.
func plainNaN(d nd.DType, fill []byte) []byte {
	half := len(fill)
	if d.IsComplex() {
		half /= 2
	}
	if d.IsFloat() && half == 8 || d.IsComplex() && half == 8 {
		fill = slices.Clone(fill)
		for i := 0; i+half <= len(fill); i += half {
			if getUint(fill[i:i+half]) == math.Float64bits(math.NaN()) {
				putUint(fill[i:i+half], canonicalNaN[8])
			}
		}
	}
	return fill
}
