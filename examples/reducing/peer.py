"""The same with NumPy."""
import numpy as np

days = np.array([14, 17, 15, 19, 22, 21, 18, 16, 13, 12, 15, 18, 20, 23, 24, 22, 19, 17, 17, 18, 20])
week = days.reshape(3, 7).astype(float)
for name, value in {
    "mean over both axes": week.mean(axis=(0, 1)),
    "mean of every day": week.mean(axis=0),
    "mean of every week": week.mean(axis=1),
    "warmest of every week": week.max(axis=1),
    "and on which day": week.argmax(axis=1),
    "days above 20": np.count_nonzero(week > 20),
    "z-scores": ((week - week.mean(axis=0)) / week.std(axis=0)).round(2),
}.items():
    print(f"{name}\n{value}\n")
