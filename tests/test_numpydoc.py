"""Docstrings of public names are complete, as numpydoc and a reader see it."""

import inspect

import pytest
from numpydoc.docscrape import ClassDoc, FunctionDoc
from numpydoc.validate import ERROR_MSGS, validate

import sknorm
from sknorm import inspection
from sknorm.inspection import _loss_report, _risk_report, _shift_report

# What numpydoc says beyond this is an error.
NEVER = {
    "GL01": "ruff wants the summary beside the opening quotes, some numpydoc below",
}
NOT_FOR_MEMBERS = {
    "ES01": "a summary that says all needs no second paragraph",
    "SA01": "a method stands beside the others of its class",
    "EX01": "the examples of the class may show the method: see the test of calls",
}
NOT_FOR_REPORTS = {
    "PR01": "functions make them: nobody else passes the keywords of a Bunch",
    "EX01": "the examples of the function show them",
}

# scikit-learn asks for it by this name; users do not call it.
OF_SCIKIT_LEARN = {"get_metadata_routing"}


def public(module):
    """Return the classes and functions of a module by path."""
    objects = {f"{module.__name__}.{n}": getattr(module, n) for n in module.__all__}
    return {path: thing for path, thing in objects.items() if callable(thing)}


def path_of(cls):
    """Return the path by which a class that no module exports is imported."""
    return f"{cls.__module__}.{cls.__name__}"


def members(path, cls):
    """Return what a class has from this package, properties too, by path."""
    found = {}
    for base in cls.__mro__:
        if not base.__module__.startswith("sknorm."):
            continue
        for name, thing in vars(base).items():
            thing = getattr(thing, "fn", thing)  # only there for some parameters
            thing = getattr(thing, "__func__", thing)
            documented = isinstance(thing, property) or inspect.isfunction(thing)
            if name[0] != "_" and documented and name not in OF_SCIKIT_LEARN:
                found.setdefault(f"{path}.{name}", thing)
    return found


EXPORTED = public(sknorm) | public(inspection)
REPORTS = {
    path_of(cls): cls
    for cls in (
        _loss_report.InformationLoss,
        _risk_report.DisclosureRisk,
        _shift_report.CovariateShift,
    )
}
MEMBERS = {
    path: (member, cls)
    for of, cls in (EXPORTED | REPORTS).items()
    if inspect.isclass(cls)
    for path, member in members(of, cls).items()
}
METHODS = {p: both for p, both in MEMBERS.items() if inspect.isfunction(both[0])}
FUNCTIONS = {path: f for path, f in EXPORTED.items() if inspect.isfunction(f)}
WITH_ARGUMENTS = {
    path: function
    for path, function in (FUNCTIONS | {p: m for p, (m, _) in METHODS.items()}).items()
    if set(inspect.signature(function).parameters) - {"self", "cls"}
}

# Names of versions, and lines on axes: no formula of anybody.
WITHOUT_NOTES = {"sknorm.show_versions", "sknorm.inspection.NormalizationDisplay"}
WITHOUT_REFERENCES = {*WITHOUT_NOTES, "sknorm.Statistics"}


def section(thing, name):
    """Return a section of a docstring."""
    return (ClassDoc if inspect.isclass(thing) else FunctionDoc)(thing)[name]


def complaints(path, *unless):
    """Return what numpydoc says of a docstring, unless it does not count."""
    left_out = {code for reasons in (NEVER, *unless) for code in reasons}
    return [error for error in validate(path)["errors"] if error[0] not in left_out]


def test_all_public_names_are_found():
    """Decorated, inherited, conditional and class methods too; reports, displays."""
    assert {
        "sknorm.BatchStandardizer.from_statistics",
        "sknorm.BatchStandardizer.partial_fit",
        "sknorm.RowLayerNormalizer.inverse_transform",
        "sknorm.LocalWindowNormalizer.statistics_",
        "sknorm.Statistics.shape",
        "sknorm.inspection.CovariateShiftDisplay.from_estimator",
        "sknorm.inspection._loss_report.InformationLoss.to_frame",
    } <= set(MEMBERS)
    exported = {f"{m.__name__}.{n}" for m in (sknorm, inspection) for n in m.__all__}
    assert exported - set(EXPORTED) == {"sknorm.__version__"}


def test_checks_left_out_are_checks_of_numpydoc():
    """A code that numpydoc does not know would hide nothing, or a slip."""
    assert {*NEVER, *NOT_FOR_MEMBERS, *NOT_FOR_REPORTS} <= set(ERROR_MSGS)


@pytest.mark.parametrize("path", EXPORTED)
def test_classes_and_functions_are_valid(path):
    """Summaries, all parameters, what is returned, See Also and Examples."""
    assert complaints(path) == []


@pytest.mark.parametrize("path", REPORTS)
def test_reports_are_valid(path):
    """The same for what functions return, which nobody else makes."""
    assert complaints(path, NOT_FOR_REPORTS) == []


@pytest.mark.parametrize("path", MEMBERS)
def test_members_are_valid(path):
    """The same for methods and properties, which stand in their class."""
    assert complaints(path, NOT_FOR_MEMBERS) == []


@pytest.mark.parametrize("path", EXPORTED)
def test_formulas_and_sources_are_given(path):
    """Notes say what is computed, References cited in the text who found it."""
    thing = EXPORTED[path]
    assert bool(section(thing, "Notes")) == (path not in WITHOUT_NOTES)
    sources = section(thing, "References")
    assert bool(sources) == (path not in WITHOUT_REFERENCES)
    for line in sources:
        if line.startswith(".. ["):
            number = line[3 : line.index("]") + 1]
            assert f"{number}_" in thing.__doc__, number


@pytest.mark.parametrize("path", METHODS)
def test_methods_are_called_in_an_example(path):
    """In their own, or in one of their class."""
    method, cls = METHODS[path]
    lines = [*section(method, "Examples"), *section(cls, "Examples")]
    code = [line for line in lines if line.lstrip().startswith((">>>", "..."))]
    assert any(f".{method.__name__}(" in line for line in code)


@pytest.mark.parametrize("path", WITH_ARGUMENTS)
def test_what_is_raised_is_said(path):
    """Whatever takes an argument can be given a wrong one."""
    assert section(WITH_ARGUMENTS[path], "Raises")
