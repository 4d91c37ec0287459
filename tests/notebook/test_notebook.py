"""The notebook that is shipped runs, and shows what the estimators have learned."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from sknorm._learned import core_in_use

SHIPPED = Path(__file__).parents[2] / "examples" / "normalise_and_restore.ipynb"
NAME = 'class="sknorm-facts"'


@pytest.fixture(scope="module", name="outputs")
def executed(tmp_path_factory):
    """Return all outputs of the notebook; a cell that raises is an error here.

    In an empty folder: beside an unbuilt clone its files would be imported.
    """
    notebook = nbformat.read(SHIPPED, as_version=4)
    resources = {"metadata": {"path": str(tmp_path_factory.mktemp("notebook"))}}
    client = NotebookClient(
        notebook, kernel_name="python3", timeout=300, resources=resources
    )
    client.execute()
    return [
        output
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]


def test_it_is_valid():
    """It keeps to the format of notebooks."""
    nbformat.validate(nbformat.read(SHIPPED, as_version=nbformat.NO_CONVERT))


def test_no_errors_and_no_warnings(outputs):
    """Nothing is raised or written to stderr."""
    assert outputs
    for output in outputs:
        assert output.output_type != "error"
        assert output.get("name") != "stderr", output.text


def test_facts_are_shown(outputs):
    """Estimators, the pipeline, the key and the report are HTML, with the facts."""
    shown = [
        output.data["text/html"]
        for output in outputs
        if output.output_type == "execute_result"
    ]
    unfitted, columns, rows, key, windows, pipeline, report = shown
    assert NAME not in unfitted
    assert "BatchStandardizer" in unfitted
    for html, fact in (
        (columns, "178 in each column"),
        (rows, "the key of 1797 rows, in this process only"),
        (windows, "3 x 3 values in each row, read as 8 x 8, around the value"),
        (windows, "the key of any rows, in 128 appended columns"),
        (pipeline, "178 in each column"),
    ):
        assert html.count(NAME) == 1
        assert fact in html
        assert f">{core_in_use()}<" in html
    assert ">(3, 1)<" in key
    assert "<table>" in report
    assert "proline" in report


def test_what_is_printed(outputs):
    """Data come back, and rows without their key are refused."""
    text = "".join(o.text for o in outputs if o.output_type == "stream")
    differences = [
        float(line.rpartition(" ")[2])
        for line in text.splitlines()
        if line.startswith("largest difference")
    ]
    assert len(differences) == 3
    assert max(differences) < 1e-12
    assert "X is not what RowLayerNormalizer.transform returned" in text
