"""What is being computed, for those who wait."""

import sys
from time import monotonic


class Progress:
    """Tell on stderr what comes next, once some seconds have passed.

    Parameters
    ----------
    caller : str
        The name of the function that computes.
    patience : float, default=3.0
        Seconds to say nothing.
    """

    def __init__(self, caller: str, patience: float = 3.0) -> None:
        self.caller = caller
        self.patience = patience
        self.start = monotonic()

    def comes(self, what: str) -> None:
        """Say what comes next, where it is late."""
        passed = monotonic() - self.start
        if passed >= self.patience:
            print(f"{self.caller}: {what} ({passed:.0f} s)", file=sys.stderr)
