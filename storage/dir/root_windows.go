package dir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/windows"

	"github.com/ndgrid/ndgrid/storage"
)

// root is a directory that is opened for every call: Windows moves no directory
// that this process, or any other, has open, or has anything open in.
type root struct{ path string }

func openRoot(path string) (*root, error) {
	r := &root{path}
	return r, r.do(func(*os.Root) error { return nil })
}

// do opens the directory for a call. Windows may refuse it while somebody has open
// what is to be moved, replaced or deleted, a reader in this program or a scanner
// for viruses, and to open what is being deleted. That is over soon, as a rule;
// what isn't after a second is an error.
func (r *root) do(call func(*os.Root) error) error {
	for begin, wait := time.Now(), time.Millisecond; ; wait = min(2*wait, 16*time.Millisecond) {
		err := r.once(call)
		if time.Since(begin) > time.Second || !errors.Is(err, windows.ERROR_SHARING_VIOLATION) && !errors.Is(err, windows.ERROR_ACCESS_DENIED) {
			return err
		}
		time.Sleep(wait)
	}
}

func (r *root) once(call func(*os.Root) error) error {
	dir, err := os.OpenRoot(r.path)
	if err != nil {
		return err
	}
	defer dir.Close()
	return call(dir)
}

func (r *root) Open(name string) (*os.File, error) { return r.OpenFile(name, os.O_RDONLY, 0) }

func (r *root) OpenFile(name string, flag int, perm fs.FileMode) (f *os.File, err error) {
	err = r.do(func(dir *os.Root) error {
		f, err = dir.OpenFile(name, flag, perm)
		return err
	})
	return f, err
}

func (r *root) Stat(name string) (info fs.FileInfo, err error) {
	err = r.do(func(dir *os.Root) error {
		info, err = dir.Stat(name)
		return err
	})
	return info, err
}

func (r *root) Lstat(name string) (info fs.FileInfo, err error) {
	err = r.do(func(dir *os.Root) error {
		info, err = dir.Lstat(name)
		return err
	})
	return info, err
}

func (r *root) MkdirAll(name string, perm fs.FileMode) error {
	return r.do(func(dir *os.Root) error { return dir.MkdirAll(name, perm) })
}

func (r *root) Chtimes(name string, atime, mtime time.Time) error {
	return r.do(func(dir *os.Root) error { return dir.Chtimes(name, atime, mtime) })
}

func (r *root) Remove(name string) error {
	return r.do(func(dir *os.Root) error { return dir.Remove(name) })
}

func (r *root) RemoveAll(name string) error {
	return r.do(func(dir *os.Root) error { return dir.RemoveAll(name) })
}

// Rename refuses a name that is another one's but for the case of letters.
func (r *root) Rename(from, to string) error {
	if err := r.spelled(to); err != nil {
		return err
	}
	return r.do(func(dir *os.Root) error { return dir.Rename(from, to) })
}

// spelled fails where a key, or the directory it will lie in, has a file whose
// name differs in the case of letters.
func (r *root) spelled(key string) error {
	f, err := r.Open(key)
	if errors.Is(err, fs.ErrNotExist) {
		if key = path.Dir(key); key == "." {
			return nil
		}
		return r.spelled(key)
	}
	if err != nil {
		return nil // Rename knows better what is wrong
	}
	defer f.Close()
	var buf [windows.MAX_LONG_PATH]uint16
	n, err := windows.GetFinalPathNameByHandle(windows.Handle(f.Fd()), &buf[0], uint32(len(buf)), 0)
	if err != nil || int(n) > len(buf) {
		return nil // file systems of some drivers don't say
	}
	is := strings.Split(filepath.ToSlash(windows.UTF16ToString(buf[:n])), "/")
	is = is[max(len(is)-1-strings.Count(key, "/"), 0):]
	if name := strings.Join(is, "/"); name != key && strings.EqualFold(name, key) { // else it is behind a link
		return fmt.Errorf("%w: as %s, which is the same on Windows", storage.ErrExists, name)
	}
	return nil
}
