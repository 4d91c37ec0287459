"""Mean and spread of columns with missing values, and which columns have none."""

import numpy as np
from numpy.typing import NDArray

from sknorm._kernels import Floats


def constant_columns(values: Floats, resolution: float) -> NDArray[np.bool]:
    """Tell which columns have no spread beyond the rounding of their values.

    A standard deviation of at most ``resolution * max(abs(values))`` counts as none
    (the estimators compare with the mean, which is no larger). So does that of less
    than two values.

    Examples
    --------
    >>> constant_columns(np.array([[0.3, 1.0], [0.1 + 0.2, 2.0]]), 2.3e-16)
    array([ True, False])
    """
    spread, largest = spreads(values), np.zeros(values.shape[1])
    np.fmax.reduce(np.abs(values), axis=0, out=largest, initial=0.0)
    counts = np.count_nonzero(~np.isnan(values), axis=0)
    return np.asarray((counts < 2) | ~(spread > resolution * largest))


def spreads(values: Floats) -> Floats:
    """Return the population standard deviation of each column, NaN left out."""
    return np.sqrt(moments(values)[1])


def moments(values: Floats) -> tuple[Floats, Floats]:
    """Return mean and population variance of each column, NaN left out."""
    present = ~np.isnan(values)
    counts = np.count_nonzero(present, axis=0)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        mean = np.sum(values, axis=0, where=present) / counts
        near = values - mean
        # Far from 0 the first mean is rounded by more than the values are.
        rounding = np.sum(near, axis=0, where=present) / counts
        near -= rounding
        square = np.sum(near * near, axis=0, where=present) / counts
    return mean + rounding, square
