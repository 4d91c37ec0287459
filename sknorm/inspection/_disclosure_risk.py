"""disclosure_risk: who restores or links released data, and how well."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from sknorm._kernels import Floats
from sknorm._validation import Interval, Real, quoted, validate_params
from sknorm.inspection._attack import Attack, NotApplicableError, Target
from sknorm.inspection._chain import chain
from sknorm.inspection._differencing import differencing
from sknorm.inspection._key_holder import (
    appended_statistics,
    restored_by_key,
    statistics,
)
from sknorm.inspection._known_records import known_records
from sknorm.inspection._known_values import known_values
from sknorm.inspection._linkage import linkage
from sknorm.inspection._progress import Progress
from sknorm.inspection._release import released
from sknorm.inspection._risk_report import DisclosureRisk
from sknorm.inspection._scale_from_eps import scale_from_eps

ATTACKS: dict[str, Callable[[Target], Attack]] = {
    "appended_statistics": appended_statistics,
    "scale_from_eps": scale_from_eps,
    "known_values_2": partial(known_values, m=2),
    "known_records_2": partial(known_records, k=2),
    "known_records_3": partial(known_records, k=3),
    "known_records_10": partial(known_records, k=10),
    "chain": chain,
    "linkage_full": linkage,
    "differencing": differencing,
}


@validate_params(
    tolerance=[Interval(Real, 0, None, closed="neither")],
    confidence_level=[Interval(Real, 0, 1, closed="neither")],
    random_state=["random_state"],
)
def disclosure_risk(
    estimator: Any,
    X: Any,
    *,
    tolerance: float = 0.05,
    confidence_level: float = 0.95,
    random_state: Any = None,
) -> DisclosureRisk:
    """Measure how well intruders restore or link what a transformer releases.

    Normalised data are masked, not made safe: with the statistics of the estimator, two
    known records or two known cells they may come back exactly. Each attack says what
    its intruder must know, and is compared with guessing.

    Parameters
    ----------
    estimator : fitted transformer
        One that keeps the columns: of sknorm, scalers of scikit-learn, or a pipeline.
    X : array-like or dataframe of shape (n_samples, n_features)
        The original data whose release, ``estimator.transform(X)``, is attacked. NaN
        counts as missing.
    tolerance : float, default=0.05
        A value counts as restored where its estimate is within this many standard
        deviations of its column: never a share of the value, which means nothing for
        standardised ones.
    confidence_level : float, default=0.95
        Of the intervals.
    random_state : int, RandomState instance or None, default=None
        Draws known records, known cells and samples. An int makes every number
        reproducible.

    Returns
    -------
    DisclosureRisk
        A dict whose values are attributes; a table as text, in notebooks, and by
        `to_frame`.

    Raises
    ------
    NotFittedError
        Where the estimator is not fitted.
    TypeError
        Where it is no transformer, or the data are sparse.
    ValueError
        For less than two rows, infinities, text, a release of another shape, or data
        without a column of at least two values.

    See Also
    --------
    information_loss : What the release hides of the data, and what it keeps.
    DisclosureRiskDisplay : A picture of the report.
    sknorm.Statistics : The key.

    Notes
    -----
    The attacks, each where it applies (`not_applicable` says why it does not):

    * ``statistics``: the holder of the key; ``appended_statistics``: the same, where
      transform appends the key to the release.
    * ``known_records_2``, ``_3``, ``_10``: records known before and after, at random.
      Each column is fitted to them, by least squares and by monotone interpolation.
    * ``known_values_2``: two cells of each attacked row, which is fitted to them.
    * ``linkage_full``: the raw records of all, made alike by a clone of the estimator
      and linked to the nearest released record; the success is the share of right
      links, ties shared out, and guessing is right once in n_samples.
    * ``scale_from_eps``: the scales that ``eps`` > 0 gives away; restored within 1 %.
    * ``chain``: the first values of each series, for windows that do not look ahead.
    * ``differencing``: the statistics before and after one more row.

    ``success_rate`` is the mean over records of the share of restored cells.
    ``baseline_rate`` is that of the better of two guesses at each column, the value of
    another record or the mean (0.028 and 0.040 for Gaussians and the default
    tolerance). ``risk = (success - baseline) / (1 - baseline)``, with Wilson's interval
    [1]_ over the records, as in [2]_. Constant columns are left out: they are public.

    At most 10000 records are attacked by known records and cells, 2000 by linkage (each
    is compared with all), and 500 by differencing; chains are of at most 10000 values.
    ``n_trials`` of each attack says how many. Where it takes long, lines on stderr say
    what comes next.

    The numbers are lower bounds against these intruders, not a guarantee.

    References
    ----------
    .. [1] Wilson, "Probable inference, the law of succession, and statistical
       inference", Journal of the American Statistical Association 22, 209-212, 1927.
    .. [2] Giomi, Boenisch, Wehmeyer and Tasnadi, "A unified framework for quantifying
       privacy risk in synthetic data", PoPETs 2023(2), 312-328, arXiv:2211.10459.

    Examples
    --------
    >>> import numpy as np
    >>> from sknorm import BatchStandardizer, RowLayerNormalizer
    >>> from sknorm.inspection import disclosure_risk
    >>> X = np.random.default_rng(0).normal([5.0, 20.0, 9.0, 0.0], 3.0, size=(200, 4))
    >>> risk = disclosure_risk(BatchStandardizer().fit(X), X, random_state=0)
    >>> round(risk.attacks["known_records_2"].success_rate, 6)
    1.0
    >>> risk.attacks["known_values_2"].success_rate < 0.1
    True
    >>> risk = disclosure_risk(RowLayerNormalizer().fit(X), X, random_state=0)
    >>> risk.worst_without_statistics
    'known_values_2'

    No inverse, no error of the holder of the key:

    >>> from sklearn.preprocessing import Normalizer
    >>> risk = disclosure_risk(Normalizer().fit(X), X, random_state=0)
    >>> risk.restoration_nrmse
    array([nan, nan, nan, nan])
    >>> risk.not_applicable["statistics"]
    'Normalizer has no inverse_transform.'
    """
    release = released("disclosure_risk", estimator, X)
    progress = Progress("disclosure_risk")
    target = Target.of(
        release, tolerance, confidence_level, check_random_state(random_state)
    )
    attacks: dict[str, Attack] = {}
    not_applicable: dict[str, str] = {}
    error = np.full(release.X.shape[1], np.nan)
    progress.announce("statistics")
    try:
        restored = restored_by_key(release)
        attacks["statistics"] = statistics(target, restored)
        error = _nrmse(restored, release.X, target.sd)
        del restored
    except NotApplicableError as reason:
        not_applicable["statistics"] = str(reason)
    for name, run in ATTACKS.items():
        progress.announce(name)
        try:
            attacks[name] = run(target)
        except NotApplicableError as reason:
            not_applicable[name] = str(reason)
    names = sorted(attacks, key=lambda name: _strongest_first(attacks[name]))
    without = [name for name in names if not attacks[name].needs_statistics]
    return DisclosureRisk(
        attacks={name: attacks[name] for name in names},
        worst_without_statistics=without[0] if without else None,
        restoration_nrmse=error,
        not_applicable=not_applicable,
        feature_names=release.names,
        n_samples=len(release.X),
        tolerance=tolerance,
        confidence_level=confidence_level,
        random_state=random_state,
        notes=_notes(target, attacks),
    )


def _nrmse(estimate: Floats, X: Floats, sd: Floats) -> Floats:
    """Return the root mean square error of each column, in standard deviations."""
    square = ((estimate - X) / sd) ** 2
    counted = ~np.isnan(square)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.sum(square, axis=0, where=counted) / counted.sum(axis=0)
    return np.asarray(np.sqrt(mean))


def _strongest_first(attack: Attack) -> tuple[bool, float]:
    return attack.needs_statistics, -np.nan_to_num(attack.risk)


def _notes(target: Target, attacks: dict[str, Attack]) -> list[str]:
    release, n = target.release, len(target.release.X)
    notes = list(release.notes)
    constant = np.isnan(target.sd)
    if constant.any():
        notes.append(
            f"Columns {quoted(release.names[constant])} are constant, or have less "
            "than two values: left out, as constants are public."
        )
    of_records = {k: a.n_trials for k, a in attacks.items() if k != "scale_from_eps"}
    sampled = [f"{name} {m}" for name, m in of_records.items() if m < n]
    if sampled:
        notes.append(f"Of {n} records a part was attacked: {', '.join(sampled)}.")
    if np.isnan(release.X).any():
        notes.append("Missing values are left out; linkage puts them at the mean.")
    notes.append(
        "Lower bounds against these intruders, not a guarantee. Columns of two values "
        "or of known range are public whatever the numbers say."
    )
    return notes
