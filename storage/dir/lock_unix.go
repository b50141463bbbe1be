//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package dir

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// heldLock is the lock that this process has on a directory, for all who use it.
type heldLock struct {
	sync.Mutex // guards f
	f          *os.File
	users      int
}

var (
	heldMu sync.Mutex // guards held, and users in it
	held   = map[string]*heldLock{}
)

// Lock waits until no other process has a lock on the directory of a prefix,
// and keeps it until unlock is called; this process may lock it several times.
// The directory is made where there is none; nothing is left in it. File systems
// without locks have none.
func (s *Store) Lock(ctx context.Context, prefix string) (unlock func(), err error) {
	name := filepath.Join(s.path, filepath.FromSlash(prefix))
	heldMu.Lock()
	l := held[name]
	if l == nil {
		l = new(heldLock)
		held[name] = l
	}
	l.users++
	heldMu.Unlock()
	unlock = func() {
		heldMu.Lock()
		defer heldMu.Unlock()
		if l.users--; l.users == 0 {
			delete(held, name)
			_ = l.f.Close() // nil, or only open for the lock
		}
	}
	l.Lock()
	defer l.Unlock()
	if l.f == nil {
		l.f, err = s.flock(ctx, prefix)
	}
	if err != nil {
		unlock()
		return nil, s.fail("lock", prefix, err)
	}
	return unlock, nil
}

// flock opens a directory and locks it. It asks again and again, so that ctx can
// end the waiting.
func (s *Store) flock(ctx context.Context, prefix string) (*os.File, error) {
	name := filepath.Join(".", filepath.FromSlash(prefix))
	if err := s.root.MkdirAll(name, 0o777); err != nil {
		return nil, err
	}
	f, err := s.root.Open(name)
	if err != nil {
		return nil, err
	}
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil, errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.EINVAL), errors.Is(err, syscall.ENOLCK), errors.Is(err, syscall.ENOSYS),
			errors.Is(err, syscall.EBADF): // NFS: not on directories
			return f, nil
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			return nil, errors.Join(err, f.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), f.Close())
		case <-time.After(wait):
		}
	}
}
