"""The transformers in an estimator: itself, or the steps of a pipeline."""

from collections.abc import Iterator
from typing import Any

from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted


def check_transformer(caller: str, estimator: Any) -> None:
    """Raise where an estimator is no transformer, or not fitted."""
    if isinstance(estimator, type) or not hasattr(estimator, "transform"):
        name = getattr(estimator, "__name__", type(estimator).__name__)
        raise TypeError(
            f"The estimator of {caller} must be a fitted transformer. Got {name}, "
            f"{'a class' if isinstance(estimator, type) else 'without transform'}. "
            "Pass an instance such as BatchStandardizer().fit(X)."
        )
    check_is_fitted(estimator)


def steps(estimator: Any) -> Iterator[Any]:
    """Yield the transformers of a pipeline, nested ones too; else the estimator."""
    if not isinstance(estimator, Pipeline):
        yield estimator
        return
    for _, step in estimator.steps:
        if step is not None and not isinstance(step, str):
            yield from steps(step)


def only_step(estimator: Any) -> Any:
    """Return the one transformer that an estimator is or holds; None: several."""
    inside = list(steps(estimator))
    return inside[0] if len(inside) == 1 else None
