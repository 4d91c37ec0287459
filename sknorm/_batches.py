"""Which statistics can be learned batch by batch, and which can forget."""

from typing import Any

from sknorm._location_scale import FROM_QUANTILES, of_mean_and_variance
from sknorm._scales import OF_VARIANCE
from sknorm._validation import quoted


def learns_in_parts(estimator: Any) -> bool:
    """Return True, or raise for statistics that parts do not determine."""
    reason = _reason_against_parts(estimator, "Use fit")
    if reason:
        raise AttributeError(reason)
    return True


def check_partitions(estimator: Any) -> None:
    """Raise where a Dask collection cannot be fitted."""
    reason = _reason_against_parts(estimator, "Fit on a sample that fits into memory")
    if reason:
        raise ValueError(reason)


def _reason_against_parts(estimator: Any, remedy: str) -> str:
    for parameter, merging in (("location", "mean"), ("scale", "std")):
        value = getattr(estimator, parameter)
        if value in FROM_QUANTILES:
            return (
                f"{type(estimator).__name__}({parameter}={value!r}) cannot be fitted "
                "in parts: quantiles of parts do not determine the quantiles of the "
                f'whole. {remedy}, or {parameter}="{merging}".'
            )
    return ""


def check_momentum(estimator: Any) -> None:
    """Raise where `momentum` is set for statistics that have no weighted average."""
    if estimator.momentum is not None:
        refuse_beyond_variance(
            estimator,
            f"momentum={estimator.momentum!r}",
            "other statistics have no weighted average",
            "Set momentum=None",
        )


def refuse_beyond_variance(estimator: Any, what: str, reason: str, remedy: str) -> None:
    """Raise where mean and variance do not determine location and scale."""
    if not of_mean_and_variance(estimator):
        raise ValueError(
            f"{what} of {type(estimator).__name__} needs location 'mean' or None and "
            f"scale {quoted(OF_VARIANCE)} or None: {reason}. Got "
            f"location={estimator.location!r}, scale={estimator.scale!r}. {remedy}."
        )
