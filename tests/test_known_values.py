"""Known values: what two cells of a row undo."""

import numpy as np
import pytest
from sklearn.preprocessing import MinMaxScaler, Normalizer

from real_data import IRIS, REAL_DATA
from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer
from sknorm.inspection._attack import NotApplicableError
from sknorm.inspection._known_values import _drawn, known_values
from targets import target_of


@pytest.mark.parametrize("name", REAL_DATA)
@pytest.mark.parametrize("scaler", [RowLayerNormalizer(), Normalizer()])
def test_two_cells_undo_a_row_theorem_t2(name, scaler):
    """Sections 0 and 7, row 10: 100 %, exact but for the distance of the two cells."""
    X = REAL_DATA[name]
    attack = known_values(target_of(scaler.fit(X), X), 2)
    assert attack.success_rate == 1.0
    assert attack.nrmse < (1e-12 if name in {"iris", "diabetes"} else 1e-8)


@pytest.mark.parametrize("name", REAL_DATA)
@pytest.mark.parametrize(
    "scaler",
    [
        BatchStandardizer(),
        MinMaxScaler(),
        LocalWindowNormalizer(21, axis="samples", align="trailing"),
    ],
)
def test_two_cells_undo_no_column_section_0(name, scaler):
    """0 to 2 % for column scalers and windows, which is less than guessing."""
    X = REAL_DATA[name]
    attack = known_values(target_of(scaler.fit(X), X), 2)
    assert attack.success_rate < 0.02
    assert attack.risk == 0.0
    assert attack.ci[0] == 0.0


def test_groups_are_undone_one_by_one():
    """Two cells of each group; what passes through needs none."""
    groups = RowLayerNormalizer(feature_groups=[[0, 2, 4], [1, 3, 5]])
    X = np.random.default_rng(0).normal(size=(50, 7)) * [1, 9, 1, 9, 1, 9, 5]
    attack = known_values(target_of(groups.fit(X), X), 2)
    assert attack.success_rate == 1.0
    assert attack.knowledge == "2 values of each attacked row and group of columns"


def test_equal_cells_are_not_drawn_together(rng):
    """Where a row has cells of different value, the known ones differ."""
    z = rng.integers(0, 2, size=(200, 5)).astype(float)
    z[0] = 1.0
    chosen = _drawn(z, 2, np.random.RandomState(0))
    assert (chosen.sum(axis=1) == 2).all()
    differ = [len(set(row[c])) == 2 for row, c in zip(z, chosen, strict=True)]
    assert differ == [len(set(row)) == 2 for row in z]


def test_missing_cells_are_not_drawn(rng):
    """Rows of two values or fewer are left alone."""
    z = rng.normal(size=(100, 4))
    z[rng.uniform(size=z.shape) < 0.4] = np.nan
    chosen = _drawn(z, 2, np.random.RandomState(0))
    assert not chosen[np.isnan(z)].any()
    present = (~np.isnan(z)).sum(axis=1)
    np.testing.assert_array_equal(chosen.sum(axis=1), np.where(present > 2, 2, 0))


def test_rows_with_gaps_are_undone():
    """Missing cells are neither known nor attacked."""
    X = IRIS.copy()
    X[::2, 1] = np.nan
    attack = known_values(target_of(RowLayerNormalizer().fit(X), X), 2)
    assert attack.success_rate == 1.0
    assert attack.n_trials == 150


def test_rows_with_too_few_values_are_not_attacked():
    """Two values are no failure to restore a third."""
    X = IRIS.copy()
    X[::2, :2] = np.nan
    attack = known_values(target_of(RowLayerNormalizer().fit(X), X), 2)
    assert attack.success_rate == 1.0
    assert attack.n_trials == 75


def test_rows_of_two_values():
    """Nothing is left to restore."""
    target = target_of(BatchStandardizer().fit(IRIS[:, :2]), IRIS[:, :2])
    with pytest.raises(NotApplicableError, match="rows of more than 2 values"):
        known_values(target, 2)
