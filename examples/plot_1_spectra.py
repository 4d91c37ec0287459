"""
I have spectra: which correction?
=================================

**You have** infrared spectra that drift with the probe, the temperature and the bubbles.
**You want** a calibration that still holds in the next fermentation. Here 21 spectra with
known glucose predict the glucose of another fermentation, after six corrections, each with
what it has to tune tuned by cross-validation.
"""

import matplotlib.pyplot as plt
import numpy as np
from chemotools.datasets import load_fermentation_test, load_fermentation_train
from scipy.signal import savgol_filter
from sklearn.cross_decomposition import PLSRegression
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer

plt.rc("font", size=13)  # legible on a telephone, too

# %%
# The spectra
# -----------
# A correction of rows takes its location and scale from the row, so leave out what is not
# of the substance first: channels where other things absorb or the detector saturates,
# and spectra that are blank.
X, y = load_fermentation_train()
X_next, measured = load_fermentation_test()
wavenumbers = X.columns.to_numpy(float)
fingerprint = (wavenumbers > 950) & (wavenumbers < 1500)  # where glucose absorbs
wavenumbers = wavenumbers[fingerprint]
X, X_next = X.to_numpy()[:, fingerprint], X_next.to_numpy()[:, fingerprint]
blank = X_next.std(axis=1) == 0
X_next = X_next[~blank]
glucose = y["glucose"].to_numpy()
print(f"calibration {X.shape}, next {X_next.shape}, {blank.sum()} blank ones left out")

# %%
# The light that is lost or gained moves a whole spectrum. SNV (standard normal variate,
# :class:`~sknorm.RowLayerNormalizer`) gives every spectrum mean 0 and deviation 1; windowed
# SNV (:class:`~sknorm.LocalWindowNormalizer`) does so around every channel, so that small
# bands come out as high as large ones.
snv, windowed = RowLayerNormalizer(), LocalWindowNormalizer(101)
panels = {
    "Absorbance": X,
    "SNV": snv.fit_transform(X),
    "SNV in windows of 101": windowed.fit_transform(X),
}
figure, axes = plt.subplots(3, 1, figsize=(6, 7.5), sharex=True, layout="constrained")
colours = plt.cm.viridis(glucose / glucose.max())
for axis, (title, spectra) in zip(axes, panels.items(), strict=True):
    for spectrum, colour in zip(spectra, colours, strict=True):
        axis.plot(wavenumbers, spectrum, color=colour, lw=1)
    axis.set_title(title, loc="left")
    axis.set_ylabel("absorbance" if spectra is X else "z-score")
axes[-1].set_xlabel("wavenumber, 1/cm")
scale = plt.cm.ScalarMappable(plt.Normalize(0, glucose.max()), "viridis")
figure.colorbar(scale, ax=axes, label="glucose, g/l", aspect=40)
plt.show()

# %%
# The candidates, and what is tuned
# ---------------------------------
# All stand before the same partial least squares on centred channels. Bands are
# consecutive channels, each with a location and a scale of its own
# (``feature_groups``). The key of windows is twice the data, and a pipeline that only
# predicts does not need it: ``keep_statistics=False``.
N = X.shape[1]
BANDS = [[list(b) for b in np.array_split(range(N), n)] for n in (2, 3, 4, 6)]
corrections = {
    "no correction": ("passthrough", {}),
    "columns": (BatchStandardizer(), {}),
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
# Calibrate, and predict the next fermentation
# --------------------------------------------
# The next spectra were taken every 75 seconds, and glucose was measured now and then. The
# correlation tells what follows the glucose, but at another level: one measurement more
# would put that right.
folds = KFold(7, shuffle=True, random_state=0)
nearest = np.minimum((measured["time"] * 48).round().astype(int), len(X_next) - 1)
truth = measured["glucose"].to_numpy()
predicted, inside, outside = {}, {}, {}
print(f"{len(truth)} measurements of the next fermentation")
print("correction         calibration    next fermentation   correlation")
for name, (correction, tuned) in corrections.items():
    search = GridSearchCV(
        Pipeline([("correction", correction), ("pls", PLSRegression(scale=False))]),
        {"pls__n_components": [1, 2, 3, 4, 5, 6], **tuned},
        scoring="neg_root_mean_squared_error",
        cv=folds,
    ).fit(X, glucose)
    predicted[name] = search.predict(X_next).ravel()
    found = predicted[name][nearest]
    inside[name] = -search.best_score_
    outside[name] = np.sqrt(np.mean((found - truth) ** 2))
    print(
        f"{name:17}  {inside[name]:6.2f} g/l  {outside[name]:15.1f} g/l"
        f"  {np.corrcoef(found, truth)[0, 1]:12.3f}"
    )

# %%
# Here the first derivative carries over best. Of the SNVs, those of bands and of windows
# come nearer than that of whole spectra, whose mean and deviation follow the peaks, and so
# the glucose itself.
hours = np.arange(len(X_next)) / 48
figure, axis = plt.subplots(figsize=(6, 4.8), layout="constrained")
for name in ("no correction", "first derivative", "SNV of bands", "windowed SNV"):
    axis.plot(hours, predicted[name], lw=1.2, label=name)
axis.plot(measured["time"], truth, "ko", ms=5, label="measured")
axis.set(xlabel="time, hours", ylabel="glucose, g/l", ylim=(-65, 90))
axis.set_title("Glucose of the next fermentation", loc="left")
axis.legend(frameon=False, fontsize=11, ncols=2, loc="upper right")
# sphinx_gallery_thumbnail_number = 2
plt.show()

# %%
# A mistake: to believe the calibration error
# -------------------------------------------
# All folds are of the same spectra, and share their drift. What does nothing about drift,
# or learns it (:class:`~sknorm.BatchStandardizer` on the columns), looks good there, and
# fails in the next fermentation. Hold out spectra of another day before you choose.
print("from best to worst in the calibration, and how many times the error grew:")
for name in sorted(inside, key=inside.get):
    print(f"  {name:17} x {outside[name] / inside[name]:.0f}")

# %%
# And back into absorbance
# ------------------------
# How much of a new spectrum does the calibration know? Project the normalised spectrum
# onto the calibration's components, put the result back into absorbance and look at what
# is missing. Location and scale of each spectrum are its key: take the key of new spectra
# before they are transformed, since ``inverse_transform`` refuses to guess.
pca = PCA(4).fit(snv.transform(X))


def unknown(spectra):
    """Return the root mean square of what the components lack, in absorbance."""
    key, z = snv.statistics(spectra), snv.transform(spectra)
    known = pca.inverse_transform(pca.transform(z))
    lacking = spectra - snv.inverse_transform(known, statistics=key)
    return np.sqrt(np.mean(lacking**2, axis=1))


print(f"calibration:       {np.median(unknown(X)):.4f}")
for hour in (0, 12, 24, 33):
    print(f"next, after {hour:2} h:  {unknown(X_next[[hour * 48]])[0]:.4f}")
error = np.abs(snv.inverse_transform(snv.transform(X)) - X).max()
print(f"largest restoring error of the fitted spectra: {error:.0e}")

# %%
# The next fermentation is not what was calibrated, from its first hour, and no correction
# of rows makes it so.
#
# See also
# --------
# * :class:`sknorm.RowLayerNormalizer`, :class:`sknorm.LocalWindowNormalizer`
# * :doc:`/restoring`: the key, and the three ways back
# * :ref:`sphx_glr_how_to_plot_windowed_snv.py`: what windows do to small bands
