"""What the displays share: matplotlib when it is used, axes, and names that fit."""

from typing import Any

import numpy as np

POINTS_PER_INCH = 72


def axes_for(caller: str, ax: Any, *, figsize: tuple[float, float], n: int = 1) -> Any:
    """Return axes to draw in: those given, or n new ones below each other.

    Parameters
    ----------
    caller : str
        The name of the display, for messages.
    ax : matplotlib Axes, array-like of n of them, or None
    figsize : tuple of two floats
        Width and height in inches of a new figure.
    n : int, default=1

    Returns
    -------
    matplotlib Axes, or ndarray of shape (n,) of them where n > 1

    Raises
    ------
    ImportError
        Where matplotlib is not installed.
    ValueError
        Where `ax` is another number of axes.
    """
    try:
        from matplotlib import pyplot as plt
    except ImportError as error:
        raise ImportError(
            f"{caller} draws with matplotlib, which is not installed. Install it with "
            "pip install 'sknorm[plot]'."
        ) from error
    if ax is None:
        _, ax = plt.subplots(n, 1, figsize=figsize, layout="constrained")
        return ax
    if np.size(ax) != n:
        raise ValueError(
            f"The 'ax' parameter of {caller}.plot must be {n} matplotlib axes, or "
            f"None. Got {np.size(ax)}. Pass those of matplotlib.pyplot.subplots({n})."
        )
    return ax if n == 1 else np.ravel(ax)


def name_rows(ax: Any, names: Any) -> None:
    """Name the rows 0, 1, ... of an axes, the first on top, in letters that fit."""
    names = list(names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_yticks(range(len(names)), [shortened(name) for name in names])
    height = ax.get_position().height * ax.figure.get_figheight() * POINTS_PER_INCH
    size = ax.yaxis.get_ticklabels()[0].get_fontsize()
    ax.tick_params("y", labelsize=max(3.0, min(size, 0.8 * height / len(names))))


def shortened(name: object, longest: int = 30) -> str:
    """Return a name, its middle left out where it is long.

    Examples
    --------
    >>> shortened("mean concave points, worst of three", 20)
    'mean conc...of three'
    """
    text = str(name)
    if len(text) <= longest:
        return text
    end = (longest - 3) // 2
    return f"{text[: longest - 3 - end]}...{text[len(text) - end :]}"
