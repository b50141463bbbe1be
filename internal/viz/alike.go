package viz

import "slices"

// Alike are nodes of a graph drawn as one box.
type Alike[N comparable] struct {
	First N
	All   []N
	Args  []int // the other boxes that their arguments are in
}

// Key says which nodes are alike: those of equal keys. It is given a node and the
// boxes of its arguments.
type Key[N comparable] func(n N, args []int) any

// Group puts the nodes that are alike into one box, by the first key that makes no
// more than limit boxes of them, or by the last. Nodes come after their arguments;
// those that are not among them are left out.
func Group[N comparable](nodes []N, args func(N) []N, limit int, keys ...Key[N]) []Alike[N] {
	for _, key := range keys[:len(keys)-1] {
		if list := group(nodes, args, limit, key); list != nil {
			return list
		}
	}
	return group(nodes, args, len(nodes), keys[len(keys)-1])
}

// group returns nil where there are more boxes than limit.
func group[N comparable](nodes []N, args func(N) []N, limit int, key Key[N]) (list []Alike[N]) {
	place := make(map[N]int, len(nodes))
	same := map[any]int{}
	for _, n := range nodes {
		var in []int
		for _, a := range args(n) {
			if i, ok := place[a]; ok && !slices.Contains(in, i) {
				in = append(in, i)
			}
		}
		k := key(n, in)
		i, ok := same[k]
		if !ok {
			if i = len(list); i == limit {
				return nil
			}
			same[k] = i
			list = append(list, Alike[N]{First: n})
		}
		b := &list[i]
		for _, a := range in {
			if a != i && !slices.Contains(b.Args, a) {
				b.Args = append(b.Args, a)
			}
		}
		b.All = append(b.All, n)
		place[n] = i
	}
	return list
}
