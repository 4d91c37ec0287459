"""Forecasting real series: raw, differenced, standardised, and normalised by row.

One step ahead from lagged values, for series that ship inside statsmodels. The origin
rolls: seven blocks of a tenth of the series, each after a training part that is all
before it. The error is MASE: the mean absolute error divided by that of "as the value
before" within the training part, mean and standard error over the origins. Writes
forecasting.md, and takes a minute or two.

    python benchmarks/forecasting.py
"""

from pathlib import Path

import numpy as np
from scipy.stats import spearmanr
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import TimeSeriesSplit
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from statsmodels.datasets import co2, elnino, macrodata, sunspots

from sknorm import RowNormalizedRegressor

HERE = Path(__file__).parent
N_ORIGINS = 7
REGRESSORS = {
    "Ridge": RidgeCV(np.logspace(-6, 3, 10)),
    "HistGradientBoosting": HistGradientBoostingRegressor(random_state=0),
    "k-nearest neighbours": KNeighborsRegressor(5),
}


class Differenced(RegressorMixin, BaseEstimator):
    """Fit a regressor on differences of neighbours, and add the last value back."""

    def __init__(self, regressor):
        self.regressor = regressor

    def fit(self, X, y):
        """Fit on differences within the row, and from its last value to the target."""
        self.regressor_ = clone(self.regressor).fit(np.diff(X), y - X[:, -1])
        return self

    def predict(self, X):
        """Predict the difference, and add it to the last value."""
        return self.regressor_.predict(np.diff(X)) + X[:, -1]


def standardised(regressor):
    """Return a regressor on columns and a target with mean 0 and variance 1."""
    return TransformedTargetRegressor(
        make_pipeline(StandardScaler(), regressor), transformer=StandardScaler()
    )


WAYS = {
    "raw": lambda regressor: regressor,
    "differenced": Differenced,
    "StandardScaler": standardised,
    "RowNormalizedRegressor": RowNormalizedRegressor,
}


def series():
    """Return {name: (values, number of lags)}."""
    macro = macrodata.load_pandas().data
    weekly = co2.load_pandas().data["co2"]
    yearly = elnino.load_pandas().data.drop(columns="YEAR")
    return {
        "sunspots, yearly": (sunspots.load_pandas().data["SUNACTIVITY"], 22),
        "co2, monthly": (weekly.resample("MS").mean().interpolate(), 24),
        "elnino, monthly": (yearly.stack(), 24),
        "real GDP, quarterly": (macro["realgdp"], 12),
        "consumer prices, quarterly": (macro["cpi"], 12),
        "unemployment, quarterly": (macro["unemp"], 12),
    }


def lagged(values, n_lags):
    """Return rows of lagged values, and the value after each."""
    view = np.lib.stride_tricks.sliding_window_view(
        np.asarray(values, float), n_lags + 1
    )
    return view[:, :-1].copy(), view[:, -1].copy()


def origins(X):
    """Return training and test parts; the first has three tenths of the rows."""
    return TimeSeriesSplit(N_ORIGINS, test_size=len(X) // 10).split(X)


def mase(model, X, y):
    """Return the scaled error at each origin."""
    errors = []
    for train, test in origins(X):
        predicted = clone(model).fit(X[train], y[train]).predict(X[test])
        naive = np.abs(y[train] - X[train, -1]).mean()
        errors.append(np.abs(predicted - y[test]).mean() / naive)
    return np.array(errors)


def table_of(name, values, n_lags):
    """Return the lines of a table for one series."""
    X, y = lagged(values, n_lags)
    trend = spearmanr(np.arange(len(values)), values).statistic
    lines = [
        f"\n## {name}\n\n{len(values)} values, {n_lags} lags, rank correlation with "
        f"time {trend:.2f}\n",
        f"| | {' | '.join(WAYS)} | against raw |",
        f"|{'---|' * (len(WAYS) + 2)}",
    ]
    for title, regressor in REGRESSORS.items():
        errors = {way: mase(make(regressor), X, y) for way, make in WAYS.items()}
        cells = [
            f"{e.mean():.2f} +- {e.std(ddof=1) / np.sqrt(len(e)):.2f}"
            for e in errors.values()
        ]
        ratio = errors["RowNormalizedRegressor"].mean() / errors["raw"].mean() - 1
        lines.append(f"| {title} | {' | '.join(cells)} | {100 * ratio:+.0f} % |")
    return lines


def main():
    """Measure all series, and write the table."""
    data = series()
    lines = [
        "# Forecasting real series",
        "",
        "Written by `python benchmarks/forecasting.py`: MASE one step ahead, mean and "
        f"standard error over {N_ORIGINS} rolling origins; below 1 is better "
        'than "as the value before". The last column is RowNormalizedRegressor against '
        "raw. Five missing months of co2 are interpolated.",
    ]
    for name, (values, n_lags) in data.items():
        lines += table_of(name, values, n_lags)
        print("\n".join(lines[-len(REGRESSORS) - 3 :]))
    (HERE / "forecasting.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
