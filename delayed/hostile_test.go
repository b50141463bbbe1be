package delayed_test

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/delayed"
)

// TestErrorAmongMany: of 100,000 calls one fails; the error names it, and the
// calls that need it aren't made.
func TestErrorAmongMany(t *testing.T) {
	var after atomic.Int32
	call := delayed.Try1(func(_ context.Context, i int) (int, error) {
		if i == 77_777 {
			return 0, errors.New("no such file")
		}
		return i, nil
	})
	use := delayed.Func1(func(i int) int { after.Add(1); return i })
	values := make([]delayed.Value[int], 100_000)
	for i := range values {
		values[i] = call(delayed.Of(i))
	}
	_, err := use(delayed.Sum(values...)).Compute(t.Context(), chunkgrid.Workers(4))
	require.ErrorContains(t, err, "(77777): no such file")
	var e *delayed.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "77777", e.Args)
	assert.Zero(t, after.Load())
}

// TestPanicAmongMany: likewise of one that panics, whatever the number of workers.
func TestPanicAmongMany(t *testing.T) {
	errTest := errors.New("no such trip")
	call := delayed.Func1(func(i int) int {
		if i == 7_001 {
			panic(errTest)
		}
		return i
	})
	values := make([]delayed.Value[int], 10_000)
	for i := range values {
		values[i] = call(delayed.Of(i))
	}
	for _, workers := range []int{1, 2, 16} {
		_, err := delayed.Sum(values...).Compute(t.Context(), chunkgrid.Workers(workers))
		require.ErrorIs(t, err, errTest)
		var e *delayed.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "7001", e.Args)
		assert.NotEmpty(t, e.Stack)
	}
}

type angry struct{}

func (angry) String() string { panic("no name") }

// TestTextsOfAnything: an argument that is no text, or panics when it is asked for
// one, doesn't hide why a call failed, nor breaks a picture.
func TestTextsOfAnything(t *testing.T) {
	errTest := errors.New("test")
	fail := delayed.Try1(func(context.Context, any) (int, error) { return 0, errTest })
	for _, v := range []any{strings.Repeat("\x80", 100), strings.Repeat("\xff", 100), "a\x00b\x1b[31m\n\"\\", "</text><&", "\ufffe\x85\xed\xa0\x80",
		angry{}, (*angry)(nil), [8]string{"\x80", "\x00"}, []byte(nil), func() {}, map[string]int(nil), errTest} {
		value := fail(delayed.Of(v))
		_, err := value.Compute(t.Context())
		require.ErrorIs(t, err, errTest, "%#v", v)
		assert.Less(t, len(err.Error()), 300)
		assert.NotEmpty(t, value.String())
		svg := delayed.SVG(chunkgrid.Picture{Title: fmt.Sprint(v)}, value)
		for d := xml.NewDecoder(strings.NewReader(svg)); ; {
			if _, err := d.Token(); err == io.EOF {
				break
			} else {
				require.NoError(t, err, "%#v: %s", v, svg)
			}
		}
		assert.NotContains(t, delayed.DOT(chunkgrid.Picture{}, value), "\x00")
	}
	_, err := delayed.Func1[int, int](nil)(delayed.Of(1)).Compute(t.Context())
	assert.ErrorContains(t, err, "nil(1): panic: runtime error")
}

// TestPictureOfAMillion: graphs in which nothing is alike are drawn in few boxes too,
// and the title says of how many calls.
func TestPictureOfAMillion(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 20_000
	}
	inc, add := delayed.Func1(increment), delayed.Func2(plus)
	chain := delayed.Of(0)
	for range n / 10 {
		chain = inc(chain)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	tangle := []delayed.Value[int]{delayed.Of(1)}
	for len(tangle) <= n {
		a, b := tangle[rng.IntN(len(tangle))], tangle[len(tangle)-1]
		if len(tangle)%3 == 0 {
			a = inc(a)
		}
		tangle = append(tangle, add(a, b))
	}
	wide := make([]delayed.Value[int], n/10)
	for i := range wide {
		wide[i] = inc(delayed.Of(i))
	}
	for name, v := range map[string]delayed.Any{"chain": chain, "tangle": tangle[n], "wide": delayed.List(wide...), "all": delayed.List(tangle[:n/10]...)} {
		dot := delayed.DOT(chunkgrid.Picture{Title: name}, v)
		said := regexp.MustCompile(name + ` \((\d+) calls, drawn as (\d+) boxes\)`).FindStringSubmatch(dot)
		require.NotNil(t, said, "%.300s", dot)
		calls, err := strconv.Atoi(said[1])
		require.NoError(t, err)
		assert.GreaterOrEqual(t, calls, map[bool]int{true: n, false: n / 10}[name == "tangle"], name)
		assert.Equal(t, said[2], strconv.Itoa(strings.Count(dot, `[label="`)), name)
		assert.LessOrEqual(t, strings.Count(dot, `[label="`), chunkgrid.MaxBoxes, name)
	}
	assert.Contains(t, delayed.SVG(chunkgrid.Picture{}, tangle[2000]), "</svg>", "of boxes with arrows both ways")
}
