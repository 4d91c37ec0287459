"""Draw time against rows, columns and window, on logarithmic axes, with slopes."""

from collections import defaultdict
from pathlib import Path

import matplotlib as mpl
import numpy as np

from measure import Result

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import NullLocator

LABELS = {
    "rows": "number of rows n",
    "columns": "number of columns n",
    "window": "values in a window",
}
COLORS = {
    "sknorm": "C0",
    "StandardScaler": "C1",
    "pandas": "C2",
    "chemotools": "C3",
    "torch": "C4",
    "bottleneck": "C5",
    "numbagg": "C6",
    "scipy": "C9",
    "polars": "C8",
    "fresh copy": "black",
}


def slope(sizes, seconds):
    """Return the slope of log time on log size over the larger half of the sizes."""
    half = len(sizes) // 2
    return np.polyfit(np.log(sizes[half:]), np.log(seconds[half:]), 1)[0]


def lines_of(results: dict[int, Result]):
    """Return {(name, threads): median seconds at each size}, without reads and copies.

    Of the copies the one into fresh memory by one thread is kept.
    """
    lines = defaultdict(list)
    for result in results.values():
        for times in result.times:
            lines[times.name, times.threads].append(np.median(times.seconds))
    left_out = {("copy", 2), ("fresh copy", 2), ("read", 1), ("read", 2)}
    return {key: line for key, line in lines.items() if key not in left_out}


def shape_of(results: dict[int, Result]) -> str:
    """Return the shape of the data, with n for what changes."""
    sides = zip(*(result.shape for result in results.values()), strict=True)
    return " x ".join(str(side[0]) if len(set(side)) == 1 else "n" for side in sides)


def draw(abscissa: str, curves: dict[str, dict[int, Result]], path: Path) -> None:
    """Draw a panel for each curve, and print the slopes.

    Parameters
    ----------
    abscissa : "rows", "columns" or "window"
    curves : {title: {size: result}}
    path : Path
        Of the picture.
    """
    figure, panels = plt.subplots(
        1,
        len(curves),
        figsize=(4.3 * len(curves), 5.3),
        sharey=True,
        layout="constrained",
    )
    for panel, (title, results) in zip(panels, curves.items(), strict=True):
        sizes = list(results)
        print(f"\ntime against {abscissa}, {title}: slopes")
        for (name, threads), seconds in lines_of(results).items():
            label = f"{name}, {threads} thread{'s' if threads > 1 else ''}"
            steepness = f"{slope(sizes, seconds):.2f}"
            print(f"  {label:24} {steepness:>5}")
            panel.loglog(
                sizes,
                1e3 * np.array(seconds),
                color=COLORS[name],
                ls="-" if threads == 1 else "--",
                marker=".",
                lw=2.5 if name == "sknorm" else 1.2,
                label=f"{label}: {steepness}",
            )
        panel.set(title=f"{title}\n{shape_of(results)}", xlabel=LABELS[abscissa])
        panel.set_xticks(sizes, map(str, sizes), minor=False)
        panel.xaxis.set_minor_locator(NullLocator())
        panel.grid(alpha=0.3)
        panel.legend(
            title="slope over the larger half",
            fontsize=8,
            ncols=2,
            loc="upper center",
            bbox_to_anchor=(0.5, -0.15),
        )
    panels[0].set_ylabel("time, ms")
    figure.savefig(path, dpi=70)
    plt.close(figure)
