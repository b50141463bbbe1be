package storage

import (
	"context"
	"fmt"
	"sync"
)

// Identifier is a WritableArray to which other handles of this process may
// write too: those whose Identity is equal are of the same array.
type Identifier interface {
	Identity() any // comparable
}

// Locker is a WritableArray that can keep other processes from changing parts
// of its chunks until unlock is called.
type Locker interface {
	Lock(ctx context.Context) (unlock func(), err error)
}

// lockKey names a chunk of an array that may have several handles.
type lockKey struct {
	array any
	chunk string
}

// keyLock is a lock for which users wait or which one of them has.
type keyLock struct {
	sync.Mutex
	users int
}

var (
	locksMu sync.Mutex // guards locks, and users in it
	locks   = map[lockKey]*keyLock{}
)

// lockChunk waits until nobody else in this process writes to a chunk.
func lockChunk(a WritableArray, coord []int) (unlock func()) {
	key := lockKey{array: a, chunk: fmt.Sprint(coord)}
	if i, ok := As[Identifier](a); ok {
		key.array = i.Identity()
	} else if r := a.Ref(); r.URL != "" {
		key.array = [3]string{r.Driver, r.URL, r.Path}
	}
	locksMu.Lock()
	l := locks[key]
	if l == nil {
		l = new(keyLock)
		locks[key] = l
	}
	l.users++
	locksMu.Unlock()
	l.Lock()
	return func() {
		l.Unlock()
		locksMu.Lock()
		defer locksMu.Unlock()
		if l.users--; l.users == 0 {
			delete(locks, key)
		}
	}
}

// lockToWrite waits until nobody else writes to a chunk: in this process, and where
// it isn't written whole and the array is a Locker, in others.
func lockToWrite(ctx context.Context, a WritableArray, coord []int, whole bool) (unlock func(), err error) {
	here := lockChunk(a, coord)
	l, ok := As[Locker](a)
	if whole || !ok {
		return here, nil
	}
	elsewhere, err := l.Lock(ctx)
	if err != nil {
		here()
		return nil, err
	}
	return func() { elsewhere(); here() }, nil
}
