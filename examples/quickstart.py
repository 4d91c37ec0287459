"""Quickstart: normalise, predict, restore.

Columns: wine from three cultivars, 13 measurements in 13 different units. The distances
between wines, by which k-nearest neighbours classify, mean nothing before the columns
are normalised.

Rows: infrared spectra of coffee from three countries, which come with the package
chemotools. How strong a spectrum is depends on the sample on the crystal, and perhaps on
the coffee, too.

Windows: images of digits, each lit by a random plane, and the number of sunspots since
1700, which comes with the package statsmodels, as a rolling z-score.

Prints what it measures, draws three pictures, and takes less than a minute.
"""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from chemotools.datasets import load_coffee
from sklearn.datasets import load_digits, load_wine
from sklearn.linear_model import RidgeClassifierCV
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    cross_val_score,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from statsmodels.datasets import sunspots

from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer

mpl.use("Agg")  # draw to a file, also where there is no screen
import matplotlib.pyplot as plt

PICTURE = Path("quickstart.png")
PICTURE_OF_SPECTRA = Path("quickstart_spectra.png")
PICTURE_OF_SUNSPOTS = Path("quickstart_sunspots.png")
SHOWN = ["alcohol", "magnesium", "proline"]
NORMALIZERS_OF_ROWS = ["RowLayerNormalizer", "LocalWindowNormalizer"]
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


def compare(ways, classifier, X, y, cv):
    """Print what each way of normalising does to the accuracy of one classifier.

    Each is compared with the first, fold by fold; a mean difference of up to two
    standard errors is called none. Return the lines of a table.
    """
    reference = None
    table = {}
    for name, way in ways.items():
        scores = cross_val_score(make_pipeline(way, classifier), X, y, cv=cv, n_jobs=2)
        mean, error = mean_and_error(scores)
        line = f"{mean:.3f} +- {error:.3f}"
        if reference is None:
            reference = scores
        else:
            gain, error = mean_and_error(scores - reference)
            verdict = "better" if gain > 0 else "worse"
            verdict = "none" if abs(gain) <= 2 * error else verdict
            line += f"   difference {gain:+.3f} +- {error:.3f}: {verdict}"
        print(f"    {name:27} {line}")
        table[name] = f"{mean:.3f}"
    return table


def compare_on_spectra(X, origin):
    """Compare on many training spectra, and on few; return the table of the few."""
    bands = np.array_split(np.arange(X.shape[1]), 4)
    ways = {
        "as they are": "passthrough",
        "BatchStandardizer": BatchStandardizer(),
        "RowLayerNormalizer": RowLayerNormalizer(),
        "RowLayerNormalizer, 4 bands": RowLayerNormalizer(feature_groups=bands),
        "LocalWindowNormalizer": LocalWindowNormalizer(201, keep_statistics=False),
    }
    splits = list(FOLDS.split(X, origin))
    sizes = {"54": splits, "6": [(few, many) for many, few in splits]}
    for size, cv in sizes.items():
        print(f"  trained on {size} spectra, tested on the others:")
        model = RidgeClassifierCV(np.logspace(-6, 3, 10))
        table = compare(ways, model, X, origin, cv)
    return table


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
    table = compare_on_spectra(X, origin)

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
    return table


def lit_by_planes(images):
    """Return images of 8 x 8 with a plane added: height and both slopes from -8 to 8."""
    rng = np.random.default_rng(0)
    row, column = np.mgrid[-1:1:8j, -1:1:8j].reshape(2, 64)
    planes = np.array([np.ones(64), row, column])
    return images + rng.uniform(-8, 8, (len(images), 3)) @ planes


def digits():
    """Images under uneven light."""
    X, y = load_digits(return_X_y=True)
    ways = {
        "as they are": "passthrough",
        "BatchStandardizer": BatchStandardizer(),
        "RowLayerNormalizer": RowLayerNormalizer(),
        "LocalWindowNormalizer": LocalWindowNormalizer(7, sample_shape=(8, 8)),
    }
    print(f"\nDigits in {len(X)} images, each lit by a random plane, 10 folds:")
    return compare(ways, KNeighborsClassifier(), lit_by_planes(X), y, FOLDS)


def draw_sunspots(panels):
    """Draw series below each other."""
    figure, axes = plt.subplots(
        len(panels), 1, figsize=(11, 6), layout="constrained", sharex=True
    )
    for axis, (title, values) in zip(axes, panels.items(), strict=True):
        axis.plot(values, lw=1)
        axis.set_title(title, loc="left")
    axes[-1].set_xlabel("year")
    figure.savefig(PICTURE_OF_SUNSPOTS, dpi=120)


def series():
    """Normalise a series by its past, without a look ahead."""
    spots = sunspots.load_pandas().data.set_index("YEAR")
    rolling = LocalWindowNormalizer(33, axis="samples", align="past")
    rolling.set_output(transform="pandas")
    z = rolling.fit_transform(spots)
    restored = rolling.inverse_transform(z)
    print(f"\nSunspots of {len(spots)} years, relative to the 33 years before each:")
    highest = z["SUNACTIVITY"].iloc[33:].nlargest(3)
    for year, value in highest.items():
        print(f"  {year:.0f}: {value:.1f} standard deviations above their mean")
    print(f"  largest restoring error: {np.abs(restored - spots).to_numpy().max():.1e}")
    panels = {
        "sunspots": spots["SUNACTIVITY"],
        "rolling z-score of the 33 years before": z["SUNACTIVITY"].iloc[33:],
        "restored": restored["SUNACTIVITY"],
    }
    draw_sunspots(panels)
    print(f"\nPicture: {PICTURE_OF_SUNSPOTS}")


def main():
    """Run the whole of it."""
    wine()
    tables = {"coffee, 6 spectra": coffee(), "digits, uneven light": digits()}
    series()

    print("\nAccuracy on rows, by what is normalised:")
    for name in ["as they are", "BatchStandardizer", *NORMALIZERS_OF_ROWS]:
        values = (f"{data}: {table[name]}" for data, table in tables.items())
        print(f"  {name:22} {'   '.join(values)}")


if __name__ == "__main__":
    main()
