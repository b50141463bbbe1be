//go:build cgo && !nohdf5

package hdf5

import (
	"bytes"
	"encoding/binary"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage"
)

// heapFile has a heap at 8 with the objects "one" and, of number 7, 5000 times x.
func heapFile() []byte {
	heap := append([]byte("GCOL\x01\x00\x00\x00"), make([]byte, 8)...)
	for number, text := range map[uint16]string{1: "one\x00more", 7: strings.Repeat("x", 5000)} {
		head := make([]byte, objectHead)
		binary.LittleEndian.PutUint16(head, number)
		binary.LittleEndian.PutUint64(head[8:], uint64(len(text)))
		heap = append(append(heap, head...), text...)
		heap = append(heap, make([]byte, -len(text)&7)...)
	}
	heap = append(heap, make([]byte, 40)...) // free
	binary.LittleEndian.PutUint64(heap[8:], uint64(len(heap)))
	return append(make([]byte, 8), heap...)
}

func ref(n uint32, at uint64, number uint32) []byte {
	b := binary.LittleEndian.AppendUint32(nil, n)
	return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint64(b, at), number)
}

func heapsOf(file []byte) *heaps {
	return &heaps{r: bytes.NewReader(file), size: int64(len(file)), room: 1 << 20, text: 1 << 20, open: map[int64]map[uint16]string{}}
}

func TestHeap(t *testing.T) {
	h := heapsOf(heapFile())
	for want, r := range map[string][]byte{"one": ref(8, 8, 1), "on": ref(2, 8, 1), strings.Repeat("x", 5000): ref(5000, 8, 7), "": ref(0, 1<<40, 9)} {
		got, err := h.element(r)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	for text, r := range map[string][]byte{
		"4294967295 bytes in object 1":         ref(1<<32-1, 8, 1),
		"5001 bytes in object 7":               ref(5001, 8, 7),
		"object 2 of the heap at 8":            ref(1, 8, 2),
		"object 65537 of":                      ref(1, 8, 65537),
		"heap at 9: it has no signature":       ref(1, 9, 1),
		"a heap at 9223372036854775815 of a":   ref(1, 1<<63+7, 1),
		"no signature":                         ref(1, uint64(h.size), 1),
		"heap at 16: it has no signature":      ref(1, 16, 1),
		"heap at 1000000 of a file of 5104 by": ref(1, 1000000, 1),
	} {
		_, err := h.element(r)
		require.ErrorIs(t, err, storage.ErrCorrupt, text)
		assert.ErrorContains(t, err, text)
	}
	for text, change := range map[string]func(b []byte){
		"1099511627776 bytes, the file has": func(b []byte) { binary.LittleEndian.PutUint64(b[16:], 1<<40) },
		"3 bytes, the file has":             func(b []byte) { binary.LittleEndian.PutUint64(b[16:], 3) },
		"of 1152921504606846976 bytes":      func(b []byte) { binary.LittleEndian.PutUint64(b[32:], 1<<60) },
	} {
		file := heapFile()
		change(file)
		_, err := heapsOf(file).element(ref(1, 8, 1))
		require.ErrorIs(t, err, storage.ErrCorrupt, text)
		assert.ErrorContains(t, err, text)
	}
	h = heapsOf(heapFile())
	h.text = 9000 // many references to one text are counted as often
	_, err := h.element(ref(5000, 8, 7))
	require.NoError(t, err)
	_, err = h.element(ref(5000, 8, 7))
	assert.ErrorIs(t, err, storage.ErrUnsupported)
	h = heapsOf(heapFile())
	h.room = 5000
	_, err = h.element(ref(1, 8, 1))
	assert.ErrorIs(t, err, storage.ErrUnsupported)
}

// FuzzHeap reads texts out of damaged heaps: what comes is no longer than asked.
func FuzzHeap(f *testing.F) {
	f.Add(heapFile(), ref(5000, 8, 7))
	f.Add(heapFile()[:100], ref(3, 8, 1))
	if b, err := os.ReadFile("testdata/strings.nc"); err == nil {
		at := bytes.Index(b, []byte("GCOL"))
		f.Add(b[at-8:at+4096], ref(3, 8, 1))
	}
	f.Fuzz(func(t *testing.T, file, r []byte) {
		if len(r) < refBytes {
			return
		}
		h := heapsOf(file)
		s, err := h.element(r)
		if err == nil && (len(s) > int(binary.LittleEndian.Uint32(r)) || strings.Contains(s, "\x00")) {
			t.Errorf("%d bytes of text", len(s))
		}
		assert.LessOrEqual(t, 1<<20-h.room, h.size)
	})
}
