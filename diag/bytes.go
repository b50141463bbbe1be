package diag

import (
	"math"
	"strconv"
	"time"
)

// FormatBytes writes a number of bytes for people, in binary units with two
// digits where one would say too little: "512 B", "2.0 MiB", "91 KiB".
func FormatBytes(n int64) string {
	v := math.Abs(float64(n))
	if v < 1024 {
		return strconv.FormatInt(n, 10) + " B"
	}
	const units = "KMGTPE"
	i := -1
	for (v >= 1024 || math.Round(v) >= 1024) && i < len(units)-1 {
		v /= 1024
		i++
	}
	digits := 0
	if v < 9.95 {
		digits = 1
	}
	s := strconv.FormatFloat(v, 'f', digits, 64) + " " + units[i:i+1] + "iB"
	if n < 0 {
		return "-" + s
	}
	return s
}

// FormatDuration writes a duration with three digits: "1.23s", "45.6ms".
func FormatDuration(d time.Duration) string {
	unit := time.Duration(1)
	for d/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit).String()
}
