package dir

import (
	"context"
	"errors"
	"path"
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/ndgrid/ndgrid/storage"
)

// Exchange has what lies at two keys, directories or files, change places at once:
// nobody ever finds nothing there. Not every file system can.
func (s *Store) Exchange(ctx context.Context, a, b string) error {
	err := errors.Join(check(ctx, a), storage.CheckKey(b))
	for _, key := range []string{a, b} {
		if err == nil {
			_, err = s.root.Lstat(key) // which says if it is outside, by a link
		}
	}
	if err == nil {
		fd := int(s.root.self.Fd())
		err = unix.Renameat2(fd, a, fd, b, unix.RENAME_EXCHANGE)
		runtime.KeepAlive(s)
	}
	if err == nil && s.sync {
		err = errors.Join(s.syncDir(path.Dir(a)), s.syncDir(path.Dir(b)))
	}
	if err != nil {
		return s.fail("exchange", a, err)
	}
	return nil
}
