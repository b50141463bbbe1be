package codec_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]codec.Config{
		"crc32c":                             {Name: "crc32c"},
		" zstd  7 ":                          {Name: "zstd", Params: codec.Params{"level": 7}},
		"zstd(level=5,checksum=true)":        {Name: "zstd", Params: codec.Params{"level": 5, "checksum": true}},
		"zstd ( level = -5 )":                {Name: "zstd", Params: codec.Params{"level": -5}},
		"transpose (1, 0)":                   {Name: "transpose", Params: codec.Params{"order": []int{1, 0}}},
		"transpose(1,0)":                     {Name: "transpose", Params: codec.Params{"order": []int{1, 0}}},
		"transpose(order=(2, 0, 1))":         {Name: "transpose", Params: codec.Params{"order": []int{2, 0, 1}}},
		"transpose ()":                       {Name: "transpose", Params: codec.Params{"order": []int{}}},
		"blosc lz4":                          {Name: "blosc", Params: codec.Params{"cname": "lz4"}},
		"crc32(location=end)":                {Name: "crc32", Params: codec.Params{"location": "end"}},
		"blosc(cname=zstd,shuffle=noshuffle": {},
		"blosc(cname=zstd,clevel=7,shuffle=bitshuffle,typesize=4)": {Name: "blosc",
			Params: codec.Params{"cname": "zstd", "clevel": 7, "shuffle": "bitshuffle", "typesize": 4}},
	} {
		c, err := codec.Parse(text)
		if want.Name == "" {
			assert.Error(t, err, text)
			continue
		}
		require.NoError(t, err, text)
		assert.Equal(t, want, c, text)
	}
	for text, want := range map[string]string{
		"":                               `unknown codec ""; there are adler32, astype, bitround, blosc, bytes, crc32, `,
		"lzw 3":                          `unknown codec "lzw"`,
		"lzw(level=3)":                   `unknown codec "lzw"`,
		"lzma(preset=3)":                 "codec lzma is read, not written",
		"reshape (2, -1)":                "codec reshape is read, not written",
		"crc32c 3":                       `codec crc32c: takes no parameter like that: "crc32c 3"`,
		"crc32c ()":                      "codec crc32c: takes no parameter",
		"transpose (a)":                  `codec transpose: "(a)" is not a number, a word or a list of axes`,
		"transpose (1, 0":                `codec transpose: "(1, 0" is not a number, a word or a list of axes`,
		"transpose(order=(1, x))":        `codec transpose: order: "(1, x)" is not a number, a word or a list of axes`,
		"zstd(level=5, 7)":               `codec zstd: "7" is not like name=value`,
		"zstd(level=, checksum=true)":    `codec zstd: "level=" is not like name=value`,
		"zstd(=5)":                       `codec zstd: "=5" is not like name=value`,
		"zstd(level=5, level=5)":         "codec zstd: parameter level twice",
		"zstd(level=5":                   `"(level=5" is not a number, a word or a list of axes`,
		"zstd(level=5)(checksum=true)":   `codec zstd: level: "5)(checksum=true" is not a number, a word`,
		"blosc(cname=zstd)) (clevel=7))": `cname: "zstd)) (clevel=7)" is not`,
		"blosc cname=zstd":               `codec blosc: "cname=zstd" is not a number, a word`,
	} {
		_, err := codec.Parse(text)
		if err == nil { // told when it is bound
			_, err = codec.New(nd.Int32, []int{4}, parse(t, "bytes little", text))
		}
		assert.ErrorContains(t, err, want, text)
	}
}

// TestParameters: what a codec doesn't have, or what a parameter can't be, is told
// when it is bound.
func TestParameters(t *testing.T) {
	for text, want := range map[string]string{
		"zstd(level=5, lvl=5)":            `codec 1, zstd: unknown parameter "lvl"; there are level, checksum`,
		"zstd(checksum=5)":                "codec 1, zstd: checksum: 5 is neither true nor false",
		"zstd(level=high)":                "codec 1, zstd: level: high is not an integer",
		"zstd(level=true)":                "codec 1, zstd: level: true is not an integer",
		"zstd(level=99)":                  "codec 1, zstd: level 99 is not within -131072 … 22",
		"gzip(level=5, checksum=true)":    `codec 1, gzip: unknown parameter "checksum"; there are level`,
		"fletcher32(level=5)":             `codec 1, fletcher32: unknown parameter "level"; it takes none`,
		"blosc(cname=zstd, level=5)":      `codec 1, blosc: unknown parameter "level"; there are cname, clevel, shuffle, typesize, blocksize`,
		"blosc(shuffle=perhaps)":          "codec 1, blosc: shuffle perhaps",
		"blosc(cname=zip)":                `cname "zip"`,
		"shuffle(elementsize=(4))":        "codec 1, shuffle: elementsize: [4] is not an integer",
		"lz4(acceleration=2, level=5)":    `unknown parameter "level"`,
		"crc32(location=middle)":          `location "middle"; it is start or end`,
		"jenkins_lookup3(initval=-1)":     "initval -1 is not within",
		"adler32(location=end, where=no)": `unknown parameter "where"; there are location`,
	} {
		_, err := codec.New(nd.Int32, []int{4}, parse(t, "bytes little", text))
		assert.ErrorContains(t, err, want, text)
	}
}

func TestSplit(t *testing.T) {
	assert.Empty(t, codec.Split(" , "))
	assert.Equal(t, []string{"transpose (1, 0)", "zstd(level=5, checksum=true)", "crc32c"}, codec.Split("transpose (1, 0),zstd(level=5, checksum=true) ,, crc32c"))
	assert.Equal(t, []string{"transpose(order=(1, 0))", "lz4"}, codec.Split("transpose(order=(1, 0)), lz4"))
}

// FuzzParse: what is read is written so that it is read again, and bound to data or
// refused.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"zstd(level=5,checksum=true)", "transpose (1, 0)", "blosc(cname=zstd, clevel=7, shuffle=bitshuffle)", "crc32c", "delta(dtype=<i4)",
		"numcodecs.packbits", "astype(decode_dtype=i4, encode_dtype=i2)", "bitround(keepbits=3)"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := codec.Parse(text)
		if err != nil {
			require.Empty(t, c.Params)
			return
		}
		again, err := codec.Parse(c.String())
		require.NoError(t, err, "%q", c.String())
		require.Equal(t, c.Name, again.Name)
		require.Equal(t, c.String(), again.String())
		for name, v := range again.Params {
			require.Equal(t, c.Params[name], v)
		}
		chain, err := codec.New(nd.Int32, []int{3, 4}, []codec.Config{{Name: "bytes", Params: codec.Params{"endian": "little"}}, c})
		if err != nil || chain.MaxEncoded() > 1<<20 {
			return
		}
		if enc, err := chain.Encode(nil, make([]byte, 48)); err == nil {
			require.NoError(t, chain.Decode(make([]byte, 48), enc))
		} else {
			require.ErrorIs(t, err, storage.ErrUnsupported)
		}
	})
}
