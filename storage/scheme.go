package storage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

var (
	schemesMu sync.RWMutex
	schemes   = map[string]func(ctx context.Context, root string) (Store, error){}
)

// RegisterScheme makes the stores behind URLs of a scheme known: open gets the
// root of one, "http://host", or "file:///folder" for a folder of the file
// system. Packages of stores call it when imported; two for one scheme are a
// mistake in the program, and panic.
func RegisterScheme(scheme string, open func(ctx context.Context, root string) (Store, error)) {
	schemesMu.Lock()
	defer schemesMu.Unlock()
	if scheme == "" || open == nil || schemes[scheme] != nil {
		panic(fmt.Sprintf("storage: scheme %q is registered already, or lacks a name or a function", scheme))
	}
	schemes[scheme] = open
}

// schemePackages are the packages to import for schemes that are known.
var schemePackages = map[string]string{"http": "http", "https": "http", "s3": "s3", "file": "dir"}

// fileScheme is what the roots of folders of the file system begin with.
const fileScheme = "file://"

// Locate returns where the file at a path, or what a URL leads to, is kept: the
// root of a store, the folder of the file or the URL's host, and the key in
// that. A file must exist; what a URL leads to is not asked for.
func Locate(name string) (root, key string, err error) {
	if isURL(name) {
		return splitHost(name)
	}
	// A folder's store follows no link that leaves it, but who names a link means its target.
	file, err := filepath.EvalSymlinks(filePath(name))
	if err == nil {
		file, err = filepath.Abs(file)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrNotFound
	}
	if err != nil {
		return "", "", &Error{"open", name, err}
	}
	return fileScheme + filepath.Dir(file), filepath.Base(file), nil
}

// OpenRoot opens the store at a root as Locate returns it.
func OpenRoot(ctx context.Context, root string) (Store, error) {
	if ctx == nil {
		return nil, &Error{"open", root, ErrContext}
	}
	scheme, _, _ := strings.Cut(root, "://")
	schemesMu.RLock()
	open, have := schemes[scheme], slices.Sorted(maps.Keys(schemes))
	schemesMu.RUnlock()
	if open != nil {
		return open(ctx, root)
	}
	err := fmt.Errorf("%w: scheme %q; this program knows %v", ErrUnsupported, scheme, have)
	if pkg := schemePackages[scheme]; pkg != "" {
		err = fmt.Errorf("%w: scheme %q is not in this program; add: import _ %q", ErrUnsupported, scheme, importPath+pkg)
	}
	return nil, &Error{"open", root, err}
}

// filePath returns the path of a file with or without "file://" before it, and the
// "/" that URLs have before the letter of a drive.
func filePath(name string) string {
	name = strings.TrimPrefix(name, fileScheme)
	if drive, ok := strings.CutPrefix(name, "/"); ok && filepath.VolumeName(drive) != "" {
		return drive
	}
	return name
}

// isURL reports whether name is a URL, other than "file://…".
func isURL(name string) bool {
	scheme, _, ok := strings.Cut(name, "://")
	return ok && scheme != "file"
}

// splitHost cuts a URL into its host, which is a store, and the key in that. Only on
// the web are names in URLs escaped ("a%20b"); objects are called what is written.
func splitHost(name string) (root, key string, err error) {
	scheme, rest, _ := strings.Cut(name, "://")
	web := strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")
	if !web {
		rest, key, _ = strings.Cut(rest, "/")
		name = scheme + "://" + rest
	}
	u, err := url.Parse(name)
	switch {
	case err != nil:
		// The error of package url repeats the whole URL.
		return "", "", &Error{"open", name, fmt.Errorf("%w: not a URL", ErrUnsupported)}
	case u.Host == "":
		return "", "", &Error{"open", name, fmt.Errorf("%w: the URL names no host", ErrUnsupported)}
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", "", &Error{"open", u.Redacted(), fmt.Errorf("%w: a URL with a user, a query or a fragment; the store's own package takes a client that adds what it takes", ErrUnsupported)}
	}
	if web {
		key = u.Path
	}
	return u.Scheme + "://" + u.Host, strings.Trim(path.Clean("/"+key), "/"), nil
}

// splitURL cuts a URL into the store it leads to and the key in that. The store
// is all that the host has, or the first part of the path whose name ends as
// that of a container does: no request is made to find out.
func splitURL(name string) (root, key string, err error) {
	root, key, err = splitHost(name)
	parts := strings.Split(key, "/")
	for i, p := range parts {
		if containerByExt(p) != nil {
			return root + "/" + strings.Join(parts[:i+1], "/"), strings.Join(parts[i+1:], "/"), err
		}
	}
	return root, key, err
}

// storeAt opens the store that path is, as SplitPath returns it: that of a
// URL's host, or one in a container. A path of the file system that is neither
// gives nil. Options a container takes are removed from opts.
func storeAt(ctx context.Context, path string, opts map[string]string) (Store, map[string]string, error) {
	if !isURL(path) {
		c, v, err := fileContainer(ctx, path)
		if c == nil || err != nil {
			return nil, opts, err
		}
		return c.open(ctx, v, opts)
	}
	scheme, rest, _ := strings.Cut(path, "://")
	host, key, inside := strings.Cut(rest, "/")
	s, err := OpenRoot(ctx, scheme+"://"+host)
	if err != nil || !inside {
		return s, opts, err
	}
	c := containerByExt(key)
	if c == nil {
		return nil, opts, &Error{"open", path, fmt.Errorf("%w: no container this program knows", ErrFormat)}
	}
	return c.open(ctx, Value{s, key, path}, opts)
}

// OpenStore opens the store url leads to, and returns the key in it that the
// rest of url is: see SplitPath. A directory is a store too.
func OpenStore(ctx context.Context, url string, opts map[string]string) (s Store, key string, err error) {
	if ctx == nil {
		return nil, "", &Error{"open", url, ErrContext}
	}
	path, key, err := SplitPath(url)
	if err != nil {
		return nil, "", err
	}
	if s, _, err = storeAt(ctx, path, opts); s == nil && err == nil {
		s, err = OpenRoot(ctx, fileScheme+path)
	}
	return s, key, err
}
