"""Draw the pictures of the pages on inspection, from the data of these pages."""

from pathlib import Path

import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer, load_iris, load_wine

from sknorm import BatchStandardizer
from sknorm.inspection import (
    CovariateShiftDisplay,
    DisclosureRiskDisplay,
    NormalizationDisplay,
)

HERE = Path(__file__).parent

X = load_breast_cancer(as_frame=True).data
standardizer = BatchStandardizer().fit(X.iloc[:284])
shift = CovariateShiftDisplay.from_estimator(standardizer, X.iloc[284:])

X = load_wine().data
risk = DisclosureRiskDisplay.from_estimator(
    BatchStandardizer().fit(X), X, random_state=0
)

X = load_iris(as_frame=True).data.iloc[:, :3]
columns = NormalizationDisplay.from_estimator(BatchStandardizer().fit(X), X)

displays = {
    "covariate_shift": shift,
    "disclosure_risk": risk,
    "normalization": columns,
}
for name, display in displays.items():
    display.figure_.savefig(HERE / f"{name}.png", dpi=100)
    plt.close(display.figure_)
