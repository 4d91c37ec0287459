"""Time against rows, columns and window, from every round in results.json."""

import json
from collections import defaultdict
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

document = json.loads(Path("../../benchmarks/results.json").read_text())
LABELS = {"rows": "rows", "columns": "columns", "window": "values in a window"}
LEFT_OUT = {("copy", 2), ("fresh copy", 2), ("read", 1), ("read", 2)}

for abscissa, curves in document["curves"].items():
    figure, panels = plt.subplots(
        len(curves), 1, figsize=(7, 3.5 * len(curves)), layout="constrained"
    )
    for panel, (title, results) in zip(panels, curves.items(), strict=True):
        lines = defaultdict(list)
        for result in results.values():
            for times in result["times"]:
                milliseconds = 1e3 * np.median(times["seconds"])
                lines[times["name"], times["threads"]].append(milliseconds)
        sizes = [int(size) for size in results]
        names = dict.fromkeys(name for name, _ in lines if name != "copy")
        colours = {name: f"C{i}" for i, name in enumerate(names)}
        for (name, threads), line in lines.items():
            if (name, threads) in LEFT_OUT:
                continue
            panel.loglog(
                sizes,
                line,
                color=colours[name],
                ls="-" if threads == 1 else "--",
                lw=3 if name == "sknorm" else 1.5,
                marker=".",
                label=f"{name}, {threads}",
            )
        panel.set(title=title, xlabel=LABELS[abscissa], ylabel="time, ms")
        panel.grid(alpha=0.3)
        panel.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
