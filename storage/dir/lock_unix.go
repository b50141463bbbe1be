//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package dir

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"syscall"
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

// flock opens a directory and locks it. Those who wait get the lock one after the
// other, as they came; whoever asks again and again may wait for ever.
func (s *Store) flock(ctx context.Context, prefix string) (*os.File, error) {
	name := filepath.Join(".", filepath.FromSlash(prefix))
	if err := s.root.MkdirAll(name, 0o777); err != nil {
		return nil, err
	}
	f, err := s.root.Open(name)
	if err != nil {
		return nil, err
	}
	err = flock(f, syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		done := make(chan error, 1)
		go func() { done <- flock(f, syscall.LOCK_EX) }()
		select {
		case err = <-done:
		case <-ctx.Done():
			go func() { _, _ = <-done, f.Close() }() // nothing ends the call but the lock
			return nil, ctx.Err()
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// flock locks a file, where its file system has locks.
func flock(f *os.File, how int) error {
	for {
		switch err := syscall.Flock(int(f.Fd()), how); {
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.EINVAL), errors.Is(err, syscall.ENOLCK), errors.Is(err, syscall.ENOSYS),
			errors.Is(err, syscall.EBADF): // NFS: not on directories
			return nil
		default:
			return err
		}
	}
}
