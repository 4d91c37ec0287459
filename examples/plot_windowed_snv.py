"""
A closer look: windowed SNV and small bands
===========================================

Infrared spectra of coffee, whose baseline and height differ from sample to sample. SNV
(:class:`~sknorm.RowLayerNormalizer`) takes one mean and one deviation from each
spectrum; windowed SNV (:class:`~sknorm.LocalWindowNormalizer`) takes them from a window
around each channel, so that small bands come out as high as large ones. Does that tell
the origins apart?
"""

import matplotlib.pyplot as plt
import numpy as np
from chemotools.datasets import load_coffee

from sknorm import LocalWindowNormalizer, RowLayerNormalizer

plt.rc("font", size=13)  # legible on a telephone, too

X, labels = load_coffee()
X, origin = X.to_numpy(), labels["labels"].to_numpy()
print(f"{X.shape[0]} spectra of {X.shape[1]} channels")

# %%
# Normalise
# ---------
# In windows of 201 channels. Wider windows keep the differences between bands, narrower
# ones the noise.
snv = RowLayerNormalizer().fit_transform(X)
windowed = LocalWindowNormalizer(201)
Z = windowed.fit_transform(X)

figure, axes = plt.subplots(3, 1, figsize=(6, 7.5), sharex=True, layout="constrained")
panels = {"Absorbance": X, "SNV": snv, "SNV in windows of 201 channels": Z}
for axis, (title, spectra) in zip(axes, panels.items(), strict=True):
    for c, country in enumerate(np.unique(origin)):
        lines = axis.plot(spectra[origin == country].T, color=f"C{c}", lw=0.5)
        lines[0].set_label(country)
    axis.set_title(title, loc="left")
    axis.set_ylabel("absorbance" if spectra is X else "z-score")
for line in axes[0].legend(frameon=False).get_lines():
    line.set_linewidth(2)
axes[-1].set(xlabel="channel", ylim=(-3.5, 3.5))  # the last channels are noise
plt.show()

# %%
# What tells the origins apart
# ----------------------------
# The variance between origins in relation to that within (the F statistic), at the
# channel where it is largest.


def largest_f(spectra):
    """Return the largest F statistic of all channels, and its channel."""
    groups = [spectra[origin == country] for country in np.unique(origin)]
    between = np.var([g.mean(axis=0) for g in groups], axis=0, ddof=1) * len(groups[0])
    within = np.mean([g.var(axis=0, ddof=1) for g in groups], axis=0)
    return (between / within).max(), (between / within).argmax()


for title, spectra in panels.items():
    value, channel = largest_f(spectra)
    print(f"{title:32} F = {value:6.0f} at channel {channel}")

# %%
# And back
# --------
# The key of windows is as large as two copies of the data; ``fit`` has kept it.
error = np.abs(windowed.inverse_transform(Z) - X).max()
print(f"largest restoring error: {error:.0e}")
