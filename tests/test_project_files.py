"""Files beside the code: they are in order, and say what pyproject.toml says."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT = SETTINGS["project"]
FRAGMENTS = sorted((ROOT / "changes.d").glob("*.md"))


def test_changelog_fragments():
    """The name is `<words>.<type>.md`, the text one item of a list."""
    types = "|".join(
        each["directory"] for each in SETTINGS["tool"]["towncrier"]["type"]
    )
    for path in FRAGMENTS:
        assert re.fullmatch(rf"[a-z0-9_]+\.({types})\.md", path.name)
        text = path.read_text()
        assert re.fullmatch(r"[^\s*#-].*\.\n", text, re.S), path.name
        assert "\n\n" not in text, path.name
        assert max(map(len, text.splitlines())) <= 95, path.name


def test_nothing_else_lies_among_the_fragments():
    """A fragment that towncrier would not see has a wrong suffix."""
    others = {path.name for path in (ROOT / "changes.d").iterdir()}
    assert others - {path.name for path in FRAGMENTS} == {"template.md.jinja"}


def test_changelog_has_a_place_for_releases():
    """Where `towncrier build` writes: above all earlier releases."""
    above = SETTINGS["tool"]["towncrier"]["start_string"]
    assert (ROOT / "CHANGELOG.md").read_text().startswith(f"# Changes\n\n{above}\n## ")


def test_citation():
    """What the citation file format 1.2 requires, as pyproject.toml says it."""
    text = (ROOT / "CITATION.cff").read_text()
    fields = dict(re.findall(r"^([a-z-]+): (.+)$", text, re.M))
    assert fields.pop("message")
    assert fields == {
        "cff-version": "1.2.0",
        "type": "software",
        "title": PROJECT["name"],
        "abstract": PROJECT["description"],
        "license": PROJECT["license"],
    }
    lists = re.findall(r"^([a-z-]+):\n((?:  - .+\n)+)", text, re.M)
    assert {name: re.findall(r"  - (.+)", items) for name, items in lists} == {
        "authors": [f"name: {author['name']}" for author in PROJECT["authors"]],
        "keywords": PROJECT["keywords"],
    }


def test_hooks_require_what_developers_install():
    """The ruff of pre-commit is that of the extra `dev`."""
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    required = re.findall(r'additional_dependencies: \["(.+)"\]', hooks)
    (ruff,) = [r for r in PROJECT["optional-dependencies"]["dev"] if "ruff" in r]
    assert set(required) == {ruff}


def test_architecture_names_every_module_in_the_order_of_imports():
    """The map of the house is complete, and ordered as import-linter checks it."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    files = re.findall(r"`(\w+)(?:\.py`|/`)", page)
    package = {path.stem for path in (ROOT / "sknorm").glob("_*.py")} - {"__init__"}
    assert package <= set(files)
    (contract,) = SETTINGS["tool"]["importlinter"]["contracts"]
    layer_of = {
        module.removeprefix("sknorm."): number
        for number, layer in enumerate(contract["layers"])
        for module in layer.split(" | ")
    }
    numbers = [layer_of[name] for name in files if name in layer_of]
    assert numbers == sorted(numbers)
    assert set(layer_of) <= set(files)
