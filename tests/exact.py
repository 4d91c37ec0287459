"""Exact rational arithmetic, and z to 50 digits; `scales.py` has the statistics."""

from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np

DIGITS = 50


def exact_quantile(ordered, q):
    """Return the quantile of sorted values by linear interpolation (type 7)."""
    position = q * (len(ordered) - 1)
    index = int(position)
    above = ordered[min(index + 1, len(ordered) - 1)]
    return ordered[index] + (position - index) * (above - ordered[index])


def exact_z(x, location, scale):
    """Return (x - location) / scale as float64, computed to 50 digits.

    `location` is a Fraction, `scale` a Fraction or a Decimal.
    """
    with localcontext(prec=DIGITS):
        divisor = decimal(scale)
        return np.array(
            [float(decimal(Fraction(float(v)) - location) / divisor) for v in x]
        )


def exact_mean_std_z(x):
    """Return mean (Fraction), std (Decimal) and z (float64), fast for long columns.

    Floats are whole numbers over a common power of two, so that sums are of integers:
    z = (n i - S1) / sqrt(n S2 - S1**2) for the whole numbers i.
    """
    ratios = [float(v).as_integer_ratio() for v in x]
    denominator = max(d for _, d in ratios)
    whole = [n * (denominator // d) for n, d in ratios]
    n, s1, s2 = len(whole), sum(whole), sum(i * i for i in whole)
    with localcontext(prec=DIGITS):
        root = Decimal(n * s2 - s1 * s1).sqrt()
        z = np.array(
            [float(Decimal(n * i - s1) / root) if root else 0.0 for i in whole]
        )
        return Fraction(s1, n * denominator), root / (n * denominator), z


def square_root(fraction):
    """Return the square root of a Fraction as a Decimal."""
    with localcontext(prec=DIGITS):
        return decimal(fraction).sqrt()


def decimal(number):
    """Return a Fraction or a Decimal as a Decimal."""
    if isinstance(number, Decimal):
        return number
    with localcontext(prec=DIGITS):
        return Decimal(number.numerator) / Decimal(number.denominator)


def z_error(z, expected):
    """Return the largest error of z, relative to max(1, abs(z))."""
    z = np.asarray(z, dtype=np.float64)
    return np.max(np.abs(z - expected) / np.maximum(1, np.abs(expected)))
