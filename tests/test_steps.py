"""Steps of pipelines."""

from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler

from sknorm.inspection._steps import only_step, steps


def test_steps_of_nested_pipelines():
    """What passes through is no step."""
    inner = make_pipeline("passthrough", StandardScaler())
    assert [type(s) for s in steps(make_pipeline(inner, None, Normalizer()))] == [
        StandardScaler,
        Normalizer,
    ]
    assert isinstance(only_step(inner), StandardScaler)
    assert only_step(make_pipeline(inner, Normalizer())) is None
