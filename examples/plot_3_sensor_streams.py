"""
I have sensor streams: a rolling z-score
========================================

**You have** readings that arrive one after the other. **You want** to know of each how
unusual it is, given what came before, or to feed a model that must never see the future.
That is a rolling z-score, :class:`~sknorm.LocalWindowNormalizer` along the samples, with
``align="past"``. The readings here are sea surface temperatures off the coast of Peru,
monthly from 1950 to 2010.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression
from statsmodels.datasets import elnino

from sknorm import LocalWindowNormalizer

plt.rc("font", size=13)  # legible on a telephone, too

years = elnino.load_pandas().data.set_index("YEAR")
print(years.iloc[-3:, :6].to_string())

# %%
# Score each reading by its past
# ------------------------------
# Each column is a series of its own: December is compared with the Decembers before, so
# that the seasons need no model. A window of ``align="past"`` holds the 30 values
# *strictly before*: an alarm could have been raised on the day. The first year has no
# past, and the next ones little, so they are left out of what follows.
WINDOW = 30


def score(align):
    """Return the rolling z-scores as a series of months, after the first WINDOW years."""
    rolling = LocalWindowNormalizer(WINDOW, axis="samples", align=align)
    rolling.set_output(transform="pandas")
    return as_months(rolling.fit_transform(years).iloc[WINDOW:])


def as_months(frame):
    """Return a frame of years and months as one series."""
    start = pd.Timestamp(int(frame.index[0]), 1, 1)
    months = pd.date_range(start, periods=frame.size, freq="MS")
    return pd.Series(frame.to_numpy().ravel(), months)


z = score("past")
for month, value in z[z > 4].items():
    print(f"{month:%B %Y}: +{value:.1f} deviations")

# %%
# Those are the two great El Niños of 1982 and 1997. A window that the reading belongs to
# (``align="trailing"``, as pandas' ``rolling``) hides what is unusual: an outlier moves
# the mean and widens the deviation it is measured by. In a window of n values no z-score
# exceeds sqrt(n - 1).
trailing = score("trailing")
for align, values in {"past": z, "trailing": trailing}.items():
    print(f"{align:8} highest {values.max():.1f}, {(values > 3).sum()} months beyond 3")

figure, axes = plt.subplots(2, 1, figsize=(6, 5.5), sharex=True, layout="constrained")
axes[0].plot(as_months(years).loc[z.index], lw=1.2)
axes[0].set_ylabel("temperature, °C")
axes[0].set_title("Sea surface temperature", loc="left")
axes[1].plot(z, lw=2, label="past")
axes[1].plot(trailing, lw=1, label="trailing")
axes[1].axhline(3, color="0.4", ls=":")
axes[1].set(ylabel="z-score", xlabel="year", ylim=(-2.5, 6.5))
axes[1].set_title(f"Rolling z-score, {WINDOW} years", loc="left")
axes[1].legend(frameon=False, ncols=2)
plt.show()

# %%
# The stream, part by part
# ------------------------
# Nothing is remembered between two calls. Pass the raw rows before each part as
# ``history``; the last WINDOW rows are enough, and the parts may be of any length. Without
# a history every part starts as if nothing had been before it, and nothing warns: a first
# row has no past.
rolling = LocalWindowNormalizer(WINDOW, axis="samples", align="past")
series = years.to_numpy()
whole = rolling.fit_transform(series)

history, parts, forgetful = series[:0], [], []
for part in np.array_split(series, 10):
    parts.append(rolling.transform(part, history=history))
    forgetful.append(rolling.transform(part))
    history = np.vstack([history, part])[-WINDOW:]
print(f"with history:    z-scores off by {np.abs(np.vstack(parts) - whole).max():.0e}")
print(f"without history: off by up to {np.abs(np.vstack(forgetful) - whole).max():.0f}")

# %%
# A mistake: a centred window leaks the future
# --------------------------------------------
# ``align="center"``, the default, is right for spectra and for looking back. Before a
# forecast it is not: the mean of a centred window holds the readings to come, and a model
# finds them there. Here a linear model forecasts by how much the temperature changes
# within three months, from the last three z-scores in windows of 13 months. It is trained
# on the first 480 months, and tested on the others: once on scores of the whole series, as
# in a backtest made in haste, and once live, on scores of what had been read until then.
LENGTH, AHEAD, LAGS, TRAINED = 13, 3, 3, 480
temperature = series.reshape(-1, 1)
now = np.arange(LAGS - 1, len(temperature) - AHEAD)
change = (temperature[now + AHEAD] - temperature[now]).ravel()
known = now + AHEAD < TRAINED  # the change had been seen when the test began
tested = now >= TRAINED


def lagged(z, at):
    """Return the last three scores before each of the given times."""
    return np.column_stack([z[at - lag, 0] for lag in range(LAGS)])


print(f"no change at all:  {np.abs(change[tested]).mean():.2f} °C off")
error = {}
for align in ("past", "center"):
    window = LocalWindowNormalizer(LENGTH, axis="samples", align=align)
    backtest = lagged(window.fit_transform(temperature), now)
    live = np.vstack(
        [lagged(window.transform(temperature[: t + 1]), np.array([t])) for t in now]
    )
    model = LinearRegression().fit(backtest[known], change[known])
    for name, features in {"backtest": backtest, "live": live}.items():
        off = np.abs(model.predict(features[tested]) - change[tested])
        error[align, name] = off.mean()
        print(f"{align:6} {name:8}    {off.mean():.2f} °C off")

figure, axis = plt.subplots(figsize=(6, 3.2), layout="constrained")
labels = [f"{align}, {name}" for align, name in error]
bars = axis.barh(labels, error.values(), color=["C0", "C0", "C1", "C3"])
axis.bar_label(bars, fmt="%.2f", padding=3)
axis.invert_yaxis()
axis.set(xlabel="mean absolute error, °C", xlim=(0, 1.9), xticks=[0, 0.5, 1, 1.5])
axis.set_title("Forecast of three months ahead", loc="left")
plt.show()

# %%
# The past keeps its word: backtest and live are the same. The centred window promises the
# smallest error of all and delivers the largest.
#
# See also
# --------
# * :class:`sknorm.LocalWindowNormalizer`: windows, edges, robust scales
# * :ref:`sphx_glr_how_to_plot_outliers_in_a_series.py`: the limit of a trailing score, and
#   a series that is predicted best as it is
# * :doc:`/more_data_than_memory`: streams that drift, by ``momentum``
