"""The same with dask.delayed."""
from dask import delayed


def increment(x):
    return x + 1


def double(x):
    return 2 * x


def add(x, y):
    return x + y


y = delayed(double)(delayed(increment)(delayed(double)(4)))
print("f(g(h(4))) is", y.compute(scheduler="threads"))
results = [delayed(add)(delayed(increment)(x), delayed(double)(x)) for x in [1, 2, 3, 4, 5]]
print("total", delayed(sum)(results).compute(scheduler="threads"))
