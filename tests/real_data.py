"""Four data sets that scikit-learn ships: INSPECTION.md's numbers are about them."""

from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine

from sknorm import BatchStandardizer

REAL_DATA = {
    "iris": load_iris().data,
    "wine": load_wine().data,
    "breast cancer": load_breast_cancer().data,
    "diabetes": load_diabetes(scaled=False).data,
}
IRIS, WINE, DIABETES = (REAL_DATA[name] for name in ("iris", "wine", "diabetes"))


def standardised(X):
    """Return X with columns of mean 0 and standard deviation 1 (ddof=0)."""
    return BatchStandardizer().fit_transform(X)
