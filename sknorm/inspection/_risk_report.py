"""DisclosureRisk: what `disclosure_risk` found, and how it is shown."""

from typing import Any

from sknorm.inspection._report import Report, Table

COLUMNS = ("success_rate", "baseline_rate", "risk", "ci", "nrmse")


class DisclosureRisk(Report):
    """Who restores or links released data: the result of `disclosure_risk`.

    Rates, risks and ends of intervals are shares, 0 to 1.

    Attributes
    ----------
    attacks : dict of str to Attack
        The strongest without the key comes first, those with the key come last. Each is
        a Bunch of ``success_rate``, ``baseline_rate``, ``risk``, ``ci``, ``nrmse``,
        ``knowledge``, ``needs_statistics`` and ``n_trials``.
    worst_without_statistics : str or None
        The first of them; None where none applies.
    restoration_nrmse : ndarray of shape (n_features,)
        Root mean square error of the holder of the key, in standard deviations of each
        column. NaN for constant columns, and where there is no inverse.
    not_applicable : dict of str to str
        Attacks that were not run, and why.
    feature_names : ndarray of shape (n_features,), object
    n_samples : int
    tolerance : float
    confidence_level : float
    random_state : int, RandomState instance or None
    notes : list of str
        What a reader must know: samples, constant columns, limits.

    See Also
    --------
    disclosure_risk : The function that returns it.
    DisclosureRiskDisplay : A picture of it.
    """

    def _table(self) -> Table:
        settings = ("n_samples", "tolerance", "confidence_level", "random_state")
        columns: dict[str, Any] = {
            name: [attack[name] for attack in self.attacks.values()]
            for name in (*COLUMNS, "knowledge")
        }
        skipped = [f"{name}: {why}" for name, why in self.not_applicable.items()]
        return Table(
            title="Disclosure risk: who restores or links the data",
            facts={
                "worst_without_statistics": self.worst_without_statistics,
                **{name: self[name] for name in settings},
            },
            row_kind="attack",
            rows=list(self.attacks),
            columns=columns,
            notes=[*self.notes, *(f"Not run: {text}" for text in skipped)],
        )
