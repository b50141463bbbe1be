//go:build !linux && !windows

package dir

import "os"

type root = os.Root

func openRoot(path string) (*root, error) { return os.OpenRoot(path) }
