"""Tasks: data of some shape, the contenders, and the exact result.

Contenders are sknorm, with one thread and two, and the peers that are installed:
scikit-learn and SciPy come with sknorm, the others are pandas, polars, chemotools,
torch, bottleneck, numbagg and OpenCV. Peers have one thread, torch has both one and
two. A contender is an estimator, or has those of its methods that the peer offers.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy import ndimage
from sklearn.preprocessing import StandardScaler

import errors
from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer
from timing import installed

THREADS = (1, 2)
AXES = {"samples": 0, "features": 1}
os.environ.update(POLARS_MAX_THREADS="1", NUMBA_NUM_THREADS="1")  # read at import
torch, bn, nb, pd, pl, cv2 = map(
    installed, ("torch", "bottleneck", "numbagg", "pandas", "polars", "cv2")
)
scatter = installed("chemotools.scatter")
if cv2:
    cv2.setNumThreads(1)


@dataclass(frozen=True)
class Task:
    """What is normalised, by whom, and what is right.

    Parameters
    ----------
    contenders : function of the shape of the data
        Returns {(name, number of threads): contender}.
    exact : function of data in extended precision
        Returns location and scale.
    hard_shape : tuple of int
        Shape of the data whose errors are measured.
    """

    contenders: Callable[[tuple[int, ...]], dict[tuple[str, int], Any]]
    exact: Callable[[Any], tuple[Any, Any]]
    hard_shape: tuple[int, ...]


@dataclass(frozen=True)
class Function:
    """A function that normalises, as an estimator that learns nothing."""

    transform: Callable[[Any], Any]


class PandasColumns:
    """Columns by the operators of a dataframe."""

    def fit(self, X):
        """Learn mean and deviation of the columns."""
        frame = pd.DataFrame(X)
        self.mean_, self.scale_ = frame.mean(), frame.std(ddof=0)
        return self

    def transform(self, X):
        """Return z."""
        return ((pd.DataFrame(X) - self.mean_) / self.scale_).to_numpy()

    def fit_transform(self, X):
        """Learn and return z."""
        return self.fit(X).transform(X)

    def inverse_transform(self, Z):
        """Return the data."""
        return (pd.DataFrame(Z) * self.scale_ + self.mean_).to_numpy()


def quotient(X, mean, deviation):
    """Return z. A trailing window that holds one value has deviation 0."""
    with np.errstate(all="ignore"):
        return (X - mean) / deviation


def from_squares(X, mean, mean_of_squares):
    """Return z by the textbook formula of the variance."""
    with np.errstate(all="ignore"):
        return (X - mean) / np.sqrt(mean_of_squares - mean * mean)


def column_contenders(shape):
    """StandardScaler and pandas."""
    contenders = {("sknorm", n): BatchStandardizer(n_jobs=n) for n in THREADS}
    contenders["StandardScaler", 1] = StandardScaler()
    if pd:
        contenders["pandas", 1] = PandasColumns()
    return contenders


def layer_norm(X, n_threads):
    """Return z of rows by torch."""
    torch.set_num_threads(n_threads)
    Z = torch.nn.functional.layer_norm(torch.from_numpy(X), X.shape[1:], eps=0.0)
    return Z.numpy()


def row_contenders(shape):
    """SNV of chemotools and layer_norm of torch."""
    contenders = {
        ("sknorm", n): RowLayerNormalizer(keep_statistics=False, n_jobs=n)
        for n in THREADS
    }
    if scatter:
        contenders["chemotools", 1] = scatter.StandardNormalVariate()
    if torch:
        for n in THREADS:
            contenders["torch", n] = Function(partial(layer_norm, n_threads=n))
    return contenders


def by_bottleneck(X, width, axis):
    """Return z of trailing windows."""
    mean = bn.move_mean(X, width, 1, axis)
    return quotient(X, mean, bn.move_std(X, width, 1, axis))


def by_numbagg(X, width, axis):
    """Return z of trailing windows."""
    params = {"window": width, "min_count": 1, "axis": axis}
    return quotient(X, nb.move_mean(X, **params), nb.move_std(X, **params))


def by_scipy(X, width, axis):
    """Return z of trailing windows; before the first value it is reflected."""
    mean_of = partial(
        ndimage.uniform_filter1d, size=width, axis=axis, origin=(width - 1) // 2
    )
    return from_squares(X, mean_of(X), mean_of(X * X))


def by_pandas(X, width, axis):
    """Return z of trailing windows; a series is a column."""
    frame = pd.DataFrame(X.T if axis else X)
    rolling = frame.rolling(width, min_periods=1)
    Z = quotient(frame, rolling.mean(), rolling.std(ddof=0)).to_numpy()
    return Z.T if axis else Z


def by_polars(X, width, axis):
    """Return z of trailing windows; a series is a column."""
    mean = pl.all().rolling_mean(width, min_samples=1)
    deviation = pl.all().rolling_std(width, min_samples=1, ddof=0)
    frame = pl.DataFrame(X.T if axis else X).select((pl.all() - mean) / deviation)
    return frame.to_numpy().T if axis else frame.to_numpy()


def window_contenders(shape, width, axis):
    """Windows of bottleneck, numbagg, SciPy, pandas and polars."""
    contenders = {
        ("sknorm", n): LocalWindowNormalizer(
            width, axis=axis, align="trailing", keep_statistics=False, n_jobs=n
        )
        for n in THREADS
    }
    peers = {
        "bottleneck": (bn, by_bottleneck),
        "numbagg": (nb, by_numbagg),
        "scipy": (ndimage, by_scipy),
        "pandas": (pd, by_pandas),
        "polars": (pl, by_polars),
    }
    for name, (module, function) in peers.items():
        if module:
            run = partial(function, width=width, axis=AXES[axis])
            contenders[name, 1] = Function(run)
    return contenders


def by_uniform_filter(X, width, shape):
    """Return z of patches by SciPy."""
    images = X.reshape(-1, *shape)
    mean_of = partial(ndimage.uniform_filter, size=(1, width, width))
    return from_squares(images, mean_of(images), mean_of(images * images)).reshape(
        X.shape
    )


def by_box_filter(X, width, shape):
    """Return z of patches by OpenCV, one image after the other."""
    mean_of = partial(
        cv2.boxFilter, ddepth=-1, ksize=(width, width), borderType=cv2.BORDER_REFLECT
    )
    Z = np.empty_like(X)
    for image, z in zip(X.reshape(-1, *shape), Z.reshape(-1, *shape), strict=True):
        z[...] = from_squares(image, mean_of(image), mean_of(image * image))
    return Z


def patch_contenders(shape, width):
    """Uniform filters of SciPy and OpenCV."""
    image = shape[1:]
    contenders = {
        ("sknorm", n): LocalWindowNormalizer(
            width, sample_shape=image, keep_statistics=False, n_jobs=n
        )
        for n in THREADS
    }
    uniform = partial(by_uniform_filter, width=width, shape=image)
    contenders["scipy", 1] = Function(uniform)
    if cv2:
        box = partial(by_box_filter, width=width, shape=image)
        contenders["OpenCV", 1] = Function(box)
    return contenders


COLUMNS = Task(column_contenders, errors.columns, (5_000, 20))
ROWS = Task(row_contenders, errors.rows, (50, 500))


def windows(axis, width):
    """Return the task of trailing windows along "features" or "samples"."""
    return Task(
        partial(window_contenders, width=width, axis=axis),
        partial(errors.windows, width=width, axis=AXES[axis]),
        {"samples": (1500, 8), "features": (8, 1500)}[axis],
    )


def patches(width):
    """Return the task of square patches of images."""
    return Task(
        partial(patch_contenders, width=width),
        partial(errors.patches, width=width),
        (4, 40, 40),
    )
