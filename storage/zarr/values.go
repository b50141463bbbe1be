package zarr

import (
	"fmt"
	"maps"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// valueConfigs is configs, with what cast_value and scale_offset have in the
// encoding of fill values as elements; d is the dtype that enters.
func (list extensions) valueConfigs(d nd.DType) ([]codec.Config, error) {
	configs := list.configs()
	for i, e := range list {
		if e.name != "scale_offset" && e.name != "cast_value" {
			continue
		}
		for _, k := range []string{"dtype", "encode", "decode"} { // what package codec has beside
			if _, ok := e.config[k]; ok {
				return nil, fmt.Errorf("%w: codec %d, %s: unknown parameter %q", storage.ErrCorrupt, i, e.name, k)
			}
		}
		params := codec.Params{"dtype": d}
		maps.Copy(params, e.config)
		var err error
		if e.name == "scale_offset" {
			for _, k := range []string{"offset", "scale"} {
				if v, ok := e.config[k]; ok && err == nil {
					params[k], err = fillBytes(d, v, 3)
				}
			}
		} else {
			d, err = castParams(params, d)
		}
		if err != nil {
			return nil, fmt.Errorf("codec %d, %s: %w", i, e.name, err)
		}
		configs[i].Params = params
	}
	return configs, nil
}

// castParams turns the parameters of cast_value into those that package codec
// has, and returns the dtype that is stored.
func castParams(params codec.Params, d nd.DType) (nd.DType, error) {
	stored, short, err := parseDataType(params["data_type"])
	if err != nil {
		return d, err
	}
	if short {
		return d, fmt.Errorf("%w: casting to bfloat16", storage.ErrUnsupported)
	}
	params["data_type"] = stored
	scalars, ok := params["scalar_map"].(object)
	if v := params["scalar_map"]; v != nil && !ok {
		return d, fmt.Errorf("%w: scalar_map %s", storage.ErrCorrupt, brief(v))
	}
	delete(params, "scalar_map")
	for name, v := range scalars {
		switch name {
		case "encode":
			params[name], err = scalarPairs(v, d, stored)
		case "decode":
			params[name], err = scalarPairs(v, stored, d)
		default:
			err = fmt.Errorf("%w: %q in scalar_map", storage.ErrCorrupt, name)
		}
		if err != nil {
			return d, err
		}
	}
	return stored, nil
}

// scalarPairs reads [[from, to], …].
func scalarPairs(v any, from, to nd.DType) ([]codec.Pair, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("%w: scalar_map %s", storage.ErrCorrupt, brief(v))
	}
	pairs := make([]codec.Pair, len(list))
	for i, x := range list {
		pair, ok := x.([]any)
		if !ok || len(pair) != 2 {
			return nil, fmt.Errorf("%w: scalar_map %s", storage.ErrCorrupt, brief(x))
		}
		var err error
		if pairs[i].From, err = fillBytes(from, pair[0], 3); err == nil {
			pairs[i].To, err = fillBytes(to, pair[1], 3)
		}
		if err != nil {
			return nil, fmt.Errorf("scalar_map %s: %w", brief(x), err)
		}
	}
	return pairs, nil
}
