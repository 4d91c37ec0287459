"""Which columns of two samples can be compared, and why the others cannot."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sknorm.inspection._shape_moments import ShapeMoments


class Comparable(NamedTuple):
    """Moments, NaN where nothing can be said.

    Parameters
    ----------
    reference, new : ShapeMoments
        Variance NaN where the reference is constant or either has less than two values;
        variance 0 of a constant new column.
    reason : ndarray of shape (n_columns,), object
        What could not be measured, and why; "" where all could.
    missed : ndarray of shape (n_columns,), bool
        Where nothing could be measured though there may be a shift.
    """

    reference: ShapeMoments
    new: ShapeMoments
    reason: NDArray[np.object_]
    missed: NDArray[np.bool]


def comparable(
    reference: ShapeMoments, new: ShapeMoments, resolution: float
) -> Comparable:
    """Find the columns with at least two values on both sides that vary.

    Parameters
    ----------
    reference, new : ShapeMoments
    resolution : float
        A standard deviation of at most ``resolution * abs(mean)`` counts as none: it is
        the rounding of whoever made the data.

    Examples
    --------
    >>> import numpy as np
    >>> n, mean = np.array([9.0, 9.0]), np.array([5.0, 5.0])
    >>> before = ShapeMoments.of_statistics(n, mean, np.array([0.0, 1.0]))
    >>> after = ShapeMoments.of_statistics(n, mean, np.array([2.0, 0.0]))
    >>> list(comparable(before, after, 2.3e-16).reason)
    ['constant in the reference, but not in X', 'constant in X: variance not tested']
    """
    still, still_new = _constant(reference, resolution), _constant(new, resolution)
    with np.errstate(invalid="ignore"):
        moved = ~(np.abs(new.mean - reference.mean) <= resolution * np.abs(new.mean))
    few, few_new = reference.n < 2, new.n < 2
    cases = {
        "no values in X": new.n == 0,
        "less than 2 values in X": few_new,
        "no values in the reference": reference.n == 0,
        "less than 2 values in the reference": few,
        "constant in the reference, but not in X": still & ~still_new,
        "constant in the reference, and another constant in X": still & moved,
        "constant in the reference, and the same in X": still,
        "constant in X: variance not tested": still_new,
    }
    reason = np.select(list(cases.values()), np.arange(len(cases)), len(cases))
    texts = np.array([*cases, ""], dtype=object)
    untold = few | few_new | still
    return Comparable(
        replace(reference, variance=np.where(untold, np.nan, reference.variance)),
        replace(
            new,
            variance=np.where(untold, np.nan, np.where(still_new, 0.0, new.variance)),
            kurtosis=np.where(untold | still_new, np.nan, new.kurtosis),
            skewness=np.where(untold | still_new, np.nan, new.skewness),
        ),
        texts[reason],
        untold & ~(still & still_new & ~moved & ~few & ~few_new),
    )


def _constant(moments: ShapeMoments, resolution: float) -> NDArray[np.bool]:
    return np.asarray(np.sqrt(moments.variance) <= resolution * np.abs(moments.mean))
