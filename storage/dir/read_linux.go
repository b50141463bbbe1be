package dir

import (
	"context"
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/ndgrid/ndgrid/storage"
)

var _ storage.RangePrefetcher = (*Store)(nil)

// root is the directory, and a handle on it for system calls.
type root struct {
	*os.Root
	self *os.File
}

func openRoot(path string) (*root, error) {
	r, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	self, err := r.Open(".")
	return &root{r, self}, err
}

// beneath opens files for reading that lie in the directory, whatever symbolic
// links say: os.Root's promise in a single call. A named pipe doesn't wait.
var beneath = unix.OpenHow{
	Flags:   unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NONBLOCK,
	Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_MAGICLINKS,
}

// read appends part of a file to dst. Reading a chunk is four system calls and
// leaves next to no garbage; kernels before 5.6 and some sandboxes don't have
// the first of them, and readRoot does what they can. It also knows the reasons
// of errors.
func (s *Store) read(key string, offset, length int64, dst []byte) ([]byte, error) {
	fd, err := unix.Openat2(int(s.root.self.Fd()), key, &beneath)
	runtime.KeepAlive(s)
	if err == unix.ENOENT {
		return dst, err
	}
	if err != nil {
		return s.readRoot(key, offset, length, dst)
	}
	defer unix.Close(fd)
	var info unix.Stat_t
	if err := unix.Fstat(fd, &info); err != nil {
		return dst, err
	}
	if info.Mode&unix.S_IFMT != unix.S_IFREG {
		return dst, errNotFile
	}
	n := len(dst)
	dst, at := room(dst, info.Size, offset, length)
	for rest := dst[n:]; len(rest) > 0; {
		m, err := unix.Pread(fd, rest, at)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return dst[:n], err
		case m == 0:
			return dst[:n], errShrank
		}
		rest, at = rest[m:], at+int64(m)
	}
	return dst, nil
}

// version is what the system knows of a file that another one hasn't.
type version struct {
	inode    uint64
	modified unix.Timespec
	size     int64
}

func (s *Store) version(key string) (version, error) {
	var info unix.Stat_t
	err := unix.Fstatat(int(s.root.self.Fd()), key, &info, 0)
	runtime.KeepAlive(s)
	return version{info.Ino, info.Mtim, info.Size}, err
}

// Prefetch asks the system to read part of a file ahead.
func (s *Store) Prefetch(_ context.Context, key string, offset, length int64) {
	if storage.CheckKey(key) != nil {
		return
	}
	fd, err := unix.Openat2(int(s.root.self.Fd()), key, &beneath)
	runtime.KeepAlive(s)
	if err != nil {
		return
	}
	_ = unix.Fadvise(fd, max(offset, 0), max(length, 0), unix.FADV_WILLNEED) // length 0: to the end
	_ = unix.Close(fd)
}
