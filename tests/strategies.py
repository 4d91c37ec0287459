"""Hypothesis strategies: matrices as hard as real ones."""

import numpy as np
from hypothesis import strategies as st

COLUMNS = ("noise", "constant", "spike at the end", "step", "ramp", "whole numbers")
OFFSETS = (0.0, 0.0, 1.0, -1e3, 1e8, -1e12)


@st.composite
def matrices(draw, *, dtypes=(np.float64,), nan=True, offsets=OFFSETS, min_rows=1):
    """Draw a matrix of 1 to 4 columns, each of its own kind and offset."""
    n_rows = draw(st.integers(min_rows, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    columns = []
    for _ in range(draw(st.integers(1, 4))):
        column = _column(draw(st.sampled_from(COLUMNS)), n_rows, rng)
        columns.append(column + draw(st.sampled_from(offsets)))
    X = np.column_stack(columns)
    if nan:
        missing = draw(st.sampled_from([0.0, 0.0, 0.2, 0.9]))
        X[rng.random(X.shape) < missing] = np.nan
    return X.astype(draw(st.sampled_from(dtypes)))


def _column(kind, n_rows, rng):
    if kind == "constant":
        return np.full(n_rows, rng.choice([0.0, 0.1, 3.0]))
    column = rng.normal(size=n_rows) * 10.0 ** rng.integers(-3, 4)
    if kind == "spike at the end":
        column[-1] = 1e9
    elif kind == "step":
        column += 1e6 * (np.arange(n_rows) > n_rows // 2)
    elif kind == "ramp":
        column = np.arange(n_rows) / 7
    elif kind == "whole numbers":
        column = rng.integers(-5, 6, size=n_rows).astype(float)
    return column


@st.composite
def matrices_and_groups(draw, **kwargs):
    """Draw a matrix whose rows are of a kind each, and groups of its columns."""
    X = np.ascontiguousarray(draw(matrices(**kwargs)).T)
    n = X.shape[1]
    choices = [None, 1, n, [[0, n - 1]] if n > 1 else [[0]]]
    choices.append([range(n)[::2], range(n)[1:-1:2]] if n > 3 else [])
    if n % 2 == 0:
        choices.append(2)
    return X, draw(st.sampled_from(choices))
