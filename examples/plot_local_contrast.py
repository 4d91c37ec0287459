"""
Local contrast of a colour image
================================

A photograph has bright and dark places; local contrast normalization makes each place as
bright and as varied as any other. The three colours stay apart: a window is
``(height, width, 1)``.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_sample_image

from sknorm import LocalWindowNormalizer

image = load_sample_image("china.jpg")[:320, :480]
X = image.reshape(1, -1).astype(np.float32)

# %%
# Normalise
# ---------
# ``sample_shape`` says how a row of X is to be read. With ``edge="reflect"`` the places at
# the border have windows as full as the others. In the sky there is nothing but noise,
# which a deviation of its own would blow up: ``eps`` adds 10 grey levels to every scale
# (in squares).
normalizer = LocalWindowNormalizer(
    (65, 65, 1), sample_shape=image.shape, edge="reflect", eps=10.0**2
)
Z = normalizer.fit_transform(X)

# %%
# Look at it
# ----------
# From -2.5 to 2.5 deviations, and restored.
contrast = np.clip(Z.reshape(image.shape) / 5 + 0.5, 0, 1)
restored = normalizer.inverse_transform(Z).reshape(image.shape)
panels = {
    "photograph": image,
    "local contrast": contrast,
    "restored": np.clip(restored / 255, 0, 1),
}
figure, axes = plt.subplots(1, 3, figsize=(11, 3), layout="constrained")
for axis, (title, picture) in zip(axes, panels.items(), strict=True):
    axis.imshow(picture)
    axis.set_title(title)
    axis.set_axis_off()
figure.savefig("local_contrast.png", dpi=120)

# %%
# How even the light has become
# -----------------------------
# The standard deviation of the mean brightness of 40 x 40 places, in units of the
# deviation of all pixels.


def unevenness(picture):
    """Return how much the mean of places varies, relative to all pixels."""
    places = np.asarray(picture, float).reshape(8, 40, 12, 40, 3).mean(axis=(1, 3))
    return places.std() / np.std(picture)


print(f"photograph:     {unevenness(image):.2f}")
print(f"local contrast: {unevenness(Z.reshape(image.shape)):.2f}")
print(f"largest restoring error: {np.abs(restored - image).max():.1e} of 255")
