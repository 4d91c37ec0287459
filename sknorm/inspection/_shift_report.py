"""CovariateShift: what `covariate_shift` found, and how it is shown."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sknorm._kernels import Floats
from sknorm._validation import quoted
from sknorm.inspection._moment_shift import ROWS_FOR_VARIANCE
from sknorm.inspection._report import Report, Table

# By attribute, in the order of the text table: effects first, p-values second.
HEADINGS = {
    "standardized_mean_difference": "smd",
    "smd_ci": "smd_ci",
    "variance_ratio": "var_ratio",
    "variance_ratio_ci": "var_ratio_ci",
    "ks_statistic": "ks",
    "wasserstein": "w1",
    "psi": "psi",
    "psi_critical": "psi_crit",
    "p_mean": "p_mean",
    "p_variance": "p_var",
    "shifted": "shifted",
}


class CovariateShift(Report):
    """What `covariate_shift` found: a dict whose values are attributes, too.

    Arrays are of shape (n_features,) unless another is given, float64 unless said. NaN
    stands where `reason` says why.

    Attributes
    ----------
    feature_names : ndarray, object
        Of what was compared.
    standardized_mean_difference : ndarray
        (mean of X - mean of the reference) / standard deviation of the reference, 0
        where nothing has shifted (Glass's delta).
    smd_ci : ndarray of shape (n_features, 2)
        Interval of it, each with confidence 1 - alpha.
    variance_ratio : ndarray
        Variance of X / variance of the reference, 1 where nothing has shifted.
    variance_ratio_ci : ndarray of shape (n_features, 2)
        Interval of it, each with confidence 1 - alpha, less for heavy tails.
    wasserstein_lower_bound : ndarray
        Least Wasserstein-2 distance that the moments allow, in standard deviations of
        the reference; the distance itself for Gaussians. 0 for a change of shape alone.
    jeffreys : ndarray
        Jeffreys' divergence of Gaussians with these moments; infinite where X is
        constant.
    p_mean : ndarray
        P-value of equal means, adjusted.
    p_variance : ndarray
        P-value of equal variances, adjusted; NaN with less than 1000 rows in X or the
        reference.
    shifted : ndarray, bool
        Where p_mean < alpha and the mean differs by more than 0.1, or where
        p_variance < alpha and the variance ratio is outside [0.5, 2].
    share_shifted : float
        Their share among the features that could be compared; NaN where none could.
    n_reference : ndarray
        The number of values of the reference, or what they count for with weights or
        momentum.
    n_new : ndarray
        The number of values in X, NaN left out.
    reason : ndarray, object
        What could not be measured and why; "" where all could.
    ks_statistic : ndarray or None
        Largest difference of the distribution functions, in [0, 1]. This and the next
        three are None without `X_reference`.
    wasserstein : ndarray or None
        Wasserstein-1 distance in standard deviations of the reference.
    psi : ndarray or None
        Population stability index over the reference deciles.
    psi_critical : ndarray or None
        What `psi` exceeds with probability alpha where nothing has shifted; not
        adjusted.
    reference : str
        "fitted statistics" or "X_reference".
    compared : str
        "X", or "transform(X)" where rows or windows were normalised first.
    alpha : float
    correction : {"bonferroni", "fdr_bh"} or None

    See Also
    --------
    covariate_shift : The function that returns it.
    CovariateShiftDisplay : A picture of it.
    """

    def _columns_of_frame(self) -> Mapping[str, Any]:
        """Return all that is known of each feature."""
        return {
            name: value
            for name, value in self.items()
            if name != "feature_names" and np.ndim(value) > 0
        }

    def _table(self) -> Table:
        columns = {
            heading: self[name]
            for name, heading in HEADINGS.items()
            if self[name] is not None
        }
        n_shifted = np.count_nonzero(self.shifted)
        facts = {
            "reference": f"{self.reference}, {_range(self.n_reference)} rows",
            "new": f"{self.compared}, {_range(self.n_new)} rows",
            "alpha": self.alpha,
            "correction": self.correction,
            "shifted": f"{n_shifted} of {len(self.shifted)} features",
        }
        return Table(
            title="Covariate shift",
            facts=facts,
            row_kind="feature",
            rows=list(self.feature_names),
            columns=columns,
            notes=list(self._notes()),
        )

    def _notes(self) -> Iterator[str]:
        yield (
            "shifted: real (adjusted p < alpha) and large (smd beyond 0.1, or "
            "var_ratio outside 0.5 to 2). smd: in standard deviations of the reference."
        )
        if (np.minimum(self.n_reference, self.n_new) < ROWS_FOR_VARIANCE).any():
            yield (
                f"p_var: needs {ROWS_FOR_VARIANCE} rows on either side, as with fewer "
                "it would raise false alarms."
            )
        for reason in dict.fromkeys(filter(None, self.reason)):
            yield f"{quoted(self.feature_names[self.reason == reason])}: {reason}"


def _range(counts: Floats) -> str:
    """Return the smallest and largest number of rows."""
    low, high = (f"{number:.6g}" for number in (np.min(counts), np.max(counts)))
    return low if low == high else f"{low} to {high}"
