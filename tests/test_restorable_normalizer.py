"""The ways back: kept, passed, appended; frames, pickles, routing."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError, UnsetMetadataPassedError
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from cases import PAIRS, full_text
from sknorm import RowLayerNormalizer, Statistics

HARD = {
    "full": lambda rng: rng.normal(size=(30, 25)) + 3,
    "NaN": lambda rng: np.where(
        rng.random((30, 25)) < 0.2, np.nan, rng.random((30, 25))
    ),
    "constant rows": lambda rng: np.where(
        np.arange(30)[:, None] % 3, rng.normal(size=(30, 25)), 0.1
    ),
    "float32": lambda rng: (rng.normal(size=(30, 25)) + 3).astype(np.float32),
    "offset 1e8": lambda rng: rng.normal(size=(30, 25)) + 1e8,
    "offset -1e8, float32": lambda rng: (100 * rng.random((30, 25)) - 1e8).astype("f4"),
}


@pytest.fixture
def routing():
    """Enable metadata routing for a test."""
    with sklearn.config_context(enable_metadata_routing=True):
        yield


@pytest.mark.parametrize("way", ["kept", "appended", "passed"])
@pytest.mark.parametrize("data", HARD)
@pytest.mark.parametrize(("location", "scale"), PAIRS)
def test_round_trip(location, scale, data, way, rng):
    """Every pair, hard data, each way: 8 u max(abs(x), abs(location))."""
    X = HARD[data](rng)
    normalizer = RowLayerNormalizer(
        location=location, scale=scale, append_statistics=way == "appended"
    ).fit(X)
    key = normalizer.statistics(X)
    Z = normalizer.transform(X)
    assert Z.dtype == X.dtype
    if way != "kept":
        normalizer = pickle.loads(pickle.dumps(normalizer))
    restored = normalizer.inverse_transform(
        Z, statistics=key if way == "passed" else None
    )
    assert restored.dtype == X.dtype
    error = np.abs(restored.astype(np.float64) - X)
    bound = np.maximum(np.abs(X), np.abs(key.location)) * np.finfo(X.dtype).eps * 4
    np.testing.assert_array_less(error[~np.isnan(X)] - bound[~np.isnan(X)], 1e-300)
    np.testing.assert_array_equal(np.isnan(restored), np.isnan(X))


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("append", [True, False])
def test_fit_transform_is_fit_and_transform(keep, append, rng):
    """The short cut gives the same values, names and key."""
    X = pd.DataFrame(rng.normal(size=(9, 4)), columns=list("abcd"))
    params = {"keep_statistics": keep, "append_statistics": append}
    short = RowLayerNormalizer(**params).set_output(transform="pandas")
    long = RowLayerNormalizer(**params).set_output(transform="pandas").fit(X)
    pd.testing.assert_frame_equal(short.fit_transform(X), long.transform(X))
    assert hasattr(short, "statistics_") == hasattr(long, "statistics_") == keep
    assert short.fit(X) is short
    if keep:
        assert short.statistics_ == long.statistics_ == long.statistics(X)


def test_the_key_is_location_and_scale(rng):
    """Of the rows, by NumPy."""
    X = rng.normal(size=(9, 4))
    key = RowLayerNormalizer(location="min", scale="range").fit(X).statistics_
    np.testing.assert_array_equal(key.location, X.min(axis=1, keepdims=True))
    np.testing.assert_array_equal(key.scale, np.ptp(X, axis=1, keepdims=True))
    key = RowLayerNormalizer(location=None, scale=None).fit(X).statistics_
    assert key == Statistics(np.zeros((9, 1)), np.ones((9, 1)))


@pytest.mark.parametrize("container", [pd.DataFrame, pl.DataFrame])
@pytest.mark.parametrize("append", [True, False])
@pytest.mark.parametrize("groups", [None, [["b", "a"], ["d"]]])
def test_frames_come_back_as_frames(container, append, groups, rng):
    """After set_output, with the names and the index of the input."""
    X = container({name: rng.normal(size=5) for name in "abcd"})
    kind = container.__module__.split(".")[0]
    if kind == "pandas":
        X.index = list("vwxyz")
    normalizer = RowLayerNormalizer(feature_groups=groups, append_statistics=append)
    normalizer.set_output(transform=kind)
    Z = normalizer.fit_transform(X)
    assert isinstance(Z, container)
    assert list(Z.columns) == normalizer.get_feature_names_out().tolist()
    for restored in (
        normalizer.inverse_transform(Z),
        normalizer.inverse_transform(Z, statistics=normalizer.statistics(X)),
    ):
        assert isinstance(restored, container)
        assert list(restored.columns) == list("abcd")
        np.testing.assert_allclose(restored.to_numpy(), X.to_numpy(), rtol=1e-14)
        if kind == "pandas":
            pd.testing.assert_index_equal(restored.index, X.index)


@pytest.mark.parametrize(
    ("groups", "names"),
    [
        (None, ["row_location", "row_scale"]),
        (1, ["row_location_0", "row_scale_0"]),
        (
            [["d"], ["a"]],
            [f"row_{s}_{i}" for s in ("location", "scale") for i in (0, 1)],
        ),
    ],
)
def test_names_of_appended_columns(groups, names, rng):
    """Groups are numbered as they are listed."""
    X = pd.DataFrame(rng.normal(size=(5, 4)), columns=list("abcd"))
    normalizer = RowLayerNormalizer(
        location="min", feature_groups=groups, append_statistics=True
    )
    Z = normalizer.set_output(transform="pandas").fit_transform(X)
    assert list(Z.columns) == [*"abcd", *names]
    if len(names) > 2:
        np.testing.assert_array_equal(Z["row_location_0"], X["d"])
        np.testing.assert_array_equal(Z["row_location_1"], X["a"])
    shuffled = Z[Z.columns[::-1]]
    pd.testing.assert_frame_equal(
        normalizer.inverse_transform(shuffled), X[list("dcba")], rtol=1e-14
    )
    some = normalizer.inverse_transform(Z[["c", *names]])
    pd.testing.assert_frame_equal(some, X[["c"]], rtol=1e-14)


def test_names_that_clash(rng):
    """A column of X with the name of an appended one is refused in fit."""
    X = pd.DataFrame(rng.normal(size=(5, 2)), columns=["a", "row_scale"])
    text = (
        "append_statistics=True of RowLayerNormalizer adds columns that X has already: "
        "'row_scale'. Rename those of X, or let only one of the normalizers in a "
        "pipeline append."
    )
    with pytest.raises(ValueError, match=full_text(text)):
        RowLayerNormalizer(append_statistics=True).fit(X)
    RowLayerNormalizer(append_statistics=True, feature_groups=1).fit(X)
    normalizer = RowLayerNormalizer().fit(X).set_params(append_statistics=True)
    with pytest.raises(ValueError, match=full_text(text)):
        normalizer.transform(X)


def test_a_wrong_number_of_columns(rng):
    """The text has both numbers that fit."""
    X = rng.normal(size=(5, 4))
    normalizer = RowLayerNormalizer(append_statistics=True).fit(X)
    text = (
        "X has 5 features, but RowLayerNormalizer is expecting 4 or 6 features as "
        "input. Some of the columns can be restored with statistics=key from a "
        "dataframe with the names seen in fit."
    )
    with pytest.raises(ValueError, match=full_text(text)):
        normalizer.inverse_transform(X[:, [0, 1, 2, 3, 0]])


def test_names_given_for_unnamed_columns_may_clash(rng):
    """A name of an appended column cannot be that of another."""
    normalizer = RowLayerNormalizer(append_statistics=True).fit(rng.normal(size=(5, 2)))
    with pytest.raises(ValueError, match="X has already: 'row_scale'"):
        normalizer.get_feature_names_out(["row_scale", "q"])


def test_groups_set_after_fit_wait_for_the_next(rng):
    """The names of appended columns are those of the fit, and so is the way back."""
    X = rng.normal(size=(6, 4))
    for before, after in ((2, None), (None, 2)):
        normalizer = RowLayerNormalizer(feature_groups=before, append_statistics=True)
        normalizer.set_output(transform="pandas").fit(X)
        names = normalizer.get_feature_names_out().tolist()
        Z = normalizer.set_params(feature_groups=after).transform(X)
        assert list(Z.columns) == names
        np.testing.assert_allclose(normalizer.inverse_transform(Z), X, rtol=1e-13)
        assert len(normalizer.fit(X).get_feature_names_out()) != len(names)


def test_names_that_are_partly_made_up(rng):
    """Frames with none of the made-up names are read by position, others by name."""
    X = rng.normal(size=(6, 3))
    normalizer = RowLayerNormalizer().set_output(transform="pandas").fit(X)
    Z = normalizer.transform(X)
    own = Z.set_axis(["a", "b", "c"], axis=1)
    np.testing.assert_allclose(normalizer.inverse_transform(own), X, rtol=1e-13)
    text = (
        "X has the columns 'k', which RowLayerNormalizer did not see in fit. Any "
        "subset of the columns seen there can be restored with statistics=key, in any "
        "order: 'x0', 'x1', 'x2'."
    )
    with pytest.raises(ValueError, match=full_text(text)):
        normalizer.inverse_transform(Z.rename(columns={"x0": "k"}))


@pytest.mark.parametrize("method", ["transform", "inverse_transform", "statistics"])
def test_not_fitted(method):
    """scikit-learn's own error, before fit."""
    with pytest.raises(NotFittedError):
        getattr(RowLayerNormalizer(), method)([[1.0, 2.0]])
    with pytest.raises(NotFittedError):
        RowLayerNormalizer().statistics_  # noqa: B018


def test_float32_through_a_float64_step(rng):
    """Normalised float32 that comes back as float64 is recognised, and the reverse."""
    X = rng.normal(size=(20, 6)) + 5
    for dtype, other in ((np.float32, np.float64), (np.float64, np.float32)):
        normalizer = RowLayerNormalizer().fit(X.astype(dtype))
        Z = normalizer.transform(X.astype(dtype)).astype(other)
        restored = normalizer.inverse_transform(Z)
        assert restored.dtype == np.float64  # the key's float64 is not thrown away
        np.testing.assert_allclose(restored, X, rtol=1e-6)


@pytest.mark.parametrize("append", [False, True])
@pytest.mark.parametrize("groups", [None, 4])
def test_pickles_hold_no_row(append, groups, rng):
    """After 10 and 100,000 rows they have one size, and no statistics in them."""
    params = {"append_statistics": append, "feature_groups": groups}
    X = rng.normal(size=(100_000, 8)) + 100
    few = RowLayerNormalizer(**params).fit(X[:10])
    many = RowLayerNormalizer(**params).fit(X)
    assert len(pickle.dumps(few)) == len(pickle.dumps(many))
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        saved = pickle.dumps(few, protocol)
        key = few.statistics_
        for value in np.concatenate([key.location, key.scale]).ravel():
            for order in "<>":
                assert np.array(value, f"{order}f8").tobytes() not in saved
            assert repr(float(value)).encode() not in saved
    assert "_kept_" in vars(few)
    assert "_kept_" not in vars(pickle.loads(saved))


def test_appended_columns_through_a_pipeline_and_a_pickle(rng):
    """New rows come back in another process through steps that keep all information."""
    X = rng.normal(size=(50, 6)) * rng.uniform(1, 5, size=(50, 1)) + 20
    pipeline = make_pipeline(
        RowLayerNormalizer(append_statistics=True), StandardScaler(), PCA()
    ).fit(X)
    new = rng.normal(size=(7, 6)) + 20
    elsewhere = pickle.loads(pickle.dumps(pipeline))
    restored = elsewhere.inverse_transform(elsewhere.transform(new))
    np.testing.assert_allclose(restored, new, rtol=1e-12)


def test_denoising_with_the_kept_key(rng):
    """Rows changed on purpose come back at their own level."""
    clean = np.outer(rng.uniform(1, 5, 40), np.sin(np.linspace(0, 6, 30))) + 10
    X = clean + 0.01 * rng.normal(size=clean.shape)
    normalizer = RowLayerNormalizer()
    pca = PCA(1)
    Z = normalizer.fit_transform(X)
    denoised = pca.inverse_transform(pca.fit_transform(Z))
    restored = normalizer.inverse_transform(denoised, statistics=normalizer.statistics_)
    assert np.linalg.norm(restored - clean) < 0.5 * np.linalg.norm(X - clean)


def test_routing_through_a_pipeline(routing, rng):
    """A requested key reaches its step."""
    X, new = rng.normal(size=(2, 10, 5)) + 5
    normalizer = RowLayerNormalizer().set_inverse_transform_request(statistics=True)
    pipeline = make_pipeline(normalizer, StandardScaler()).fit(X)
    key = pipeline[0].statistics(new)
    restored = pipeline.inverse_transform(pipeline.transform(new), statistics=key)
    np.testing.assert_allclose(restored, new, rtol=1e-14)
    with pytest.raises(ValueError, match="its values differ"):
        pipeline.inverse_transform(pipeline.transform(new))


def two_normalizers(**requests):
    """Return a pipeline of two normalizers with one request each."""
    steps = [
        ("level", RowLayerNormalizer(location="min", scale=None)),
        ("shape", RowLayerNormalizer(location=None, scale="maxabs")),
    ]
    for name, step in steps:
        if name in requests:
            step.set_inverse_transform_request(statistics=requests[name])
    return Pipeline(steps)


def test_routing_to_two_normalizers(routing, rng):
    """With an alias each, each gets its own key."""
    X, new = rng.normal(size=(2, 10, 5)) + 5
    pipeline = two_normalizers(level="level_key", shape="shape_key").fit(X)
    level_key = pipeline["level"].statistics(new)
    shape_key = pipeline["shape"].statistics(pipeline["level"].transform(new))
    Z = pipeline.transform(new)
    restored = pipeline.inverse_transform(Z, level_key=level_key, shape_key=shape_key)
    np.testing.assert_allclose(restored, new, rtol=1e-14)
    swapped = pipeline.inverse_transform(Z, level_key=shape_key, shape_key=level_key)
    assert np.abs(swapped - new).max() > 0.1
    with pytest.raises(TypeError, match="unexpected argument"):
        pipeline.inverse_transform(Z, level_key=level_key, other_key=shape_key)


def test_no_request_is_scikit_learns_error(routing, rng):
    """Without a request nothing is passed to anybody, never one key to both."""
    X = rng.normal(size=(10, 5)) + 5
    pipeline = two_normalizers().fit(X)
    Z, key = pipeline.transform(X), pipeline["level"].statistics(X)
    with pytest.raises(UnsetMetadataPassedError, match="not explicitly set"):
        pipeline.inverse_transform(Z, statistics=key)
    half = two_normalizers(level=True).fit(X)
    with pytest.raises(UnsetMetadataPassedError, match="not explicitly set"):
        half.inverse_transform(Z, statistics=key)


def test_no_routing_is_scikit_learns_error(rng):
    """Where routing is not enabled, neither."""
    X = rng.normal(size=(10, 5)) + 5
    pipeline = make_pipeline(RowLayerNormalizer()).fit(X)
    with pytest.raises(ValueError, match="enable_metadata_routing=True"):
        pipeline.inverse_transform(
            pipeline.transform(X), statistics=pipeline[0].statistics_
        )


def test_in_a_grid_search(rng):
    """Location, scale and groups can be tuned."""
    X = rng.normal(size=(60, 8)) * rng.uniform(1, 9, size=(60, 1))
    y = X[:, 0] / X.std(axis=1)
    search = GridSearchCV(
        make_pipeline(RowLayerNormalizer(), Ridge()),
        {
            "rowlayernormalizer__location": ["mean", None],
            "rowlayernormalizer__scale": ["std", None],
            "rowlayernormalizer__feature_groups": [None, 2, [[0, 1], [2]]],
        },
        error_score="raise",
    ).fit(X, y)
    assert search.best_params_["rowlayernormalizer__scale"] == "std"
