"""information_loss: what a transformer hides of data, and what it keeps."""

from typing import Any

import numpy as np

from sknorm._kernels import Floats, row_blocks
from sknorm._validation import quoted
from sknorm.inspection._loss_report import InformationLoss
from sknorm.inspection._order import within_sample_rank_correlation
from sknorm.inspection._paired_columns import MEASURES, PairedColumns
from sknorm.inspection._progress import Progress
from sknorm.inspection._release import Release, released


def information_loss(estimator: Any, X: Any, *, Z: Any = None) -> InformationLoss:
    """Measure what a transformer hides of data, and what it keeps.

    "Hidden" has separate meanings: location and scale of a column, the order inside a
    column, the order inside a row, the shape of a distribution, correlations. A column
    scaler takes away the first and keeps the others but the order inside a row; a row
    scaler keeps that one alone. None of the measures says how well the data can be
    restored: see :func:`disclosure_risk`.

    Parameters
    ----------
    estimator : fitted transformer
        One that keeps the columns: of sknorm, scalers of scikit-learn, or a pipeline.
    X : array-like or dataframe of shape (n_samples, n_features)
        The data before. NaN counts as missing.
    Z : array-like or dataframe of shape (n_samples, n_features), default=None
        The data after. None: ``estimator.transform(X)``.

    Returns
    -------
    InformationLoss
        A dict whose values are attributes; a table as text, in notebooks, and by
        `to_frame`.

    Raises
    ------
    NotFittedError
        Where the estimator is not fitted.
    TypeError
        Where it is no transformer, or the data are sparse.
    ValueError
        For less than two rows, infinities, text, or a release of another shape.

    See Also
    --------
    disclosure_risk : How well intruders restore the data.
    NormalizationDisplay : A picture of data before, after and restored.

    Notes
    -----
    With x and z the values of a column where both are present, standard deviations s of
    ddof=0, and ranks r of the standardised values, in which differences of less than
    1e-12 (1e-6 where X or Z is float32) are noise that breaks no ties:

    * `location_change` is ``(mean z - mean x) / s_x``, `scale_ratio` is ``s_z / s_x``;
    * `rank_correlation` is ``corr(r_x, r_z)``, and `permutation_distance` is
      ``mean |r_x - r_z| / n`` [1]_;
    * `shape_wasserstein` and `shape_ks` compare ``(x - mean x) / s_x`` with
      ``(z - mean z) / s_z``;
    * `correlation_change` is ``mean |corr(x_j, x_k) - corr(z_j, z_k)|`` over j < k;
    * `il1s` is ``mean |x - z| / (sqrt(2) S_x)``, S_x of ddof=1 [2]_ (the mean
      form, which sdcMicro calls IL1old).

    Measures that need a spread are NaN for constant columns, and left out of the means;
    `notes` names the columns.

    References
    ----------
    .. [1] Domingo-Ferrer and Muralidhar, "New directions in anonymization: permutation
       paradigm, verifiability by subjects and intruders, transparency to users",
       Information Sciences 337-338, 11-24, 2016, arXiv:1501.04186.
    .. [2] Yancey, Winkler and Creecy, "Disclosure risk assessment in perturbative
       microdata protection", Inference Control in Statistical Databases, LNCS 2316,
       135-152, 2002.

    Examples
    --------
    >>> import numpy as np
    >>> from sknorm import BatchStandardizer, RowLayerNormalizer
    >>> from sknorm.inspection import information_loss
    >>> X = np.random.default_rng(0).gamma(2.0, [1.0, 10.0, 100.0], size=(500, 3))
    >>> loss = information_loss(BatchStandardizer().fit(X), X)
    >>> loss.rank_correlation, round(loss.within_sample_rank_correlation, 2)
    (array([1., 1., 1.]), 0.01)
    >>> loss = information_loss(RowLayerNormalizer().fit(X), X)
    >>> loss.rank_correlation.round(2), loss.within_sample_rank_correlation
    (array([0.09, 0.66, 0.63]), 1.0)

    A constant column has no order and no shape to lose:

    >>> X[:, 1] = 7.0
    >>> loss = information_loss(BatchStandardizer().fit(X), X)
    >>> loss.rank_correlation
    array([ 1., nan,  1.])
    >>> print(loss.notes[0])
    Columns 'x1' are constant in X, or have less than two values: nothing to compare.
    """
    release = released("information_loss", estimator, X, Z)
    progress = Progress("information_loss")
    pairs = PairedColumns.of(
        release.X, release.Z, release.resolution, release.resolution_z
    )
    columns = []
    for j, name in enumerate(release.names):
        progress.announce(f"column {name!r}, {j + 1} of {len(release.names)}")
        columns.append(pairs.measures(j))
    progress.announce("the order inside rows")
    within = np.concatenate(
        [
            within_sample_rank_correlation(pairs.X[rows], pairs.Z[rows])
            for rows in row_blocks(*pairs.X.shape)
        ]
    )
    ordered = within[~np.isnan(within)]
    return InformationLoss(
        feature_names=release.names,
        **{name: np.array([c[name] for c in columns]) for name in MEASURES},
        within_sample_rank_correlation=_mean(ordered),
        correlation_change=pairs.correlation_change(),
        il1s=pairs.il1s(),
        n_samples=len(release.X),
        notes=[*_reasons(release, pairs, ordered.size), *release.notes],
    )


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else np.nan


def _reasons(release: Release, pairs: PairedColumns, n_ordered: int) -> list[str]:
    """Return why some numbers are NaN, or of a part of the data."""
    reasons = []
    x, z = pairs.constant_x, pairs.constant_z & ~pairs.constant_x
    if x.any():
        reasons.append(
            f"Columns {quoted(release.names[x])} are constant in X, or have less than "
            "two values: nothing to compare."
        )
    if z.any():
        reasons.append(
            f"Columns {quoted(release.names[z])} are constant in the release: no order "
            "and no shape is left."
        )
    if (~(x | z)).sum() < 2:
        reasons.append("Less than two columns with spread: no correlations to compare.")
    n = len(release.X)
    if n_ordered < n:
        reasons.append(
            f"{n - n_ordered} of {n} rows have less than two different values in X or "
            "in the release: no order inside them."
        )
    if np.isnan(pairs.X).any():
        reasons.append("Missing values are left out, value by value.")
    return reasons
