"""The same with NumPy."""
import numpy as np

n = np.arange(1000 * 12 * 20).reshape(1000, 12, 20)
t = np.arange(1000).reshape(-1, 1, 1)
x = (n * 7919 % 10007) * (t % 40 + 1.0) / 8192
print(np.quantile(x, [0.05, 0.5, 0.95], axis=0)[:, 0, :4])
wet = np.minimum(x, 40).astype(np.float32)
print(f"mean of the gauges {wet.mean(dtype=np.float64):.5f}")
for i in (0, 500):
    for k in (0, 10):
        c = wet[i : i + 500, :, k : k + 10]
        print(f"from [{i} 0 {k}], shape {str(list(c.shape)).replace(',', '')}: {(c == 40).sum()} full gauges")
