"""
Glucose from the spectra of a fermentation
==========================================

Infrared spectra drift: with the probe, the temperature, the bubbles. Which correction
lets a calibration on 21 spectra predict another fermentation? No correction, the first
derivative, SNV, SNV of bands (``feature_groups``) and windowed SNV, each before the same
partial least squares on centred channels, and each with what it has to tune tuned by
cross-validation.
"""

import matplotlib.pyplot as plt
import numpy as np
from chemotools.datasets import load_fermentation_test, load_fermentation_train
from scipy.signal import savgol_filter
from sklearn.cross_decomposition import PLSRegression
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from sknorm import LocalWindowNormalizer, RowLayerNormalizer

X, y = load_fermentation_train()
X_test, measured = load_fermentation_test()
wavenumbers = X.columns.to_numpy(float)
fingerprint = (wavenumbers > 950) & (wavenumbers < 1500)  # where glucose absorbs
X, X_test = X.to_numpy()[:, fingerprint], X_test.to_numpy()[:, fingerprint]
X_test = X_test[X_test.std(axis=1) > 0]  # the last three are blank
glucose = y["glucose"].to_numpy()

# %%
# Corrections and what is tuned
# -----------------------------
# Bands are consecutive channels, each band with a location and a scale of its own within
# the spectrum: those of a reference band, where nothing changes but the light, would do
# for all, but here each band is its own reference.
N = X.shape[1]
BANDS = [[list(b) for b in np.array_split(range(N), n)] for n in (2, 3, 4, 6)]
corrections = {
    "no correction": ("passthrough", {}),
    "first derivative": (
        FunctionTransformer(savgol_filter),
        {
            "correction__kw_args": [
                {"window_length": n, "polyorder": 2, "deriv": 1} for n in (11, 21, 41)
            ]
        },
    ),
    "SNV": (RowLayerNormalizer(), {}),
    "SNV of bands": (RowLayerNormalizer(), {"correction__feature_groups": BANDS}),
    "windowed SNV": (
        LocalWindowNormalizer(keep_statistics=False),
        {"correction__window": [51, 101, 201, 301]},
    ),
}

# %%
# Calibrate, and predict another fermentation
# -------------------------------------------
# The test spectra were taken every 75 seconds, and glucose was measured 34 times. Printed
# are the error within the calibration (the best of the grid, so that larger grids look
# better), the error of the other fermentation, and the correlation there: what follows
# the glucose, but at another level, would do after one measurement more.
folds = KFold(7, shuffle=True, random_state=0)
nearest = np.minimum((measured["time"] * 48).round().astype(int), len(X_test) - 1)
predicted = {}
for name, (correction, tuned) in corrections.items():
    search = GridSearchCV(
        Pipeline([("correction", correction), ("pls", PLSRegression(scale=False))]),
        {"pls__n_components": [1, 2, 3, 4, 5, 6], **tuned},
        scoring="neg_root_mean_squared_error",
        cv=folds,
    ).fit(X, glucose)
    best, results = search.best_index_, search.cv_results_
    error = results["std_test_score"][best] / np.sqrt(folds.n_splits - 1)
    predicted[name] = search.predict(X_test).ravel()
    found, truth = predicted[name][nearest], measured["glucose"]
    print(
        f"{name:17} {search.best_params_['pls__n_components']} components: calibration "
        f"{-search.best_score_:.2f} +- {error:.2f} g/l; other fermentation "
        f"{np.sqrt(np.mean((found - truth) ** 2)):.1f} g/l, correlation "
        f"{np.corrcoef(found, truth)[0, 1]:.3f}"
    )

# %%
# Here the first derivative carries over best. Of the SNVs, those of bands and of windows
# come nearer than that of whole spectra, whose mean and deviation depend on the peaks.
#
# Look at it
# ----------
hours = np.arange(len(X_test)) / 48
figure, axis = plt.subplots(figsize=(8, 4), layout="constrained")
for name, values in predicted.items():
    axis.plot(hours, values, lw=0.8, label=name)
axis.plot(measured["time"], measured["glucose"], "ko", ms=4, label="measured")
axis.set(xlabel="hours", ylabel="glucose, g/l")
axis.legend(frameon=False)
figure.savefig("fermentation.png", dpi=120)
