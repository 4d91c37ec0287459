"""The two implementations, side by side, and the choice between them."""

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from compiler import COMPILER

import sknorm
from sknorm import _kernels
from sknorm._kernels import INPUT_INFINITE, OUTPUT_INFINITE, _generic

REQUESTED = os.environ.get("SKNORM_KERNELS", "")
LEVEL = Path(__file__).parent.parent / "sknorm" / "_kernels" / "src" / "level.c"
IMPLEMENTATIONS = [_generic]
if _kernels.IMPLEMENTATION == "compiled":
    from sknorm._kernels import _core

    IMPLEMENTATIONS.append(_core)

implementations = pytest.mark.parametrize(
    "kernels", IMPLEMENTATIONS, ids=lambda module: module.__name__.rpartition(".")[2]
)
dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def statistics_of(rng, n_columns):
    """Return shift, delta and scale for some columns, one row of each."""
    shape = 1, n_columns
    shift = rng.normal(size=shape) + 1e6
    return shift, rng.normal(size=shape) * 1e-11, rng.uniform(1, 2, shape)


def test_the_requested_implementation_runs():
    """SKNORM_KERNELS decides; CI sets it, so that no core is missed unseen."""
    assert REQUESTED in ("", _kernels.IMPLEMENTATION)


@implementations
@dtypes
@pytest.mark.parametrize("shape", [(0, 3), (1, 1), (7, 3), (3, 5000), (20_000, 9)])
def test_formula(kernels, dtype, shape, rng):
    """Float64 arithmetic in the order of the formula, rounded once."""
    shift, delta, scale = statistics_of(rng, shape[1])
    X = (rng.normal(size=shape) + shift).astype(dtype)
    X[rng.random(shape) < 0.1] = np.nan
    out = np.empty_like(X)
    wide = X.astype(np.float64)
    assert kernels.affine(X, shift, delta, scale, out) == 0
    np.testing.assert_array_equal(out, (((wide - shift) - delta) / scale).astype(dtype))
    assert kernels.affine_inverse(X, shift, delta, scale, out) == 0
    np.testing.assert_array_equal(out, ((wide * scale + delta) + shift).astype(dtype))


@dtypes
@pytest.mark.parametrize("shape", [(1, 3), (300, 1), (300, 700)])
@pytest.mark.parametrize("n_statistics", ["one a row", "one a column", "one a value"])
def test_formula_with_statistics_that_broadcast(dtype, shape, n_statistics, rng):
    """Statistics with two axes go to the rows, columns or values that they have."""
    kind = {"one a row": (shape[0], 1), "one a column": (1, shape[1])}
    shift, delta, scale = rng.uniform(1, 2, (3, *kind.get(n_statistics, shape)))
    X = rng.normal(size=shape).astype(dtype)
    wide, out = X.astype(np.float64), np.empty_like(X)
    assert _kernels.affine(X, shift, delta, scale, out) == 0
    np.testing.assert_array_equal(out, (((wide - shift) - delta) / scale).astype(dtype))
    assert _kernels.affine_inverse(X, shift, delta, scale, out) == 0
    np.testing.assert_array_equal(out, ((wide * scale + delta) + shift).astype(dtype))


@dtypes
@pytest.mark.parametrize("shape", [(5, 7), (3, 4, 1000), (2, 1, 2)])
def test_row_moments_are_column_moments(dtype, shape, rng):
    """Along the last axis, whatever stands before it."""
    X = (rng.normal(size=shape) + 100).astype(dtype)
    X[rng.random(shape) < 0.1] = np.nan
    X[0, 0] = np.nan
    for name, rows, columns in zip(
        ("count", "shift", "delta", "m2", "min", "max", "sum_w2"),
        _kernels.row_moments(X),
        _kernels.column_moments(X.reshape(-1, shape[-1]).T),
        strict=True,
    ):
        assert rows.shape == shape[:-1]
        atol = 1e-13 if name == "delta" else 0
        np.testing.assert_allclose(rows.ravel(), columns, rtol=1e-12, atol=atol)


@implementations
@dtypes
@pytest.mark.parametrize("name", ["affine", "affine_inverse"])
def test_in_place_and_read_only(kernels, dtype, name, rng):
    """The result may overwrite the input; a read-only input is read."""
    kernel = getattr(kernels, name)
    statistics = statistics_of(rng, 4)
    X = rng.normal(size=(50, 4)).astype(dtype)
    expected = np.empty_like(X)
    X.setflags(write=False)
    kernel(X, *statistics, expected)
    X = X.copy()
    kernel(X, *statistics, X)
    np.testing.assert_array_equal(X, expected)


@implementations
@dtypes
@pytest.mark.parametrize("name", ["affine", "affine_inverse"])
@pytest.mark.parametrize("position", [(0, 0), (3, 1), (99_999, 2)])
@pytest.mark.parametrize("infinity", [np.inf, -np.inf])
def test_flags(kernels, dtype, name, position, infinity, rng):
    """Infinities going in and coming out are told apart; NaN is neither."""
    kernel = getattr(kernels, name)
    zeros, ones = np.zeros((1, 3)), np.ones((1, 3))
    X = rng.normal(size=(100_000, 3)).astype(dtype)  # several blocks
    X[5] = np.nan
    out = np.empty_like(X)
    assert kernel(X, zeros, zeros, ones, out) == 0
    X[position] = infinity
    assert kernel(X, zeros, zeros, ones, out) == INPUT_INFINITE | OUTPUT_INFINITE
    X[position] = np.finfo(dtype).max
    scale = np.full((1, 3), 0.5 if name == "affine" else 2.0)
    assert kernel(X, zeros, zeros, scale, out) == OUTPUT_INFINITE
    assert np.isinf(out[position])


@implementations
def test_lengths_are_asserted(kernels, rng):
    """Statistics of another length are an error, not a read beyond the end."""
    X, four, three = rng.normal(size=(5, 4)), np.ones((1, 4)), np.ones((1, 3))
    for arguments in ((three, four, four), (four, three, four), (four, four, three)):
        with pytest.raises(ValueError):  # noqa: PT011 - NumPy and the core word it apart
            kernels.affine(X, *arguments, np.empty_like(X))


@pytest.mark.parametrize("layout", ["F", "strided"])
def test_other_layouts_take_the_generic_code(layout, rng):
    """The core does C order; everything else works all the same."""
    statistics = statistics_of(rng, 4)
    X = rng.normal(size=(50, 4))
    expected = np.empty_like(X)
    _kernels.affine(X, *statistics, expected)
    other = np.asfortranarray(X) if layout == "F" else np.repeat(X, 2, axis=1)[:, ::2]
    out = np.empty_like(other)
    _kernels.affine(other, *statistics, out)
    np.testing.assert_array_equal(out, expected)


def run_with(requested, folder=""):
    """Import the kernels in a new process with SKNORM_KERNELS set."""
    return subprocess.run(
        [
            sys.executable,
            "-P",  # not from the clone, where tests are run
            "-c",
            "from sknorm import _kernels as k; print(k.IMPLEMENTATION)",
        ],
        env={**os.environ, "SKNORM_KERNELS": requested, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_generic_can_be_forced():
    """SKNORM_KERNELS=generic takes NumPy, also where the core was built."""
    assert run_with("generic").stdout == "generic\n"


def test_an_unknown_request_is_an_error():
    """A misspelt request is not taken for unset."""
    error = run_with("fast").stderr
    assert (
        "ImportError: The environment variable SKNORM_KERNELS must be 'generic', "
        "'compiled' or unset. Got 'fast' instead."
    ) in error


def test_a_missing_core(tmp_path):
    """Unset falls back to NumPy; SKNORM_KERNELS=compiled never does in silence."""
    shutil.copytree(
        Path(sknorm.__file__).parent,
        tmp_path / "sknorm",
        ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__"),
    )
    assert run_with("", tmp_path).stdout == "generic\n"
    assert run_with("generic", tmp_path).stdout == "generic\n"
    error = run_with("compiled", tmp_path).stderr
    assert "SKNORM_KERNELS=compiled, but sknorm._kernels._core does not exist" in error
    assert "Did you forget to build? Install with a C compiler at hand" in error


def test_a_broken_core_is_an_error(tmp_path):
    """A core that is there and cannot be loaded is not passed over."""
    package = tmp_path / "sknorm"
    ignore = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
    shutil.copytree(Path(sknorm.__file__).parent, package, ignore=ignore)
    broken = f"_core{sysconfig.get_config_var('EXT_SUFFIX')}"
    (package / "_kernels" / broken).write_bytes(b"no library")
    for requested in ("", "compiled"):
        assert "ImportError" in run_with(requested, tmp_path).stderr


def test_blocks_partition_the_matrix():
    """Every value is in one block, whatever the shape."""
    for shape in ((1, 1), (300_000, 1), (5, 3000), (700, 1024), (0, 2)):
        seen = np.zeros(shape, int)
        for columns, row_blocks in _generic.blocks(*shape):
            for rows in row_blocks:
                seen[rows, columns] += 1
        assert (seen == 1).all()


def test_two_sum_is_exact(rng):
    """The sum and its error add up to the two numbers, in rational arithmetic."""
    a, b = rng.normal(size=(2, 200)) * 10.0 ** rng.integers(-20, 20, size=(2, 200))
    total, error = _generic.two_sum(a, b)
    for values in zip(a, b, total, error, strict=True):
        x, y, s, e = map(Fraction, values)
        assert x + y == s + e


def test_values_beside_their_places_in_memory(rng):
    """A field of packed records is computed as a copy of it is, bit for bit."""
    X = rng.normal(size=(3000, 4))
    packed = np.zeros(X.shape, [("flag", "u1"), ("value", "f8")])
    packed["value"] = X
    found, expected = (
        sknorm.BatchStandardizer().fit(data) for data in (packed["value"], X)
    )
    np.testing.assert_array_equal(found.scale_, expected.scale_)
    np.testing.assert_array_equal(
        found.transform(packed["value"]), expected.transform(X)
    )


@pytest.mark.skipif(
    _kernels.IMPLEMENTATION == "generic" or COMPILER is None,
    reason="there is no core, or no C compiler",
)
@pytest.mark.skipif(
    platform.machine() not in {"x86_64", "AMD64"}, reason="the flags are of x86-64"
)
@pytest.mark.parametrize("flags", ["", "-mavx", "-mavx2", "-mavx -mfma", "-mavx512f"])
def test_the_core_compiles_with_flags_of_its_own(flags):
    """CFLAGS come behind those of a level: wide registers without FMA, for instance."""
    check = [COMPILER, "-fsyntax-only", "-DSKNORM_LEVEL=v2", *flags.split(), LEVEL]
    result = subprocess.run(check, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
