"""Restoring rows: the four situations, on infrared spectra of coffee.

RowLayerNormalizer takes location and scale from each spectrum. They are the key: with it
the spectra come back, without it they do not. This example denoises the fitted spectra,
restores new ones, sends others through a pipeline and a pickle, and hands a key to
another process. Prints what it measures; takes a few seconds.
"""

import pickle
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from chemotools.datasets import load_coffee
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknorm import RowLayerNormalizer

NOISE = 0.01
OTHER_PROCESS = """
import numpy as np
from sknorm import RowLayerNormalizer, Statistics

Z, key = np.load("normalised.npy"), Statistics(**np.load("key.npz"))
normalizer = RowLayerNormalizer(keep_statistics=False).fit(Z)
np.save("restored.npy", normalizer.inverse_transform(Z, statistics=key))
"""


def rms(error):
    """Return the root mean square."""
    return np.sqrt(np.mean(error**2))


def denoise(clean):
    """Restore fitted spectra that were changed on purpose, with `statistics_`."""
    noisy = clean + NOISE * np.random.default_rng(0).normal(size=clean.shape)
    normalizer, pca = RowLayerNormalizer(), PCA(4)
    Z = normalizer.fit_transform(noisy)
    denoised = pca.inverse_transform(pca.fit_transform(Z))
    print("Denoise by PCA, and restore with statistics_:")
    try:
        normalizer.inverse_transform(denoised)
    except ValueError as refusal:  # they are not what transform returned
        print(f"  without a key: {str(refusal).partition(': ')[0]}: ...")
    restored = normalizer.inverse_transform(denoised, statistics=normalizer.statistics_)
    print(f"  error of the noisy spectra    {rms(noisy - clean):.4f}")
    print(f"  error of the denoised spectra {rms(restored - clean):.4f}")


def restore_new_rows(train, new):
    """Restore spectra that were not fitted, with `statistics`."""
    normalizer = RowLayerNormalizer().fit(train)
    Z, key = normalizer.transform(new), normalizer.statistics(new)
    restored = normalizer.inverse_transform(Z, statistics=key)
    some = normalizer.inverse_transform(Z[:3], statistics=key[:3])
    print("New spectra, with statistics(X):")
    print(f"  the key holds {key.shape[1]} location and scale for {len(key)} spectra")
    print(f"  largest restoring error {np.abs(restored - new).max():.1e}")
    print(f"  of the first three      {np.abs(some - new[:3]).max():.1e}")


def append_the_key(train, new):
    """Restore spectra in another process, from columns that ride along."""
    print("Appended columns through a pipeline and a pickle:")
    for later in ([StandardScaler()], [StandardScaler(), PCA(10)]):
        pipeline = make_pipeline(RowLayerNormalizer(append_statistics=True), *later)
        elsewhere = pickle.loads(pickle.dumps(pipeline.fit(train)))
        reduced = elsewhere.transform(new)
        error = np.abs(elsewhere.inverse_transform(reduced) - new).max()
        print(
            f"  {new.shape[1]} channels + 2 columns as {reduced.shape[1]} columns: "
            f"largest restoring error {error:.1e}"
        )


def hand_over_the_key(new):
    """Save the key, and restore in a process that knows nothing else."""
    normalizer = RowLayerNormalizer(keep_statistics=False).fit(new)
    key = normalizer.statistics(new)
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder, "normalised.npy"), normalizer.transform(new))
        np.savez(Path(folder, "key.npz"), location=key.location, scale=key.scale)
        subprocess.run([sys.executable, "-c", OTHER_PROCESS], cwd=folder, check=True)
        restored = np.load(Path(folder, "restored.npy"))
    print("The key in a file, used in another process:")
    print(f"  largest restoring error {np.abs(restored - new).max():.1e}")


def main():
    """Run the whole of it."""
    X = load_coffee()[0].to_numpy()
    train, new = train_test_split(X, test_size=20, random_state=0)
    denoise(X)
    restore_new_rows(train, new)
    append_the_key(train, new)
    hand_over_the_key(new)


if __name__ == "__main__":
    main()
