"""The key to what normalised rows and windows have lost."""

from dataclasses import dataclass
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sknorm._feature_groups import spread
from sknorm._html_representation import facts_table
from sknorm._kernels import row_blocks
from sknorm._validation import quoted

Real = NDArray[Any]  # float64 or float32
Indices = NDArray[np.intp]
# Where location and scale are written, or nowhere.
Pair = tuple[Real, Real] | tuple[None, None]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Statistics:
    """The key: location and scale that were taken from rows or windows.

    ``len(key)`` is the number of rows, ``key[rows]`` the key of some of them (so that
    :func:`~sklearn.model_selection.train_test_split` takes it), ``key.shape`` the shape
    of both arrays, and ``==`` compares all values. Its repr shows none of them: a key
    does not get into logs and notebooks by itself. Saved by
    ``np.savez(file, location=key.location, scale=key.scale)``, it is read by
    ``Statistics(**np.load(file))``.

    Parameters
    ----------
    location : array-like of shape (n_samples, n_groups) or (n_samples, n_features)
        What was subtracted; the second shape is that of windows. 0 where the location
        of the estimator is None, NaN where a neighbourhood had no values. Kept as a
        read-only float64 or float32 array.
    scale : array-like of the same shape
        What was divided by; 1 where the scale of the estimator is None.

    Raises
    ------
    ValueError
        Where the arrays do not hold real numbers, are not two-dimensional, or differ in
        shape.

    See Also
    --------
    RowLayerNormalizer.statistics : The key of rows.
    LocalWindowNormalizer.statistics : The key of windows.

    Notes
    -----
    ``x = z * scale + location`` restores what ``z = (x - location) / scale`` took away,
    up to the rounding of z and of the key to their dtype. Whoever holds the key holds
    the data: it is to be kept as they are.

    Examples
    --------
    >>> import numpy as np
    >>> from sknorm import RowLayerNormalizer
    >>> X = np.array([[1.0, 2.0, 3.0], [10.0, 10.0, 40.0]])
    >>> key = RowLayerNormalizer(scale="range").fit(X).statistics(X)
    >>> key
    Statistics(shape=(2, 1), dtype=float64)
    >>> key[1:].location, key[1:].scale, key == key[[0, 1]]
    (array([[20.]]), array([[30.]]), True)

    A row without values has no key, one of equal values has scale 1:

    >>> odd = np.array([[np.nan, np.nan, np.nan], [7.0, 7.0, 7.0]])
    >>> key = RowLayerNormalizer().fit(X).statistics(odd)
    >>> key.location.ravel(), key.scale.ravel(), key.shape
    (array([nan,  7.]), array([nan,  1.]), (2, 1))
    """

    location: Real
    scale: Real
    # NumPy leaves comparisons with arrays to __eq__.
    __array_ufunc__: ClassVar[None] = None

    def __post_init__(self) -> None:
        for name in ("location", "scale"):
            # The dataclass is frozen: this is how its own __init__ sets a field, too.
            object.__setattr__(self, name, _read_only_floats(getattr(self, name), name))
        if self.location.shape != self.scale.shape or self.location.ndim != 2:
            raise ValueError(
                "location and scale of Statistics must have one shape, (n_samples, "
                "n_groups) for rows or that of X for windows. Got "
                f"{self.location.shape} and {self.scale.shape}."
            )

    def __repr__(self) -> str:
        return f"{type(self).__name__}(shape={self.shape}, dtype={self.location.dtype})"

    def _repr_html_(self) -> str:
        facts = {
            "shape": str(self.shape),
            "dtype": str(self.location.dtype),
            "values": "not shown",
        }
        return facts_table(type(self).__name__, facts)

    def __len__(self) -> int:
        return len(self.location)

    def __getitem__(self, rows: Any) -> Self:
        if isinstance(rows, tuple) and len(rows) == 2 and rows[1] is Ellipsis:
            rows = rows[0]  # how scikit-learn takes samples of an array
        if isinstance(rows, tuple):
            raise IndexError(
                f"Statistics are indexed by rows only. Got {rows!r}. Use .location or "
                ".scale for a part of the columns."
            )
        if isinstance(rows, Integral):
            rows = [rows]
        return type(self)(self.location[rows], self.scale[rows])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Statistics):
            return NotImplemented
        return np.array_equal(
            self.location, other.location, equal_nan=True
        ) and np.array_equal(self.scale, other.scale, equal_nan=True)

    def __reduce__(self) -> Any:
        return type(self), (self.location, self.scale)  # read-only again when loaded

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of both arrays."""
        return self.location.shape


def _read_only_floats(values: Any, name: str) -> Real:
    masked = isinstance(values, np.ma.MaskedArray)
    array = np.asarray(values.astype(float).filled(np.nan) if masked else values)
    if array.dtype.kind not in "fiub":
        raise ValueError(
            f"The {name} of Statistics must be an array of real numbers. Got dtype "
            f"{array.dtype}. Save keys by np.savez(file, location=key.location, "
            "scale=key.scale), which keeps the dtype."
        )
    kept = np.float32 if array.dtype == np.float32 else np.float64
    if array.flags.writeable or array.dtype != kept:
        array = np.array(array, kept)
        array.setflags(write=False)
    return array


def appended_key(Z: Any, columns: Indices, n_features: int, names: list[str]) -> Any:
    """Return the key in the columns that transform appended.

    Parameters
    ----------
    Z : ndarray or sparse matrix of shape (n_samples, n_columns)
    columns : ndarray of shape (n_columns,)
        Which columns of the output of transform they are.
    n_features : int
        How many columns come before the appended ones.
    names : list of str
        Of the appended columns, all locations before all scales.
    """
    position = np.full(n_features + len(names), -1)
    position[columns] = np.arange(len(columns))
    position = position[n_features:]
    if (position < 0).any():
        absent = [n for n, i in zip(names, position, strict=True) if i < 0]
        raise ValueError(
            f"X has some of the columns that transform appended, but lacks "
            f"{quoted(absent)}. Pass all of them, or none and statistics=key."
        )
    values = Z[:, position]
    values = values.toarray() if sparse.issparse(values) else values
    return Statistics(*np.split(values, 2, axis=1))


def check_key(key: Any, Z: Any, neighbourhood: Indices, n_neighbourhoods: int) -> None:
    """Raise where a key does not fit the normalised rows Z.

    Parameters
    ----------
    key : Statistics
        Or what was passed as such.
    Z : ndarray or sparse matrix of shape (n_samples, n_columns)
    neighbourhood : ndarray of shape (n_columns,)
        Which column of the key belongs to each column of Z, or NO_GROUP.
    n_neighbourhoods : int
    """
    if not isinstance(key, Statistics):
        raise TypeError(
            "statistics must be Statistics(location, scale), as the method "
            f"statistics(X) returns them. Got {type(key).__name__}."
        )
    expected = (Z.shape[0], n_neighbourhoods)
    if key.shape != expected:
        raise ValueError(
            f"statistics must have shape {expected}, a location and a scale for each "
            f"neighbourhood of the rows of X. Got {key.shape}. Pass the key of these "
            "rows; key[rows] is the key of some of them."
        )
    usable = np.isfinite(key.location) & np.isfinite(key.scale) & (key.scale > 0)
    (doubtful,) = np.nonzero(~usable.all(axis=1))
    wrong = [
        part[_has_values(Z[part], spread(usable[part], neighbourhood, True))]
        for part in (doubtful[rows] for rows in row_blocks(len(doubtful), Z.shape[1]))
    ]
    rows = np.concatenate([doubtful[:0], *wrong])
    if rows.size:
        raise ValueError(
            "The key, passed as statistics or appended to X, must have a finite "
            "location and a finite scale above 0 wherever X has values. That is not so "
            f"in rows {quoted(rows)}. Pass the key of these rows, taken before values "
            "were filled in or removed."
        )
    if sparse.issparse(Z) and np.nan_to_num(key.location).any():
        raise ValueError(
            "A sparse X can only be restored with locations of 0, as others would fill "
            "its zeros. Pass X.toarray()."
        )


def _has_values(Z: Any, usable: NDArray[np.bool]) -> NDArray[np.bool]:
    """Tell which rows have values where the key is of no use."""
    values = Z.toarray() if sparse.issparse(Z) else Z
    return np.asarray((~usable & ~np.isnan(values)).any(axis=1))
