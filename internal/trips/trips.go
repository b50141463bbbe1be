// Package trips makes monthly CSV files as taxi trips are published in: 14 columns,
// the same numbers for a month every time. Benchmarks and examples read them.
package trips

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Format names the files, by month.
const Format = "trips-2015-%02d.csv"

// Header is the first row.
const Header = "vendor_id,pickup_datetime,dropoff_datetime,passenger_count,trip_distance,pickup_longitude,pickup_latitude," +
	"rate_code_id,store_and_fwd_flag,payment_type,fare_amount,tip_amount,tolls_amount,total_amount"

// Folder returns a folder of the twelve files of a year, so many rows each. It is
// among the temporary files, and written where it isn't there yet.
func Folder(rows int) (string, error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("ndgrid-trips-%d", rows))
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	part, err := os.MkdirTemp("", "ndgrid-trips-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(part) // where it isn't renamed
	if err := WriteYear(part, rows); err != nil {
		return "", err
	}
	return dir, os.Rename(part, dir)
}

// WriteYear writes the twelve files of a year into a folder, so many rows each.
func WriteYear(dir string, rows int) error {
	for month := 1; month <= 12; month++ {
		if err := writeFile(filepath.Join(dir, fmt.Sprintf(Format, month)), month, rows); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(name string, month, rows int) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := Write(f, month, rows); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

// Write writes a month, 1 to 12. Pickups are spread over it evenly, in order.
func Write(w io.Writer, month, rows int) error {
	out := bufio.NewWriterSize(w, 1<<16)
	r := rand.New(rand.NewPCG(2015, uint64(month)))
	begin := time.Date(2015, time.Month(month), 1, 0, 0, 0, 0, time.UTC)
	length := begin.AddDate(0, 1, 0).Sub(begin)
	row := append([]byte(Header), '\n')
	for i := range rows {
		if _, err := out.Write(row); err != nil {
			return err
		}
		pickup := begin.Add(length / time.Duration(rows) * time.Duration(i))
		row = appendTrip(row[:0], r, pickup)
	}
	if _, err := out.Write(row); err != nil {
		return err
	}
	return out.Flush()
}

// appendTrip appends a trip's row.
func appendTrip(b []byte, r *rand.Rand, pickup time.Time) []byte {
	distance := 0.3 + r.ExpFloat64()*2.8 // miles
	seconds := 90 + distance*(150+r.Float64()*120)
	fare := 2.5 + float64(int(distance*5+seconds/120))*0.5
	tip, tolls := 0.0, 0.0
	payment := 1 + r.IntN(2)
	if payment == 1 {
		tip = fare * float64(r.IntN(30)) / 100
	}
	if r.IntN(20) == 0 {
		tolls = 5.33
	}
	number := func(v float64, places int) { b = append(strconv.AppendFloat(b, v, 'f', places, 64), ',') }
	whole := func(v int) { b = append(strconv.AppendInt(b, int64(v), 10), ',') }
	whole(1 + r.IntN(2))
	b = append(pickup.AppendFormat(b, time.DateTime), ',')
	b = append(pickup.Add(time.Duration(seconds)*time.Second).AppendFormat(b, time.DateTime), ',')
	whole(1 + r.IntN(6))
	number(distance, 2)
	number(-73.98+r.NormFloat64()*0.04, 6)
	number(40.75+r.NormFloat64()*0.03, 6)
	whole(1 + r.IntN(20)/19)
	b = append(b, "NY"[r.IntN(50)/49], ',')
	whole(payment)
	number(fare, 2)
	number(tip, 2)
	number(tolls, 2)
	number(fare+tip+tolls, 2)
	b[len(b)-1] = '\n'
	return b
}
