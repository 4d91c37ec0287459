"""Sharing parts among threads."""

import threading
import time

import pytest

from sknorm._kernels._threads import in_threads, shares, shares_and_rests


@pytest.mark.parametrize("threads", [1, 2, 3, 20])
def test_results_come_in_the_order_of_the_parts(threads):
    """Result i is the function of part i, whoever computed it."""
    assert in_threads(lambda i: i * i, range(10), threads) == [i * i for i in range(10)]


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_parts_are_computed_in_so_many_threads(threads):
    """The calling thread and threads - 1 others, which wait for each other here."""
    all_there = threading.Barrier(threads, timeout=30)

    def thread_of(_):
        all_there.wait()
        return threading.get_ident()

    used = in_threads(thread_of, range(threads), threads)
    assert len(set(used)) == threads
    assert threading.get_ident() in used


@pytest.mark.parametrize("error", [ValueError, IndexError])
@pytest.mark.parametrize("part", [0, 7])
@pytest.mark.parametrize("threads", [1, 3])
def test_an_error_of_a_part_is_raised(error, part, threads):
    """Of any type, in any thread."""

    def fail(i):
        if i == part:
            raise error("this part")

    with pytest.raises(error, match="this part"):
        in_threads(fail, range(8), threads)


def test_an_error_of_another_thread_is_raised():
    """That of the caller does its part in the meantime."""
    both_there = threading.Barrier(2, timeout=30)
    caller, done = threading.get_ident(), []

    def fail_elsewhere(part):
        both_there.wait()
        if threading.get_ident() != caller:
            raise KeyError("elsewhere")
        done.append(part)

    with pytest.raises(KeyError, match="elsewhere"):
        in_threads(fail_elsewhere, range(2), 2)
    assert len(done) == 1


def test_no_thread_is_left_when_an_error_is_raised():
    """Others finish the part that they have, and begin no other."""
    both_there = threading.Barrier(2, timeout=30)
    caller, done = threading.get_ident(), []

    def fail_here(part):
        if part < 2:
            both_there.wait()
        if threading.get_ident() == caller:
            raise ValueError("here")
        time.sleep(0.2)
        done.append(part)

    with pytest.raises(ValueError, match="here"):
        in_threads(fail_here, range(50), 2)
    assert len(done) == 1


@pytest.mark.parametrize(("n", "n_parts"), [(10, 3), (10, 1), (2, 8), (0, 4)])
def test_shares_cover_everything_once(n, n_parts):
    """In order, with no slice empty but for that of nothing."""
    covered = [i for part in shares(n, n_parts) for i in range(n)[part]]
    assert covered == list(range(n))
    assert len(shares(n, n_parts)) == max(1, min(n, n_parts))


@pytest.mark.parametrize(
    ("n", "threads"), [(100, 1), (100, 2), (1000, 3), (5, 3), (0, 2)]
)
def test_shares_and_rests_cover_everything_once(n, threads):
    """A large one for each thread first, then what each leaves over."""
    parts = shares_and_rests(n, threads)
    covered = [i for part in parts for i in range(n)[part]]
    assert sorted(covered) == list(range(n))
    sizes = [part.stop - part.start for part in parts]
    assert min(sizes[:threads], default=0) >= 9 * max(sizes[threads:], default=0)


def test_rests_of_neighbours_lie_side_by_side():
    """The rest of one thread ends where that of the next begins."""
    parts = shares_and_rests(200, 2)
    assert parts == [slice(0, 90), slice(110, 200), slice(90, 100), slice(100, 110)]
