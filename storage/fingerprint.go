package storage

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Fingerprint hashes what decides how an array's bytes are read: dtype, shape,
// chunks, codecs, byte order, layout and fill value. It is the same on every
// machine of one byte order.
func Fingerprint(m *Meta) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%v\n", m.DType, m.Shape)
	if c, ok := m.ReadGrid.Regular(); ok {
		fmt.Fprintf(h, "%v\n", c)
	} else {
		for k := range m.ReadGrid.NDim() {
			fmt.Fprintf(h, "%v\n", slices.Collect(m.ReadGrid.Sizes(k)))
		}
	}
	fill := m.Fill
	if IsFill(fill, nil) {
		fill = nil
	}
	fmt.Fprintf(h, "%s\n%s %s\n%x\n", strings.Join(m.Codecs, "\n"), m.ByteOrder, m.Order, fill)
	return hex.EncodeToString(h.Sum(nil)[:16])
}
