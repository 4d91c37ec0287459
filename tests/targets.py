"""Releases under attack."""

import numpy as np

from sknorm.inspection._attack import Target
from sknorm.inspection._release import released


def target_of(estimator, X, *, tolerance=0.05, seed=0):
    """Return the release of X as a target of attacks."""
    release = released("disclosure_risk", estimator, X)
    return Target.of(release, tolerance, 0.95, np.random.RandomState(seed))
