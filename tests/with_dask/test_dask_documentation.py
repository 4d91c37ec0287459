"""The pages with blocks of Dask run as a whole."""

import pytest
from test_documentation import PAGES, WITH_DASK, name_of, run_blocks

pytestmark = pytest.mark.usefixtures("threads")
DASK_PAGES = [page for page in PAGES if "```python dask" in page.read_text()]


def test_there_are_such_pages():
    """The test below is about more than nothing."""
    assert DASK_PAGES


@pytest.mark.parametrize("page", DASK_PAGES, ids=name_of)
def test_code_blocks_with_dask(page, tmp_path, monkeypatch):
    """All blocks, in their order."""
    monkeypatch.chdir(tmp_path)
    run_blocks(page, WITH_DASK)
