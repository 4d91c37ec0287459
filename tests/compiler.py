"""The C compiler of this machine, for tests that compile."""

import os
import shutil

COMPILER = shutil.which(os.environ.get("CC", "cc").split()[0])
