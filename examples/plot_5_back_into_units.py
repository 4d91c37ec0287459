"""
I have a model to put back into units
=====================================

**You have** a model that learns better, or at all, from normalised targets. **You want**
its predictions in milligrams or parts per million. One question decides: is the target in
a unit of its own, or in that of the row it is predicted from?

* A unit of its own: one location and scale for all targets, learned from the training
  part. ``TransformedTargetRegressor`` of scikit-learn with
  :class:`~sknorm.BatchStandardizer` does that.
* The unit of its row, as in forecasting: location and scale of each row.
  :class:`~sknorm.RowNormalizedRegressor` does that.
"""

import matplotlib.pyplot as plt
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import BayesianRidge
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVR
from statsmodels.datasets import co2

from sknorm import BatchStandardizer, RowLayerNormalizer, RowNormalizedRegressor

plt.rc("font", size=13)  # legible on a telephone, too


def error(predicted, truth):
    """Return the mean absolute error."""
    return np.abs(np.asarray(predicted) - np.asarray(truth)).mean()


# %%
# A target in a unit of its own
# -----------------------------
# Proline of wine, in mg/l, from twelve other measurements. The penalty and the tube of a
# support vector machine are in the unit of its target: on hundreds of milligrams their
# defaults mean nothing, on standardised targets they do. The statistics are those of the
# training part only, because they are learned in ``fit``.
wine, _ = load_wine(return_X_y=True, as_frame=True)
proline = wine.pop("proline")
X, X_new, y, y_new = train_test_split(wine, proline, test_size=0.4, random_state=0)

machine = make_pipeline(BatchStandardizer(), SVR())
in_units = TransformedTargetRegressor(machine, transformer=BatchStandardizer())
print(f"the mean:             {error(y.mean(), y_new):.0f} mg/l off")
for name, model in {"as it is": machine, "standardised": in_units}.items():
    off = error(model.fit(X, y).predict(X_new), y_new)
    print(f"target {name:14} {off:.0f} mg/l off")

# %%
# A mistake: to restore a deviation as if it were a value
# -------------------------------------------------------
# Some models tell how sure they are. A value goes back by location and scale, a deviation
# by the scale alone: ``inverse_transform`` would add the mean proline to it, and every
# interval would hold everything. Quantiles are values.
target = BatchStandardizer()
z = target.fit_transform(y.to_frame().to_numpy()).ravel()
bayes = make_pipeline(BatchStandardizer(), BayesianRidge()).fit(X, z)
z_new, z_deviation = bayes.predict(X_new, return_std=True)

value = target.inverse_transform(z_new[:, np.newaxis]).ravel()
right = z_deviation * target.scale_
wrong = target.inverse_transform(z_deviation[:, np.newaxis]).ravel()
for name, deviation in {"by the scale": right, "as a value": wrong}.items():
    held = (np.abs(value - y_new) < 2 * deviation).mean()
    print(
        f"restored {name:12}  a deviation of {deviation.mean():3.0f} mg/l; "
        f"{held:.0%} of the wines within two"
    )

figure, axis = plt.subplots(figsize=(6, 4), layout="constrained")
axis.errorbar(y_new, value, 2 * right, fmt="o", ms=4, lw=0.8, label="two deviations")
axis.axline((500, 500), slope=1, color="0.4", ls=":")
axis.set(xlabel="measured, mg/l", ylabel="predicted, mg/l")
axis.set_title("Proline of new wines", loc="left")
axis.legend(frameon=False, loc="upper left")
plt.show()

# %%
# A target in the unit of its row
# -------------------------------
# Carbon dioxide at Mauna Loa, in ppm: the next 12 months from the last 24. The level rises,
# and a forest predicts averages of targets that it has seen. One location and scale for all
# targets change nothing about that, as the future lies outside of them. Each row by its
# own: there is no level left to outgrow. The last year and its rise, which need no model,
# are there to compare with.
monthly = co2.load_pandas().data["co2"].resample("MS").mean()
monthly = monthly["1965":]  # no gap since
PAST, AHEAD, TRAINED = 24, 12, 20 * 12
rows = sliding_window_view(monthly.to_numpy(), PAST + AHEAD)
past, future = rows[:, :PAST], rows[:, PAST:]
train = slice(0, TRAINED - PAST - AHEAD + 1)  # their targets end before the test
test = slice(TRAINED - PAST, None)

forest = RandomForestRegressor(100, random_state=0)
ways = {
    "forest": forest,
    "standardised target": TransformedTargetRegressor(
        forest, transformer=BatchStandardizer()
    ),
    "normalised by row": RowNormalizedRegressor(forest),
}
predicted = {
    name: way.fit(past[train], future[train]).predict(past[test])
    for name, way in ways.items()
}
last, before = past[test][:, -12:], past[test][:, -24:-12]
predicted["last year, and its rise"] = last + (last - before)
for name, values in predicted.items():
    print(f"{name:24} {error(values, future[test]):5.2f} ppm off")

# %%
# All of it in ppm, with a forecast of 12 months made each January:
figure, axis = plt.subplots(figsize=(6, 4.3), layout="constrained")
axis.plot(monthly["1975":], color="0.6", lw=3, label="measured")
for colour, name in zip(("C3", "C0"), ("forest", "normalised by row"), strict=True):
    for i in range(0, len(predicted[name]), 12):
        months = monthly.index[TRAINED + i : TRAINED + i + AHEAD]
        label = name if i == 0 else None
        axis.plot(months, predicted[name][i], color=colour, lw=1.3, label=label)
axis.axvline(monthly.index[TRAINED], color="0.4", ls=":")
axis.set(xlabel="year", ylabel="carbon dioxide, ppm")
axis.set_title("Mauna Loa, trained left of the line", loc="left")
axis.legend(frameon=False, fontsize=12)
# sphinx_gallery_thumbnail_number = 2
plt.show()

# %%
# A mistake: to normalise the row together with its target
# --------------------------------------------------------
# Normalise first, cut into past and future afterwards: then the mean of each row holds the
# future that is to be predicted, and the key that puts it back does, too. The backtest is
# better than the past allows; live, the key of the past is all there is.
normalizer = RowLayerNormalizer()
Z, key = normalizer.fit_transform(rows), normalizer.statistics_
leaky = forest.fit(Z[train, :PAST], Z[train, PAST:])


def in_ppm(z, statistics):
    """Return predictions in ppm."""
    return z * statistics.scale + statistics.location


backtest = in_ppm(leaky.predict(Z[test, :PAST]), key[test])
of_past = RowLayerNormalizer(keep_statistics=False).fit(past)
live = in_ppm(
    leaky.predict(of_past.transform(past[test])), of_past.statistics(past[test])
)
print(f"together, backtest:  {error(backtest, future[test]):.2f} ppm off")
print(f"together, live:      {error(live, future[test]):.2f} ppm off")
honest = error(predicted["normalised by row"], future[test])
print(f"by the past alone:   {honest:.2f} ppm off, backtest and live")

# %%
# See also
# --------
# * :class:`sknorm.RowNormalizedRegressor`, :class:`sknorm.BatchStandardizer`
# * :doc:`/row_normalized_regressor`: when it helps and when it hurts, on six series
# * :doc:`/restoring`: rows themselves, back from a model
