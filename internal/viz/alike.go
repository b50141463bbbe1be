package viz

import "slices"

// Alike are nodes of a graph drawn as one box.
type Alike[N comparable] struct {
	First N
	All   []N
	Args  []int // the boxes that their arguments are in
}

// Group puts the nodes whose keys are equal into one box: key is given a node and
// the boxes of its arguments. Nodes come after their arguments; those that are not
// among them are left out.
func Group[N comparable](nodes []N, args func(N) []N, key func(n N, args []int) any) (list []Alike[N]) {
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
			i = len(list)
			same[k] = i
			list = append(list, Alike[N]{First: n, Args: in})
		}
		list[i].All = append(list[i].All, n)
		place[n] = i
	}
	return list
}
