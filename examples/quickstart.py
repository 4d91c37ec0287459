"""Quickstart: normalise, predict, restore.

Columns: wine from three cultivars, 13 measurements in 13 different units. The distances
between wines, by which k-nearest neighbours classify, mean nothing before the columns
are normalised.

Rows: infrared spectra of coffee from three countries, which come with the package
chemotools. How strong a spectrum is depends on the sample on the crystal, and perhaps on
the coffee, too.

Prints what it measures, draws quickstart.png and quickstart_spectra.png, and takes less
than a minute.
"""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from chemotools.datasets import load_coffee
from sklearn.datasets import load_wine
from sklearn.linear_model import RidgeClassifierCV
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    cross_val_score,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from sknorm import BatchStandardizer, RowLayerNormalizer

mpl.use("Agg")  # draw to a file, also where there is no screen
import matplotlib.pyplot as plt

PICTURE = Path("quickstart.png")
PICTURE_OF_SPECTRA = Path("quickstart_spectra.png")
SHOWN = ["alcohol", "magnesium", "proline"]
FOLDS = StratifiedKFold(10, shuffle=True, random_state=0)


def mean_and_error(values):
    """Return the mean of values and its standard error."""
    return np.mean(values), np.std(values, ddof=1) / np.sqrt(len(values))


def accuracy(model, X, y):
    """Return the cross-validated accuracy, mean and standard error."""
    return mean_and_error(cross_val_score(model, X, y, cv=FOLDS, n_jobs=2))


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


def wine():
    """Columns in different units."""
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


def compare_on_spectra(X, origin):
    """Print what each way of normalising does to the accuracy of one classifier.

    Each is compared with none, fold by fold; a mean difference below two standard errors
    is called none.
    """
    bands = np.array_split(np.arange(X.shape[1]), 4)
    ways = {
        "as they are": "passthrough",
        "BatchStandardizer": BatchStandardizer(),
        "RowLayerNormalizer": RowLayerNormalizer(),
        "RowLayerNormalizer, 4 bands": RowLayerNormalizer(feature_groups=bands),
    }
    splits = list(FOLDS.split(X, origin))
    sizes = {"54": splits, "6": [(few, many) for many, few in splits]}
    for size, cv in sizes.items():
        print(f"  trained on {size} spectra, tested on the others:")
        for name, way in ways.items():
            model = make_pipeline(way, RidgeClassifierCV(np.logspace(-6, 3, 10)))
            scores = cross_val_score(model, X, origin, cv=cv, n_jobs=2)
            mean, error = mean_and_error(scores)
            line = f"    {name:27} {mean:.3f} +- {error:.3f}"
            if way == "passthrough":
                reference = scores
            else:
                gain, error = mean_and_error(scores - reference)
                verdict = "better" if gain > 0 else "worse"
                verdict = "none" if abs(gain) <= 2 * error else verdict
                line += f"   difference {gain:+.3f} +- {error:.3f}: {verdict}"
            print(line)


def draw_spectra(panels, origin):
    """Draw the spectra of each panel as lines, coloured by origin."""
    figure, axes = plt.subplots(1, 3, figsize=(11, 4), layout="constrained")
    for axis, (title, (spectra, unit)) in zip(axes, panels.items(), strict=True):
        for c, country in enumerate(np.unique(origin)):
            lines = axis.plot(spectra[origin == country].T, color=f"C{c}", lw=0.5)
            lines[0].set_label(country)
        axis.set(title=title, xlabel="channel", ylabel=unit)
    for line in axes[0].legend(frameon=False).get_lines():
        line.set_linewidth(2)
    figure.savefig(PICTURE_OF_SPECTRA, dpi=120)


def coffee():
    """Rows of different strength."""
    X, labels = load_coffee()
    X, origin = X.to_numpy(), labels["labels"].to_numpy()
    print(f"\nOrigin of coffee from {X.shape[0]} spectra of {X.shape[1]} channels:")
    compare_on_spectra(X, origin)

    normalizer = RowLayerNormalizer()
    Z = normalizer.fit_transform(X)
    restored = normalizer.inverse_transform(Z)
    error = np.abs(restored - X).max() / np.abs(X).max()
    print(f"  largest restoring error: {error:.1e} of the largest value")
    panels = {
        "before": (X, "absorbance"),
        "after RowLayerNormalizer()": (Z, "z-score within the spectrum"),
        "restored": (restored, "absorbance"),
    }
    draw_spectra(panels, origin)
    print(f"\nPicture: {PICTURE_OF_SPECTRA}")


def main():
    """Run the whole of it."""
    wine()
    coffee()


if __name__ == "__main__":
    main()
