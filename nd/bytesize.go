package nd

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// byteUnits lists the units of byte counts, the one FormatBytes uses first.
var byteUnits = []struct {
	name string
	n    float64
}{
	{"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}, {"PiB", 1 << 50}, {"EiB", 1 << 60},
	{"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"PB", 1e15}, {"EB", 1e18},
}

const binaryUnits = 7 // the first of byteUnits

// ParseBytes reads a number of bytes: "64MiB", "1.5 GB", "4096". Units are
// B, KiB … EiB (powers of 1024) and kB … EB (powers of 1000) in any case.
// Anything else is ErrSyntax, more than an int can hold ErrOverflow.
func ParseBytes(text string) (int, error) {
	s := strings.TrimSpace(text)
	digits := strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	unit := s[len(digits):]
	digits = strings.TrimSpace(digits)
	scale := 0.0
	for _, u := range byteUnits {
		if strings.EqualFold(u.name, cmp.Or(unit, "B")) {
			scale = u.n
		}
	}
	v, err := strconv.ParseFloat(digits, 64)
	if err != nil || scale == 0 || strings.Trim(digits, "0123456789.") != "" {
		return 0, errf("ParseBytes", ErrSyntax, "%q is not a number of bytes such as 4096, 64MiB or 1.5GB", text)
	}
	if n, err := strconv.Atoi(digits); err == nil && scale == 1 {
		return n, nil // exact beyond 2^53
	}
	if v*scale >= math.MaxInt {
		return 0, errf("ParseBytes", ErrOverflow, "%q is more bytes than an int can count", text)
	}
	return int(v * scale), nil
}

// FormatBytes writes a number of bytes for people: "91 KiB", "2.0 MiB".
func FormatBytes(n int) string {
	v, k := float64(n), 0
	for ; math.Abs(v) >= 1023.5 && k < binaryUnits-1; k++ {
		v /= 1024
	}
	if k > 0 && math.Abs(v) < 9.95 {
		return fmt.Sprintf("%.1f %s", v, byteUnits[k].name)
	}
	return fmt.Sprintf("%.0f %s", v, byteUnits[k].name)
}
