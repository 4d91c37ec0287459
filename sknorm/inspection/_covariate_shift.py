"""covariate_shift: how far new data are from those an estimator was fitted on."""

from typing import Any, Literal

import numpy as np

from sknorm._validation import (
    Interval,
    OneOf,
    Real,
    quoted,
    validate_params,
    warn,
)
from sknorm.inspection._comparable_columns import comparable
from sknorm.inspection._compared_values import (
    check_same_columns,
    compared,
    without_rounding,
)
from sknorm.inspection._distribution_distances import DISTANCES, distances_of_columns
from sknorm.inspection._moment_shift import adjusted, moment_shift, verdict
from sknorm.inspection._reference_statistics import fitted_moments, learning_step
from sknorm.inspection._shape_moments import ShapeMoments
from sknorm.inspection._shift_report import CovariateShift
from sknorm.inspection._steps import check_transformer

Correction = Literal["bonferroni", "fdr_bh"] | None


@validate_params(
    alpha=[Interval(Real, 0, 1, closed="neither")],
    correction=[OneOf({"bonferroni", "fdr_bh"})],
)
def covariate_shift(
    estimator: Any,
    X: Any,
    *,
    X_reference: Any = None,
    alpha: float = 0.05,
    correction: Correction = "bonferroni",
) -> CovariateShift:
    """Compare new data with those that a transformer was fitted on.

    The fitted statistics (mean, variance, number of rows) suffice: the data of the fit
    need not be kept. With `X_reference` whole distributions are compared, too.

    Parameters
    ----------
    estimator : fitted transformer
        BatchStandardizer, :class:`~sklearn.preprocessing.StandardScaler` and others
        with `mean_`, `var_` and `n_samples_seen_`; with `X_reference` any transformer.
        Of a :class:`~sklearn.pipeline.Pipeline` the first step that learns something
        counts; steps before it that look at nothing but the row or window in hand
        (RowLayerNormalizer, LocalWindowNormalizer,
        :class:`~sklearn.preprocessing.Normalizer`,
        :class:`~sklearn.preprocessing.FunctionTransformer`) are applied first, and what
        comes out of them is compared.
    X : array-like or dataframe of shape (n_samples, n_features)
        New data, as `transform` takes them, at least two rows. NaN counts as missing;
        that values are missing is not itself taken for a shift.
    X_reference : array-like of shape (n_reference, n_features), default=None
        Rows, or a dataframe, from before the shift. They replace the fitted statistics.
    alpha : float, default=0.05
        Between 0 and 1: where nothing has shifted, the chance of an adjusted p-value
        below it; and what the intervals, not adjusted, leave out.
    correction : {"bonferroni", "fdr_bh"} or None, default="bonferroni"
        How p-values are adjusted for the number of tests: of the mean of each column,
        and of the variance where there are 1000 rows on both sides. "bonferroni" bounds
        the chance that any is a false alarm, "fdr_bh" [2]_ the share of false alarms
        among alarms.

    Returns
    -------
    CovariateShift
        A dict with attributes. ``str`` is a text table, notebooks show it in HTML;
        `to_frame()` and `to_dict()`.

    Raises
    ------
    NotFittedError
        Where the estimator is not fitted.
    TypeError
        Where it is no transformer, or, without `X_reference`, does not hold mean,
        variance and number of rows of each column: normalisers of rows and windows,
        scalers by quantiles or extremes, BatchStandardizer with feature groups or other
        statistics. For sparse data.
    ValueError
        For infinities, text, less than two rows, other columns than in fit, or squares
        that overflow or vanish; for `alpha` and `correction` that are none.

    Warns
    -----
    UserWarning
        For columns that could not be compared, though there may be a shift: without
        values, or constant on one side only. `reason` says which, and why.

    See Also
    --------
    CovariateShiftDisplay : A picture of the report.
    sknorm.BatchStandardizer : Its `partial_fit` and `merge` take the new data in.

    Notes
    -----
    A column is `shifted` where the shift is real, by its adjusted p-value, *and* large,
    by its size: the mean by more than 0.1 reference standard deviations, or the
    variance ratio outside [0.5, 2]. P-values alone flag the most trifling shift of many
    rows, sizes alone the noise of few.

    With mean m1, variance v1 and number n1 of the reference, m2, v2 and n2 of X, and k
    the kurtosis of X, each for a column:

    * ``standardized_mean_difference = (m2 - m1) / sqrt(v1)``, tested by Welch's
      ``t = (m2 - m1) / sqrt(v1 / (n1 - 1) + v2 / (n2 - 1))`` [1]_;
    * ``variance_ratio = v2 / v1``, tested by ``ln(v2 / v1) / s`` with
      ``s**2 = sum (k - 1 + 2 / (n - 1)) / n`` over both n;
    * ``wasserstein_lower_bound = sqrt(d**2 + (1 - sqrt(r))**2)``, d the first and r the
      second of these; `jeffreys` is ``(1 + d**2) / (2 r) + (r + d**2) / 2 - 1``.

    Of 3000 draws of ten columns without a shift, 1000 rows before and 1000 new, some
    p-value was below 0.05 in 5.1 % for normal values and in 3.9 % for exponential ones;
    with 100 and 100 rows in 4.2 and 4.4 %. More than that: for few new rows beside many
    of a skewed reference (10 % with 1000 and 100 exponential rows), and for heavy
    tails, where the test of the variance alone says 5 % and errs in 7 % (Student's
    distribution with 5 degrees of freedom) to 10 % (lognormal). Rows are taken to be
    independent: rows of a series are not, and its p-values are too small.

    From mean and variance alone no change of shape can be seen, nor one of the relation
    between columns: `wasserstein_lower_bound` and `jeffreys` are then 0. The three
    distances with `X_reference` see shapes; they have no part in `shifted`.

    Weights of the fit: BatchStandardizer keeps Kish's number of rows they are worth,
    StandardScaler only their sum, which is taken for a number of rows.

    The limits 0.1 and 0.5 to 2 are those of balance tables [3]_ [4]_. The usual limits
    of the population stability index, 0.1 and 0.25, ignore how many rows there are;
    `psi_critical` does not [5]_.

    References
    ----------
    .. [1] Welch, "The generalization of 'Student's' problem when several different
       population variances are involved", Biometrika 34, 28-35, 1947.
    .. [2] Benjamini and Hochberg, "Controlling the false discovery rate", Journal of
       the Royal Statistical Society B 57, 289-300, 1995.
    .. [3] Rubin, "Using propensity scores to help design observational studies", Health
       Services and Outcomes Research Methodology 2, 169-188, 2001.
    .. [4] Austin, "Balance diagnostics for comparing the distribution of baseline
       covariates between treatment groups in propensity-score matched samples",
       Statistics in Medicine 28, 3083-3107, 2009.
    .. [5] Yurdakul, "Statistical properties of population stability index",
       dissertation, Western Michigan University, 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from sknorm import BatchStandardizer
    >>> from sknorm.inspection import covariate_shift
    >>> rng = np.random.default_rng(0)
    >>> standardizer = BatchStandardizer().fit(rng.normal(size=(1000, 2)))
    >>> report = covariate_shift(standardizer, rng.normal([0, 0.5], size=(1000, 2)))
    >>> report.shifted
    array([False,  True])

    A constant column has no standard deviation to measure a shift in:

    >>> constant = BatchStandardizer().fit([[7.0], [7.0]])
    >>> print(covariate_shift(constant, [[7.0], [7.0]]).reason[0])
    constant in the reference, and the same in X
    """
    check_transformer("covariate_shift", estimator)
    before, learner = learning_step(estimator)
    values, names, resolution = compared(estimator, before, X, "X")
    new = ShapeMoments.of(values, "X", names)
    if X_reference is None:
        fitted = fitted_moments(learner, len(names))
    else:
        rows, _, coarser = compared(estimator, before, X_reference, "X_reference")
        check_same_columns(X, X_reference, values, rows)
        fitted = ShapeMoments.of(rows, "X_reference", names)
        resolution = max(resolution, coarser)
    reference, new, reason, missed = comparable(fitted, new, resolution)
    if missed.any():
        warn(
            f"covariate_shift could not compare columns {quoted(names[missed])}, which "
            "do not count as shifted: `reason` in the report says why.",
            UserWarning,
        )
    shift = moment_shift(reference, new, alpha)._asdict()
    p_values = np.concatenate([shift["p_mean"], shift["p_variance"]])
    shift["p_mean"], shift["p_variance"] = np.split(adjusted(p_values, correction), 2)
    distances: dict[str, Any] = dict.fromkeys(DISTANCES)
    if X_reference is not None:
        sd = np.sqrt(reference.variance)
        if before:
            rows = without_rounding(rows, fitted.mean, sd)
            values = without_rounding(values, fitted.mean, sd)
        distances = distances_of_columns(
            rows, values, reference.n, new.n, resolution, alpha
        )
        distances["wasserstein"] = distances["wasserstein"] / sd
    return CovariateShift(
        feature_names=names,
        **shift,
        **distances,
        **verdict(shift, alpha),
        n_reference=fitted.n,
        n_new=new.n,
        reason=reason,
        compared="transform(X)" if before else "X",
        reference="fitted statistics" if X_reference is None else "X_reference",
        alpha=alpha,
        correction=correction,
    )
