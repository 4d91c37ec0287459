"""Normalisation for scikit-learn that is right, restorable and fast."""

from sknorm._batch_standardizer import BatchStandardizer
from sknorm._restore import Statistics
from sknorm._row_layer_normalizer import RowLayerNormalizer
from sknorm._show_versions import show_versions
from sknorm._version import __version__

__all__ = [
    "BatchStandardizer",
    "RowLayerNormalizer",
    "Statistics",
    "__version__",
    "show_versions",
]
