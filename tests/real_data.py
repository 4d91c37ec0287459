"""Four data sets that scikit-learn ships: INSPECTION.md's numbers are about them."""

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine

from sknorm import BatchStandardizer

REAL_DATA = {
    "iris": load_iris().data,
    "wine": load_wine().data,
    "breast cancer": load_breast_cancer().data,
    "diabetes": load_diabetes(scaled=False).data,
}
IRIS, WINE, DIABETES = (REAL_DATA[name] for name in ("iris", "wine", "diabetes"))


def target_of(estimator, X, *, tolerance=0.05, seed=0):
    """Return the release of X as a target of attacks."""
    from sknorm.inspection._attack import Target
    from sknorm.inspection._release import released

    release = released("disclosure_risk", estimator, X)
    return Target.of(release, tolerance, 0.95, np.random.RandomState(seed))


def standardised(X):
    """Return X with columns of mean 0 and standard deviation 1 (ddof=0)."""
    return BatchStandardizer().fit_transform(X)
