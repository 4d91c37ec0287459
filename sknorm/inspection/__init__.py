"""Reports on what a normaliser hides, what it reveals, and how data have shifted."""

from sknorm.inspection._covariate_shift import covariate_shift
from sknorm.inspection._covariate_shift_display import CovariateShiftDisplay
from sknorm.inspection._disclosure_risk import disclosure_risk
from sknorm.inspection._disclosure_risk_display import DisclosureRiskDisplay
from sknorm.inspection._information_loss import information_loss
from sknorm.inspection._normalization_display import NormalizationDisplay

__all__ = [
    "CovariateShiftDisplay",
    "DisclosureRiskDisplay",
    "NormalizationDisplay",
    "covariate_shift",
    "disclosure_risk",
    "information_loss",
]
