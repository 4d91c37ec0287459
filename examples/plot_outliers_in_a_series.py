"""
A closer look: outliers in a series
===================================

Is this year unusual? A trailing z-score asks how far a value is from the mean of a window
that it belongs to, and so hides itself: in a window of n values no z-score exceeds
sqrt(n - 1). A window of the *past*, the values strictly before, has no such limit, and a
forecaster could have computed it at the time; both are an ``align`` of
:class:`~sknorm.LocalWindowNormalizer`. The series is the yearly flow of the Nile at Aswan.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import Ridge
from sklearn.model_selection import TimeSeriesSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from statsmodels.datasets import nile

from sknorm import LocalWindowNormalizer

plt.rc("font", size=13)  # legible on a telephone, too

flow = nile.load_pandas().data.set_index("year")[["volume"]]
WINDOW = 10

# %%
# Past against trailing
# ---------------------
# The dotted lines are the limit of the trailing score.
scores = {}
for align in ("trailing", "past"):
    rolling = LocalWindowNormalizer(WINDOW, axis="samples", align=align)
    rolling.set_output(transform="pandas")
    scores[align] = rolling.fit_transform(flow)["volume"].iloc[WINDOW:]

figure, axes = plt.subplots(2, 1, figsize=(6, 5.5), sharex=True, layout="constrained")
axes[0].plot(flow["volume"])
axes[0].set_ylabel("flow, 10⁸ m³")
axes[0].set_title("The Nile at Aswan", loc="left")
for align, z in scores.items():
    axes[1].plot(z, label=align)
for limit in (-np.sqrt(WINDOW - 1), np.sqrt(WINDOW - 1)):
    axes[1].axhline(limit, color="C0", ls=":")
axes[1].set(ylabel="z-score", xlabel="year")
axes[1].set_title(f"Rolling z-score, {WINDOW} years", loc="left")
axes[1].legend(frameon=False, ncols=2)
plt.show()

# %%
for align, z in scores.items():
    unusual = z[z.abs() > 3]
    years = ", ".join(f"{year:.0f} ({value:+.1f})" for year, value in unusual.items())
    print(f"{align:8} beyond 3 deviations: {years or 'none'}")

# %%
# A mistake: to take the level away from what follows it
# ------------------------------------------------------
# Next year's flow from that of three years. Trailing windows see no later value, so that
# nothing of the test years leaks into the training years of a ``TimeSeriesSplit``. What
# they take away is the level, by which next year's flow is predicted best here: measure
# before you normalise.
values = flow["volume"].to_numpy(float)
lagged = np.column_stack([values[2:-1], values[1:-2], values[:-3]])
target = values[3:]
candidates = {
    "as they are": "passthrough",
    "trailing": LocalWindowNormalizer(WINDOW, axis="samples", align="trailing"),
}
for name, way in candidates.items():
    errors = -cross_val_score(
        make_pipeline(way, Ridge()),
        lagged,
        target,
        cv=TimeSeriesSplit(5),
        scoring="neg_mean_absolute_error",
    )
    error = errors.std(ddof=1) / np.sqrt(len(errors))
    print(f"{name:12} mean absolute error {errors.mean():.0f} +- {error:.0f} 10⁸ m³")
