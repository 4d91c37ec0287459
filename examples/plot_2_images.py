"""
I have images: even out the light
=================================

**You have** a photograph with bright and dark places. **You want** each place as bright
and as varied as any other, the three colours apart, and the photograph back in grey levels
when you have worked on it. That is local contrast normalization,
:class:`~sknorm.LocalWindowNormalizer` with windows of height, width and colour.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_sample_image

from sknorm import LocalWindowNormalizer

plt.rc("font", size=13)  # legible on a telephone, too

image = load_sample_image("china.jpg")[:320, :480]
X = image.reshape(1, -1).astype(np.float32)  # a row for each image
print(f"an image of {image.shape}: X has the shape {X.shape}")

# %%
# Normalise
# ---------
# ``sample_shape`` says how a row of X is to be read: height, width, colour. An axis whose
# window is 1 stays apart, so ``(65, 65, 1)`` leaves the colours alone. With
# ``edge="reflect"`` the places at the border have windows as full as the others. In the
# sky there is nothing but noise: ``eps`` adds 10 grey levels to every scale (in squares),
# so that a deviation of less counts little.


def local_contrast(window, eps=10.0**2, shape=image.shape):
    """Return a normalizer for this photograph, fitted."""
    normalizer = LocalWindowNormalizer(
        window, sample_shape=shape, edge="reflect", eps=eps
    )
    return normalizer.fit(X)


coarse, fine = local_contrast((65, 65, 1)), local_contrast((9, 9, 1))
Z, Z_fine = coarse.transform(X), fine.transform(X)

# %%
# How even has the light become? The standard deviation of the mean brightness of places of
# 40 x 40 pixels, in units of the deviation of all pixels:


def unevenness(values):
    """Return how much the mean of places varies, relative to all pixels."""
    places = np.asarray(values, float).reshape(8, 40, 12, 40, 3).mean(axis=(1, 3))
    return places.std() / np.std(values)


for name, values in {
    "photograph": X,
    "windows of 65": Z,
    "windows of 9": Z_fine,
}.items():
    print(f"{name:14} {unevenness(values):.2f}")

# %%
# Small windows even out more, and leave less: edges stay, surfaces go. Take windows wider
# than what you want to see, and narrower than the light.
#
# Work on it, and restore
# -----------------------
# Location and scale of each pixel are the key, twice as large as the image, and ``fit``
# keeps it. What ``transform`` returned comes back by itself. What was changed on purpose
# needs the key to be passed: ``statistics=normalizer.statistics_``. Here all differences
# within a window become half as large again, under the light that the photograph has.
restored = coarse.inverse_transform(Z)
crisp = fine.inverse_transform(1.5 * Z_fine, statistics=fine.statistics_)
print(f"largest restoring error: {np.abs(restored - X).max():.0e} of 255 grey levels")
print(f"photograph: mean {X.mean():.0f}, crisp: mean {crisp.mean():.0f} grey levels")


def shown(z):
    """Return z-scores from -2.5 to 2.5 as colours."""
    return np.clip(z.reshape(image.shape) / 5 + 0.5, 0, 1)


panels = {
    "Photograph": image,
    "Crisp, restored": np.clip(crisp.reshape(image.shape) / 255, 0, 1),
    "Windows of 65": shown(Z),
    "Windows of 9": shown(Z_fine),
}
figure, axes = plt.subplots(2, 2, figsize=(6, 4.6), layout="constrained")
for axis, (title, picture) in zip(axes.flat, panels.items(), strict=True):
    axis.imshow(picture)
    axis.set_title(title)
    axis.set_axis_off()
plt.show()

# %%
# Two mistakes
# ------------
# Without ``eps`` the noise of the sky becomes as large as the roofs. With height and width
# exchanged every window holds pixels that are not neighbours: nothing fails, as the number
# of values is right, and the light stays.
height, width, colours = image.shape
sky = np.s_[10:50, 300:400]
for name, z in {
    "eps of 10 grey levels": Z,
    "without eps": local_contrast((65, 65, 1), eps=0.0).transform(X),
    "height and width exchanged": local_contrast(
        (65, 65, 1), shape=(width, height, colours)
    ).transform(X),
}.items():
    noise = z.reshape(image.shape)[sky].std()
    print(f"{name:27} unevenness {unevenness(z):.2f}, deviation of the sky {noise:.2f}")

# %%
# See also
# --------
# * :class:`sknorm.LocalWindowNormalizer`: the edges, the weights, images of one colour
# * :doc:`/local_window_normalizer`: the same by the filters of ``scipy.ndimage``
# * :doc:`/restoring`: why other images need ``statistics(X)``, and a saved model no key
