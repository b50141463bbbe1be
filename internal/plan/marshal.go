package plan

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// InlineLimit is the size in bytes up to which an array in memory travels
// inside a marshalled plan.
const InlineLimit = 1 << 20

// document is a marshalled plan: nodes, arguments before users, by number.
type document struct {
	Version int       `json:"ndgrid_plan"`
	Nodes   []nodeDoc `json:"nodes"`
	Outs    []int     `json:"outs"`
}

type nodeDoc struct {
	Op     string              `json:"op"`
	Params map[string]paramDoc `json:"params,omitempty"`
	Args   []int               `json:"args,omitempty"`
	Source *storage.Ref        `json:"source,omitempty"`
	Data   *dataDoc            `json:"data,omitempty"`
}

// dataDoc is an array in memory: dtype, shape, bytes in native (little-endian) order.
type dataDoc struct {
	DType nd.DType `json:"dtype"`
	Shape []int    `json:"shape"`
	Bytes string   `json:"base64"`
}

// paramDoc is a parameter with its type: floats as their bits, so that NaN and
// -0 survive.
type paramDoc struct {
	Type  string          `json:"type"`
	Value json.RawMessage `json:"value"`
}

// Marshal writes plans as JSON. It fails for what only this process has: user
// functions without a name, arrays in memory over InlineLimit, sources that
// another process can't open.
func Marshal(outs ...*Node) ([]byte, error) {
	if err := Check(outs...); err != nil {
		return nil, err
	}
	doc := document{Version: 1}
	number := map[*Node]int{}
	var firstErr error
	Walk(outs, func(n *Node) {
		d, err := marshalNode(n, number)
		if err != nil && firstErr == nil {
			firstErr = err
		}
		number[n] = len(doc.Nodes)
		doc.Nodes = append(doc.Nodes, d)
	})
	if firstErr != nil {
		return nil, firstErr
	}
	for _, o := range outs {
		doc.Outs = append(doc.Outs, number[o])
	}
	return json.Marshal(doc)
}

// Digest is a text that plans share which compute the same, as far as their data say:
// operations, parameters, arrays in memory, and the metadata of stored arrays. What
// functions without a name do, and what is in stored chunks, it doesn't tell.
func Digest(outs ...*Node) string {
	h := sha256.New()
	number := map[*Node]int{}
	Walk(outs, func(n *Node) {
		number[n] = len(number)
		fmt.Fprintf(h, "%s %v %v %v %q", n.Op, n.DType, n.Shape, n.Grid, n.Dims)
		for _, a := range n.Args {
			fmt.Fprintf(h, " %d", number[a])
		}
		for _, k := range slices.Sorted(maps.Keys(n.Params)) {
			p, err := marshalParam(n.Params[k])
			if err != nil {
				p.Type = fmt.Sprintf("%T", n.Params[k])
			}
			fmt.Fprintf(h, " %s=%s %s", k, p.Type, p.Value)
		}
		switch leaf := n.Leaf.(type) {
		case storage.Array:
			fmt.Fprintf(h, " %v", leaf.Ref())
		case nd.Dyn:
			_, _ = h.Write(leaf.Bytes()) // it never fails
		}
		_, _ = h.Write([]byte{0})
	})
	for _, o := range outs {
		fmt.Fprintf(h, "%d ", number[o])
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func marshalNode(n *Node, number map[*Node]int) (nodeDoc, error) {
	d := nodeDoc{Op: n.Op, Params: map[string]paramDoc{}}
	for _, a := range n.Args {
		d.Args = append(d.Args, number[a])
	}
	for k, v := range n.Params {
		p, err := marshalParam(v)
		if err != nil {
			return d, fmt.Errorf("plan: %s: parameter %q: %w", n.Op, k, err)
		}
		d.Params[k] = p
	}
	switch leaf := n.Leaf.(type) {
	case storage.Array:
		ref := leaf.Ref()
		if ref.Driver == "" {
			return d, fmt.Errorf("plan: a source of shape %v lies in this process only; save it first", n.Shape)
		}
		d.Source = &ref
	case nd.Dyn:
		if n.NBytes() > InlineLimit {
			return d, fmt.Errorf("plan: an array in memory of %d bytes, over the %d that travel inside a plan; save it first", n.NBytes(), InlineLimit)
		}
		d.Data = &dataDoc{n.DType, n.Shape, base64.StdEncoding.EncodeToString(leaf.Bytes())}
	case Generator:
		if n.Params["name"] == "" {
			return d, fmt.Errorf("plan: a generator of shape %v has no name; only this process can run it", n.Shape)
		}
	case *BoxOp:
		if leaf.Name == "" {
			return d, fmt.Errorf("plan: a function on chunks has no name; only this process can run it")
		}
	}
	return d, nil
}

func marshalParam(v any) (paramDoc, error) {
	kind := ""
	switch x := v.(type) {
	case bool:
		kind = "bool"
	case int:
		kind = "int"
	case string:
		kind, v = "bytes", []byte(x)
	case float64:
		kind, v = "float64", floatText(x)
	case complex128:
		kind, v = "complex128", []string{floatText(real(x)), floatText(imag(x))}
	case []int:
		kind = "ints"
	case []float64:
		s := make([]string, len(x))
		for i, f := range x {
			s[i] = floatText(f)
		}
		kind, v = "float64s", s
	case nd.DType:
		kind = "dtype"
	case nd.Grid:
		kind = "grid"
	default:
		return paramDoc{}, errors.New("only this process has it; functions with a name travel, see ufunc.Register")
	}
	b, err := json.Marshal(v)
	return paramDoc{kind, b}, err
}

func floatText(f float64) string { return strconv.FormatUint(math.Float64bits(f), 16) }

func parseFloat(s string) (float64, error) {
	b, err := strconv.ParseUint(s, 16, 64)
	return math.Float64frombits(b), err
}

func unmarshalParam(p paramDoc) (any, error) {
	read := func(v any) error { return json.Unmarshal(p.Value, v) }
	switch p.Type {
	case "bool":
		var v bool
		return v, read(&v)
	case "int":
		var v int
		err := read(&v)
		return v, err
	case "bytes":
		var v []byte
		err := read(&v)
		return string(v), err
	case "float64":
		var s string
		if err := read(&s); err != nil {
			return nil, err
		}
		return parseFloat(s)
	case "float64s", "complex128":
		var s []string
		if err := read(&s); err != nil {
			return nil, err
		}
		v := make([]float64, len(s))
		for i, t := range s {
			var err error
			if v[i], err = parseFloat(t); err != nil {
				return nil, err
			}
		}
		if p.Type == "complex128" && len(v) == 2 {
			return complex(v[0], v[1]), nil
		}
		return v, nil
	case "ints":
		v := []int{}
		err := read(&v)
		return v, err
	case "dtype":
		var v nd.DType
		err := read(&v)
		return v, err
	case "grid":
		var v nd.Grid
		err := read(&v)
		return v, err
	}
	return nil, fmt.Errorf("unknown parameter type %q", p.Type)
}

// Unmarshal reads plans written by Marshal and opens their sources, whose
// drivers this program must have imported; it fails where a source's metadata
// has changed since.
func Unmarshal(ctx context.Context, b []byte) ([]*Node, error) {
	var doc document
	dec := json.NewDecoder(bytes.NewReader(b))
	if err := dec.Decode(&doc); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	if doc.Version != 1 {
		return nil, fmt.Errorf("plan: version %d, this program reads version 1", doc.Version)
	}
	nodes := make([]*Node, len(doc.Nodes))
	for i, d := range doc.Nodes {
		n, err := unmarshalNode(ctx, d, nodes[:i])
		if err != nil {
			return nil, fmt.Errorf("plan: node %d: %w", i, err)
		}
		nodes[i] = n
	}
	outs := make([]*Node, len(doc.Outs))
	for i, k := range doc.Outs {
		if k < 0 || k >= len(nodes) {
			return nil, fmt.Errorf("plan: output %d names node %d of %d", i, k, len(nodes))
		}
		outs[i] = nodes[k]
	}
	return outs, nil
}

func unmarshalNode(ctx context.Context, d nodeDoc, before []*Node) (*Node, error) {
	args := make([]*Node, len(d.Args))
	for i, k := range d.Args {
		if k < 0 || k >= len(before) {
			return nil, fmt.Errorf("%s: argument %d names node %d, it must come before", d.Op, i, k)
		}
		args[i] = before[k]
	}
	p := Params{}
	for k, v := range d.Params {
		x, err := unmarshalParam(v)
		if err != nil {
			return nil, fmt.Errorf("%s: parameter %q: %w", d.Op, k, err)
		}
		p[k] = x
	}
	switch {
	case d.Source != nil:
		a, err := storage.OpenRef(ctx, *d.Source)
		if err != nil {
			return nil, err
		}
		n := Source(a)
		return n, n.Err
	case d.Data != nil:
		raw, err := base64.StdEncoding.DecodeString(d.Data.Bytes)
		if err != nil {
			return nil, err
		}
		dyn, err := nd.DynFromBytes(d.Data.DType, d.Data.Shape, append(nd.MakeBytes(len(raw))[:0], raw...))
		if err != nil {
			return nil, err
		}
		grid, ok := p["grid"].(nd.Grid)
		if !ok || !slices.Equal(grid.Shape(), d.Data.Shape) {
			return nil, fmt.Errorf("nd: the grid is not of shape %v", d.Data.Shape)
		}
		n := ND(dyn, grid)
		return n, n.Err
	}
	if len(p) == 0 {
		p = nil
	}
	return New(d.Op, p, args)
}

// Interner merges equal nodes: same operation, parameters by their bits,
// arguments; a source equals only itself. The zero value is ready to use.
type Interner struct {
	number map[*Node]int   // of merged nodes
	merged map[*Node]*Node // what each node became
	byKey  map[string]*Node
}

// Merge returns the first node it was given that equals n, or n with its arguments merged.
func (in *Interner) Merge(n *Node) *Node {
	if m, ok := in.merged[n]; ok {
		return m
	}
	if in.number == nil {
		*in = Interner{map[*Node]int{}, map[*Node]*Node{}, map[string]*Node{}}
	}
	c := n
	for i, a := range n.Args {
		m := in.Merge(a)
		if m == a {
			continue
		}
		if c == n { // nodes are immutable
			copied := *n
			copied.Args = slices.Clone(n.Args)
			c = &copied
		}
		c.Args[i] = m
	}
	k := key(c, in.number)
	m, ok := in.byKey[k]
	if !ok {
		m = c
		in.number[c], in.byKey[k], in.merged[c] = len(in.number), c, c
	}
	in.merged[n] = m
	return m
}

// Intern returns the nodes with equal ones merged.
func Intern(outs []*Node) []*Node {
	var in Interner
	r := make([]*Node, len(outs))
	for i, o := range outs {
		r[i] = in.Merge(o)
	}
	return r
}

// key is a text equal nodes share; arguments are merged already.
func key(n *Node, number map[*Node]int) string {
	b := append([]byte(n.Op), 0)
	for _, a := range n.Args {
		b = strconv.AppendInt(append(b, ' '), int64(number[a]), 10)
	}
	switch n.Leaf.(type) {
	case nil:
	case *BoxOp, storage.Array:
		b = fmt.Appendf(b, " %p", n.Leaf)
	default: // memory and generators equal only themselves
		b = fmt.Appendf(b, " %p", n)
	}
	names := make([]string, 0, len(n.Params))
	for k := range n.Params {
		names = append(names, k)
	}
	slices.SortFunc(names, cmp.Compare[string])
	for _, k := range names {
		p, err := marshalParam(n.Params[k])
		if err != nil {
			return fmt.Sprintf("%p", n)
		}
		b = append(append(append(b, '\n'), k...), '=')
		b = append(append(append(b, p.Type...), ' '), p.Value...)
	}
	return string(b)
}
