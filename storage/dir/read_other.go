//go:build !linux

package dir

import "time"

// read appends part of a file to dst.
func (s *Store) read(key string, offset, length int64, dst []byte) ([]byte, error) {
	return s.readRoot(key, offset, length, dst)
}

// version is what the system knows of a file that another one hasn't.
type version struct {
	modified time.Time
	size     int64
}

func (s *Store) version(key string) (version, error) {
	info, err := s.root.Stat(key)
	if err != nil {
		return version{}, err
	}
	return version{info.ModTime(), info.Size()}, nil
}
