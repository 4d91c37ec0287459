"""Exact location and scale in extended precision, and how far a result is from it."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

OFFSET = 1e8


def columns(X):
    """Return mean and deviation of each column, by two passes."""
    return X.mean(axis=0), X.std(axis=0)


def rows(X):
    """Return mean and deviation of each row."""
    return X.mean(axis=1, keepdims=True), X.std(axis=1, keepdims=True)


def windows(X, width, axis):
    """Return those of trailing windows along an axis; NaN where they are not whole."""
    padding = [(0, 0), (0, 0)]
    padding[axis] = (width - 1, 0)
    view = sliding_window_view(
        np.pad(X, padding, constant_values=np.nan), width, axis=axis
    )
    return view.mean(axis=-1), view.std(axis=-1)


def patches(X, width):
    """Return those of centred patches of images; NaN where they are not whole.

    At the edges peers reflect the image, sknorm takes the pixels that exist.
    """
    before = width // 2
    edges = [(0, 0), (before, before), (before, before)]
    padded = np.pad(X, edges, constant_values=np.nan)
    view = sliding_window_view(padded, (width, width), axis=(1, 2))
    return view.mean(axis=(-2, -1)), view.std(axis=(-2, -1))


def error_of(estimator, method, exact, shape):
    """Return the worst error of a method at an offset of 1e8; None: it is not finite.

    Of `fit`: of the deviations, relative. Of `inverse_transform`: of the restored data,
    relative to the largest value. Else of z, relative to max(1, abs z). What is NaN in
    the exact result is left out.

    Parameters
    ----------
    estimator : object with `method`, and `fit` where it learns
    method : str
    exact : function of X in extended precision that returns location and scale
    shape : tuple of int
        Of the data; all axes but the first are flattened.
    """
    X = np.random.default_rng(1).normal(size=shape) + OFFSET
    flat = X.reshape(len(X), -1)
    if hasattr(estimator, "fit"):
        estimator.fit(flat)
    extended = X.astype(np.longdouble) - X.flat[0]  # an exact difference
    location, scale = exact(extended)
    if method == "fit":
        found, expected, size = estimator.scale_, scale, scale
    elif method == "inverse_transform":
        found = estimator.inverse_transform(estimator.transform(flat))
        expected, size = flat, flat.max()
    else:
        found = getattr(estimator, method)(flat)
        expected = ((extended - location) / scale).reshape(flat.shape)
        size = np.maximum(1, np.abs(expected))
    wrong = (np.abs(np.asarray(found) - expected) / size)[np.isfinite(expected)]
    worst = float(wrong.max())
    return worst if np.isfinite(worst) else None
