package kerchunk

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/ndgrid/ndgrid/storage"
)

// targets are the files that a manifest refers to, as values of stores.
type targets struct {
	manifest storage.Value
	outside  bool
	mu       sync.Mutex
	known    map[string]storage.Value
	stores   map[string]storage.Store // by root
}

// find returns the value that a target is.
func (t *targets) find(ctx context.Context, target string) (storage.Value, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if v, ok := t.known[target]; ok {
		return v, nil
	}
	v, err := t.open(ctx, target)
	if err != nil {
		return v, missing(target, err)
	}
	t.known[target] = v
	return v, nil
}

var errOutside = errors.New(`it lies outside the folder of the manifest; option outside=true allows that`)

func (t *targets) open(ctx context.Context, target string) (storage.Value, error) {
	if name, ok := t.below(target); ok {
		key := path.Join(path.Dir(t.manifest.Key), name)
		return storage.Value{Store: t.manifest.Store, Key: key, URL: target}, storage.CheckKey(key)
	}
	if !t.outside {
		return storage.Value{}, fmt.Errorf("%w: %w", storage.ErrUnsupported, errOutside)
	}
	if !absolute(target) {
		// What a relative path that leaves the folder means, follows from where the manifest is.
		scheme, rest, ok := strings.Cut(t.manifest.URL, "://")
		if ok {
			target = scheme + "://" + path.Join(path.Dir(rest), target)
		} else {
			target = filepath.Join(filepath.Dir(t.manifest.URL), filepath.FromSlash(target))
		}
	}
	root, key, err := storage.Locate(target)
	if err != nil {
		return storage.Value{}, err
	}
	s, ok := t.stores[root]
	if !ok {
		if s, err = storage.OpenRoot(context.WithoutCancel(ctx), root); err != nil {
			return storage.Value{}, err
		}
		t.stores[root] = s
	}
	return storage.Value{Store: s, Key: key, URL: target}, nil
}

// absolute reports whether a target is a URL or an absolute path.
func absolute(target string) bool {
	return strings.Contains(target, "://") || filepath.IsAbs(target) || path.IsAbs(target)
}

// below returns the path of a target from the folder of the manifest on, if
// that is where it lies.
func (t *targets) below(target string) (string, bool) {
	if !absolute(target) {
		name := path.Clean(target)
		return name, inside(name)
	}
	if strings.Contains(t.manifest.URL, "://") {
		// Names are escaped in a target, in the manifest's own URL they aren't.
		folder := t.manifest.URL[:strings.LastIndexByte(t.manifest.URL, '/')]
		root, key, err := storage.Locate(target)
		name, ok := strings.CutPrefix(root+"/"+key, folder+"/")
		return name, ok && err == nil && inside(name)
	}
	target = strings.TrimPrefix(target, "file://")
	if strings.Contains(target, "://") {
		return "", false
	}
	folder := filepath.Dir(t.manifest.URL)
	name, err := filepath.Rel(folder, target)
	if err == nil && inside(filepath.ToSlash(name)) {
		return filepath.ToSlash(name), true
	}
	// The folder may have another name, through a link.
	if target, err = filepath.EvalSymlinks(target); err == nil {
		name, err = filepath.Rel(folder, target)
	}
	name = filepath.ToSlash(name)
	return name, err == nil && inside(name)
}

// inside reports whether a clean relative path leads down.
func inside(name string) bool {
	return name != "." && name != ".." && !strings.HasPrefix(name, "../") && !path.IsAbs(name)
}
