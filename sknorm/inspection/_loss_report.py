"""InformationLoss: what `information_loss` found, and how it is shown."""

from sknorm.inspection._paired_columns import MEASURES
from sknorm.inspection._report import Report, Table


class InformationLoss(Report):
    """What a transformer hides, and what it keeps: the result of `information_loss`.

    The values in brackets are those of a release that hides nothing.

    Attributes
    ----------
    feature_names : ndarray of shape (n_features,), object
    location_change : ndarray of shape (n_features,)
        Mean of Z less mean of X, in standard deviations of X [0].
    scale_ratio : ndarray of shape (n_features,)
        Standard deviation of Z through that of X [1].
    rank_correlation : ndarray of shape (n_features,)
        Spearman's correlation of a column and its release [1].
    permutation_distance : ndarray of shape (n_features,)
        Mean absolute difference of ranks as a share of their number [0]; 0.5 for the
        reversed order, 1/3 for a random one.
    shape_wasserstein : ndarray of shape (n_features,)
        Distance of the distributions, each standardised, in standard deviations [0]; at
        most sqrt(2).
    shape_ks : ndarray of shape (n_features,)
        Kolmogorov-Smirnov distance of the same [0]; at most 1.
    within_sample_rank_correlation : float
        Spearman's correlation of a row and its release, mean over the rows [1].
    correlation_change : float
        Mean absolute change of the correlations between columns [0]; at most 2.
    il1s : float
        Mean absolute change in units of sqrt(2) standard deviations (ddof=1) [0].
    n_samples : int
    notes : list of str
        Why a number is NaN, and what else a reader must know.

    See Also
    --------
    information_loss : The function that returns it.
    """

    def _table(self) -> Table:
        scalars = ("within_sample_rank_correlation", "correlation_change", "il1s")
        return Table(
            title="Information loss: what is hidden, and what is kept",
            facts={name: self[name] for name in ("n_samples", *scalars)},
            row_kind="feature",
            rows=self.feature_names,
            columns={name: self[name] for name in MEASURES},
            notes=self.notes,
        )
