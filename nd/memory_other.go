//go:build !linux

package nd

func adviseHugePages([]byte) {}
