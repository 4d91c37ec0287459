"""
I have more data than memory
============================

**You have** a table that does not fit. **You want** the statistics of its columns, as exact
as those of one fit, and the table normalised part by part. Mean, deviation, minimum,
maximum and range can be learned in parts, by ``partial_fit`` of
:class:`~sknorm.BatchStandardizer`, and parts that were learned elsewhere can be merged.

The table here holds every patch of 9 x 9 pixels of two photographs in three colours, as
is made to learn filters or to whiten images. It is never made as a whole.
"""

import json
import tracemalloc

import matplotlib.pyplot as plt
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.datasets import load_sample_image

from sknorm import BatchStandardizer

plt.rc("font", size=13)  # legible on a telephone, too

SIDE, LINES = 9, 16  # a larger SIDE makes a larger table
COLOURS = ["red", "green", "blue"]
sites = {name: load_sample_image(f"{name}.jpg") for name in ("china", "flower")}


def batches(image):
    """Yield the patches that start in the next LINES lines of pixels, one a row."""
    patches = sliding_window_view(image, (SIDE, SIDE, 3))[:, :, 0]
    for i in range(0, len(patches), LINES):
        yield patches[i : i + LINES].reshape(-1, SIDE * SIDE * 3).astype(np.float64)


# %%
# Learn, batch by batch
# ---------------------
# In your case ``batches`` reads: the ``to_batches`` of a data set of pyarrow, the
# ``fetchmany`` of a database, slices of a memory-mapped file of NumPy, the ``chunksize`` of
# pandas. Batches may be of any size and in any order. Each photograph is a site of its own:
# its rows stay where they are, and a few numbers a column travel, as JSON. The peak is what
# ``tracemalloc`` counts.
tracemalloc.start()
letters, megabytes, peaks = {}, [0.0], [0.0]
for name, image in sites.items():
    standardizer = BatchStandardizer()
    for batch in batches(image):
        standardizer.partial_fit(batch)
        megabytes.append(megabytes[-1] + batch.nbytes / 1e6)
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
    letters[name] = json.dumps(standardizer.to_dict())
tracemalloc.stop()

learned = [BatchStandardizer.from_dict(json.loads(text)) for text in letters.values()]
together = learned[0].merge(*learned[1:])
print(f"{together.n_samples_seen_[0]:,.0f} rows of {batch.shape[1]} columns")
print(f"the table would take {megabytes[-1]:,.0f} MB")
print(f"the peak was {peaks[-1]:.0f} MB")
print(f"a letter has {max(map(len, letters.values())) / 1e3:.0f} kB")

# %%
# What does not grow with the data is the memory:
figure, axis = plt.subplots(figsize=(6, 3.8), layout="constrained")
axis.plot(megabytes, megabytes, label="the table so far")
axis.plot(megabytes, peaks, label="peak of partial_fit")
axis.set(xlabel="data seen, MB", ylabel="memory, MB")
axis.set_title("Memory", loc="left")
axis.legend(frameon=False)
plt.show()

# %%
# Is it exact?
# ------------
# A column of the table is one colour at one place of the patch, and is small enough to be
# looked at as a whole. Mean and deviation of every tenth column by NumPy, from all rows:


def column(image, j):
    """Return one column of the table of one photograph."""
    line, pixel, colour = np.unravel_index(j, (SIDE, SIDE, 3))
    height, width = np.subtract(image.shape[:2], SIDE - 1)
    return image[line : line + height, pixel : pixel + width, colour].ravel()


worst = {"mean": 0.0, "deviation": 0.0}
for j in range(0, batch.shape[1], 10):
    values = np.concatenate([column(image, j) for image in sites.values()])
    of_mean = abs(together.mean_[j] - values.mean()) / values.std()
    of_scale = abs(together.scale_[j] / values.std() - 1)
    worst["mean"] = max(worst["mean"], of_mean)
    worst["deviation"] = max(worst["deviation"], of_scale)
for name, off in worst.items():
    print(f"{name:9} off by {off:.0e} of the deviation")

# %%
# Normalise, and restore, batch by batch
# --------------------------------------
# The second pass transforms each batch and hands it on: to a file, or to a model that
# learns in batches. The statistics are all that is needed to get a batch back.
largest = 0.0
check = BatchStandardizer()
for image in sites.values():
    for batch in batches(image):
        z = together.transform(batch)
        check.partial_fit(z)
        largest = max(largest, np.abs(together.inverse_transform(z) - batch).max())
print(f"means are 0 to {np.abs(check.mean_).max():.0e}")
print(f"deviations are 1 to {np.abs(check.scale_ - 1).max():.0e}")
print(f"largest restoring error: {largest:.0e} grey levels")

# %%
# A mistake: to average the deviations of parts
# ---------------------------------------------
# The mean of the deviations leaves out how far the parts lie from each other, and counts
# a small part as much as a large one. ``merge`` does neither.
averaged = np.mean([standardizer.scale_ for standardizer in learned], axis=0)
short = 1 - averaged / together.scale_
for name, part in zip(COLOURS, short.reshape(-1, 3).mean(axis=0), strict=True):
    print(f"averaged deviations of {name:5} are {part:.0%} short")

figure, axis = plt.subplots(figsize=(6, 3.8), layout="constrained")
middle = (SIDE * SIDE // 2) * 3
ways = {name: s.scale_ for name, s in zip(sites, learned, strict=True)}
ways |= {"averaged": averaged, "merged": together.scale_}
for i, (name, scale) in enumerate(ways.items()):
    place = np.arange(3) + 0.2 * i
    axis.bar(place, scale[middle : middle + 3], 0.18, label=name)
axis.set_xticks(np.arange(3) + 0.3, COLOURS)
axis.set(ylabel="deviation, grey levels", ylim=(0, 125))
axis.set_title("Pixel in the middle of the patch", loc="left")
axis.legend(frameon=False, ncols=4, fontsize=11, columnspacing=1, handlelength=1)
plt.show()

# %%
# Medians and quantiles cannot be learned in parts: those of the parts do not determine
# that of the whole. ``partial_fit`` says so.
#
# See also
# --------
# * :class:`sknorm.BatchStandardizer`: ``partial_fit``, ``merge``, ``from_statistics``
# * :doc:`/more_data_than_memory`: Parquet, databases, Dask, streams
# * ``examples/out_of_core.py``: three gigabytes of Parquet in processes that are allowed
#   one, by batches and by Dask
