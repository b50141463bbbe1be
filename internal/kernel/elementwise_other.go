//go:build !amd64 || purego

package kernel

func copyStream(dst, src []byte) { copy(dst, src) }
func fence()                     {}
