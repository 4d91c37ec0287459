"""The neighbourhoods of one value, as the estimators show them.

One cell after another is changed, and coloured where that changes z of the framed cell.
"""

import matplotlib.pyplot as plt
import numpy as np

from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer

SHAPE = (7, 10)
VALUE = (3, 5)
BLUE, ORANGE, GREEN = "#4878a8", "#c8743c", "#4f8f5f"
PANELS = {
    "batch:\nthe column": (BLUE, BatchStandardizer()),
    "batch:\na group of columns": (BLUE, BatchStandardizer(feature_groups=[[5, 6, 7]])),
    "row:\nthe whole row": (ORANGE, RowLayerNormalizer()),
    "row:\na group within the row": (ORANGE, RowLayerNormalizer(feature_groups=2)),
    "window of 5\nalong the features": (GREEN, LocalWindowNormalizer(5)),
    "window of 5\nalong the samples": (GREEN, LocalWindowNormalizer(5, axis="samples")),
    "trailing window of 4\nalong the samples": (
        GREEN,
        LocalWindowNormalizer(4, axis="samples", align="trailing"),
    ),
    "window of 3 x 5\nin one row, an image": (
        GREEN,
        LocalWindowNormalizer((3, 5), sample_shape=SHAPE),
    ),
}


def z_of_the_value(estimator, table):
    """Return what becomes of the framed value; an image is one row of X."""
    X = table.reshape(1, -1) if getattr(estimator, "sample_shape", None) else table
    return estimator.fit_transform(X).reshape(SHAPE)[VALUE]


def cell_at(row, column, **look):
    """Return the square of a cell."""
    return plt.Rectangle((column, -row), 1, 1, **look)


table = np.random.default_rng(0).normal(size=SHAPE)
figure, axes = plt.subplots(4, 2, figsize=(5, 8.2), layout="constrained")
for axis, (title, (colour, estimator)) in zip(axes.flat, PANELS.items(), strict=True):
    before = z_of_the_value(estimator, table)
    for cell in np.ndindex(SHAPE):
        changed = table.copy()
        changed[cell] += 1
        matters = z_of_the_value(estimator, changed) != before
        axis.add_patch(cell_at(*cell, fc=colour if matters else "0.94", ec="white"))
    axis.add_patch(cell_at(*VALUE, fc="none", ec="black", lw=2.5))
    axis.set(xlim=(-0.1, SHAPE[1] + 0.1), ylim=(0.9 - SHAPE[0], 1.1), aspect=1)
    axis.set_title(title, fontsize=11)
    axis.set_axis_off()
