//go:build !amd64 || purego

package kernel

func copyStream(dst, src []byte)           { copy(dst, src) }
func copySecond(dst, src []byte, size int) { copySecondPlain(dst, src, size) }
func fence()                               {}
