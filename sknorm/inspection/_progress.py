"""Progress of long computations, told on stderr."""

import sys
from time import monotonic


class Progress:
    """Tell on stderr what comes next, once some seconds have passed.

    Parameters
    ----------
    caller : str
        The name of the function that computes.
    patience : float, default=3.0
        Seconds to say nothing, at first and after each line.
    """

    def __init__(self, caller: str, patience: float = 3.0) -> None:
        self.caller = caller
        self.patience = patience
        self.start = self.last = monotonic()

    def announce(self, what: str) -> None:
        """Say what comes next, where nothing was said for long."""
        now = monotonic()
        if now - self.last >= self.patience:
            passed = now - self.start
            print(f"{self.caller}: {what} ({passed:.0f} s)", file=sys.stderr)
            self.last = now
