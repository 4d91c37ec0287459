"""What memory allows: a copy, a copy into fresh memory and a read of the whole data.

xM, F and read are multiples of these:

* "copy": `np.copyto` into an array that was written before, in two threads;
* "fresh copy": `np.copyto` into a new array, in one thread or two;
* "read": `np.dot` of the data with itself, in one thread, or of each half in two. No
  read by NumPy was faster: 80 MB took 2.5 ms in one thread and 2.2 in two, where
  `np.add.reduce` took 2.9 and 2.3, `np.maximum.reduce` 3.1 and 2.5, and `np.add.reduce`
  on blocks of eight streams 3.1 and 2.4. It needs a BLAS that is held to one thread.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

HELPER = ThreadPoolExecutor(1)


def in_threads(n_threads, function, *arrays):
    """Call a function on whole arrays, or on their halves in two threads at once.

    The first half is done by the caller: two helpers, which both must wake up, took 10
    to 20 % longer.
    """
    if n_threads == 1:
        function(*arrays)
        return
    half = len(arrays[0]) // 2
    other = HELPER.submit(function, *(array[half:] for array in arrays))
    function(*(array[:half] for array in arrays))
    other.result()


def square(values):
    """Read the values."""
    np.dot(values, values)


def copy(values, n_threads):
    """Return a copy in fresh memory."""
    out = np.empty_like(values)
    in_threads(n_threads, np.copyto, out, values)
    return out


def references(X):
    """Return {(name, number of threads): function without arguments}.

    Parameters
    ----------
    X : ndarray, C order
    """
    values = X.reshape(-1)
    out = np.empty_like(values)
    return {
        ("copy", 2): partial(in_threads, 2, np.copyto, out, values),
        ("fresh copy", 1): partial(copy, values, 1),
        ("fresh copy", 2): partial(copy, values, 2),
        ("read", 1): partial(in_threads, 1, square, values),
        ("read", 2): partial(in_threads, 2, square, values),
    }
