//go:build !linux

package dir

// read appends part of a file to dst.
func (s *Store) read(key string, offset, length int64, dst []byte) ([]byte, error) {
	return s.readRoot(key, offset, length, dst)
}
