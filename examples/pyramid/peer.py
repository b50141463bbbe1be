"""The means with NumPy."""
import numpy as np

c, y, x = np.ogrid[:3, :1000, :1500]
image = ((c * 977 + y * y // 31 + x * 7) % 4096).astype("u2")
for _ in range(3):
    print(f"mean {image.mean():.9f}")
    h, w = image.shape[1] // 2, image.shape[2] // 2
    blocks = image[:, : 2 * h, : 2 * w].reshape(-1, h, 2, w, 2)
    image = np.round(blocks.mean(axis=(2, 4), dtype="f4")).astype("u2")
