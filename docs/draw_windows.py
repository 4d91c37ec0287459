"""Draw windows.png: which values a window of five holds.

For the first and the sixth of eight values, in three alignments and with the edges.
"""

from pathlib import Path

import matplotlib.pyplot as plt

from sknorm._windows import ABSENT, Windows

N, WINDOW = 8, 5
CASES = {
    'align="center"': ("center", "shrink"),
    'align="trailing"': ("trailing", "shrink"),
    'align="past"': ("past", "shrink"),
    'edge="reflect"': ("center", "reflect"),
    'edge="mirror"': ("center", "mirror"),
    'edge="nearest"': ("center", "nearest"),
    'edge="wrap"': ("center", "wrap"),
}

figure, axes = plt.subplots(len(CASES), 2, figsize=(9, 6), layout="constrained")
for row, (title, (align, edge)) in zip(axes, CASES.items(), strict=True):
    windows = Windows.along(N, WINDOW, align, edge)
    for axis, value in zip(row, (0, 5), strict=True):
        places = range(value - windows.before, value + windows.after + 1)
        source = windows.source(value, value + 1)
        held = {p: s for p, s in zip(places, source, strict=True) if s != ABSENT}
        for place in range(-2, N + 2):
            inside = 0 <= place < N
            text = str(held.get(place, place if inside else ""))
            color = "C0" if place in held else ("0.93" if inside else "white")
            frame = "black" if place == value else "0.75"
            width = 2 if place == value else (0.5 if inside or place in held else 0)
            axis.add_patch(
                plt.Rectangle(
                    (place, 0), 0.9, 1, fc=color, ec=frame, lw=width, alpha=0.85
                )
            )
            axis.text(place + 0.45, 0.45, text, ha="center", va="center", fontsize=8)
        axis.set(xlim=(-2.2, N + 2), ylim=(-0.1, 1.1))
        axis.set_axis_off()
    row[0].set_title(title, loc="left", fontsize=9)
figure.savefig(Path(__file__).with_name("windows.png"), dpi=100)
