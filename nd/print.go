package nd

func (a *Array[T]) String() string { return "" }
func (o *opaque) String() string   { return "" }
