"""Gradient boosting on the real gross domestic product, raw and by rows."""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from statsmodels.datasets import macrodata

from sknorm import RowNormalizedRegressor

values = macrodata.load_pandas().data["realgdp"].to_numpy()
rows = np.lib.stride_tricks.sliding_window_view(values, 13)
X, y, quarter = rows[:, :-1], rows[:, -1], np.arange(len(rows))
past, future = np.split(quarter, [2 * len(rows) // 3])

boosting = HistGradientBoostingRegressor(random_state=0)
models = {
    "predicted, raw": ("#b3423a", boosting),
    "predicted, by rows": ("#2f6ca3", RowNormalizedRegressor(boosting)),
}
figure, axis = plt.subplots(figsize=(5, 3.6), layout="constrained")
axis.plot(quarter, y, color="0.7", lw=4, label="real GDP")
for label, (colour, model) in models.items():
    predicted = model.fit(X[past], y[past]).predict(X[future])
    axis.plot(future, predicted, color=colour, lw=2, label=label)
axis.axhline(y[past].max(), color="black", ls=":", lw=1)
axis.text(0, y[past].max(), "largest target seen", va="bottom")
axis.axvline(future[0] - 0.5, color="black", lw=0.5)
axis.set(xlabel="quarter", ylabel="10^9 dollars of 2005")
axis.legend(frameon=False, loc="lower right")
