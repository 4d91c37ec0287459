"""Normalisation for scikit-learn that is right, restorable and fast."""

from sknorm._batch_standardizer import BatchStandardizer
from sknorm._local_window_normalizer import LocalWindowNormalizer
from sknorm._restore import Statistics
from sknorm._row_layer_normalizer import RowLayerNormalizer
from sknorm._row_normalized_regressor import RowNormalizedRegressor
from sknorm._show_versions import show_versions
from sknorm._version import __version__

__all__ = [
    "BatchStandardizer",
    "LocalWindowNormalizer",
    "RowLayerNormalizer",
    "RowNormalizedRegressor",
    "Statistics",
    "__version__",
    "show_versions",
]
