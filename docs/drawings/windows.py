"""Which values a window of five holds: three alignments and five edges."""

import matplotlib.pyplot as plt
import numpy as np

from sknorm import LocalWindowNormalizer

N, WINDOW = 8, 5
REACH = {"center": (2, 2), "trailing": (4, 0), "past": (5, -1)}
PAD = {"reflect": "symmetric", "mirror": "reflect", "nearest": "edge", "wrap": "wrap"}
CASES = [
    ('align="center"', "center", "shrink", 5),
    ('align="trailing"', "trailing", "shrink", 5),
    ('align="past"', "past", "shrink", 5),
    ('align="trailing", first value', "trailing", "shrink", 0),
    ('align="past", first value: holds none', "past", "shrink", 0),
    ('edge="shrink", first value', "center", "shrink", 0),
    ('edge="reflect"', "center", "reflect", 0),
    ('edge="mirror"', "center", "mirror", 0),
    ('edge="nearest"', "center", "nearest", 0),
    ('edge="wrap"', "center", "wrap", 0),
]

figure, axes = plt.subplots(len(CASES), 1, figsize=(5, 8), layout="constrained")
for axis, (title, align, edge, value) in zip(axes, CASES, strict=True):
    padded = dict(enumerate(range(N)))
    if edge in PAD:
        padded = dict(enumerate(np.pad(range(N), WINDOW, mode=PAD[edge]), -WINDOW))
    before, after = REACH[align]
    places = range(value - before, value + after + 1)
    held = {place: padded[place] for place in places if place in padded}

    # The package agrees: the mean of zeros and a one is the share of the one.
    if held:
        normalizer = LocalWindowNormalizer(WINDOW, align=align, edge=edge)
        shares = normalizer.fit(np.eye(N)).statistics_.location[:, value]
        counts = np.bincount(list(held.values()), minlength=N)
        assert np.allclose(shares * len(held), counts)

    for place in range(-2, N):
        inside = place >= 0
        if not inside and place not in held:
            continue
        colour = "#9dc3e6" if place in held else "0.94"
        axis.add_patch(plt.Rectangle((place, 0), 0.92, 1, fc=colour, ec="0.6", lw=0.5))
        axis.text(
            place + 0.46,
            0.46,
            padded.get(place),
            ha="center",
            va="center",
            fontsize=11,
            color="black" if inside else "0.35",
        )
    axis.add_patch(plt.Rectangle((value, 0), 0.92, 1, fc="none", ec="black", lw=2))
    axis.set(xlim=(-2.1, N), ylim=(-0.1, 1.1))
    axis.set_title(title, loc="left", fontsize=11)
    axis.set_axis_off()
