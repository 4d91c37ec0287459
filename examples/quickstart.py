"""Quickstart: normalise, predict, restore.

Wine from three cultivars, 13 measurements in 13 different units: the distances between
wines, by which k-nearest neighbours classify, mean nothing before the columns are
normalised. Prints what it measures and draws quickstart.png. Takes a few seconds.
"""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from sklearn.datasets import load_wine
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    cross_val_score,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from sknorm import BatchStandardizer

mpl.use("Agg")  # draw to a file, also where there is no screen
import matplotlib.pyplot as plt

PICTURE = Path("quickstart.png")
SHOWN = ["alcohol", "magnesium", "proline"]


def accuracy(model, X, y):
    """Return the cross-validated accuracy, mean and standard error."""
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    scores = cross_val_score(model, X, y, cv=folds, n_jobs=2)
    return scores.mean(), scores.std(ddof=1) / np.sqrt(len(scores))


def tuned_pipeline():
    """Return k-nearest neighbours on columns whose location and scale are tuned.

    The statistics are learned from the training part of each fold only, because the
    standardizer is a step of the pipeline.
    """
    grid = {
        "batchstandardizer__location": ["mean", "median", None],
        "batchstandardizer__scale": ["std", "iqr", "mad", "range", None],
    }
    pipeline = make_pipeline(BatchStandardizer(), KNeighborsClassifier())
    return GridSearchCV(pipeline, grid, cv=StratifiedKFold(3))


def draw(frames, classes):
    """Draw some columns of each frame on one axis, a point for each wine."""
    figure, axes = plt.subplots(1, 3, figsize=(11, 4), layout="constrained")
    jitter = np.random.default_rng(0).uniform(-0.3, 0.3, len(classes))
    for axis, (title, (frame, unit)) in zip(axes, frames.items(), strict=True):
        for position, column in enumerate(SHOWN):
            for c in np.unique(classes):
                chosen = classes == c
                axis.plot(
                    position + jitter[chosen],
                    frame.loc[chosen, column],
                    ".",
                    color=f"C{c}",
                    alpha=0.6,
                    label=f"cultivar {c}" if position == 0 else None,
                )
        axis.set(title=title, ylabel=unit, xticks=range(len(SHOWN)))
        axis.set_xticklabels(SHOWN)
    axes[0].legend(frameon=False)
    figure.savefig(PICTURE, dpi=120)


def main():
    """Run the whole of it."""
    X, y = load_wine(return_X_y=True, as_frame=True)

    print("Accuracy of k-nearest neighbours on wine, 10 folds:")
    raw, raw_error = accuracy(KNeighborsClassifier(), X, y)
    print(f"  columns as they are      {raw:.3f} +- {raw_error:.3f}")
    search = tuned_pipeline()
    tuned, tuned_error = accuracy(search, X, y)
    print(f"  BatchStandardizer, tuned {tuned:.3f} +- {tuned_error:.3f}")
    best = search.fit(X, y).best_estimator_[0]
    print(f"  on all wines the search takes {best}")

    standardizer = BatchStandardizer().set_output(transform="pandas")
    Z = standardizer.fit_transform(X)
    restored = standardizer.inverse_transform(Z)
    print("\nA frame in, a frame out, and back:")
    print(
        Z[SHOWN]
        .describe()
        .loc[["mean", "std", "min", "max"]]
        .round(2)
        .add(0.0)
        .to_string()
    )
    error = (restored - X).abs() / X.abs()
    print(f"  largest restoring error: {error.to_numpy().max():.1e} of the value")

    part = standardizer.inverse_transform(Z[["proline"]])
    print(f"  proline alone comes back as a frame of shape {part.shape}")

    unit = "value, each column in its own unit"
    frames = {
        "before": (X, unit),
        "after": (Z, "z-score"),
        "restored": (restored, unit),
    }
    draw(frames, y)
    print(f"\nPicture: {PICTURE}")


if __name__ == "__main__":
    main()
