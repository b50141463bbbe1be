"""The same with NumPy."""
import numpy as np

x = np.arange(8 << 20) % 1000 / 1000
squares = x**2
print(f"x² at once    {squares.nbytes / x.nbytes:.1f} times the bytes of x")
print(f"sum           {squares.sum():.6f}")
print("largest x²   ", squares[999])
