"""Docstrings: they run, name every parameter, and state the defaults of the code."""

import ast
import doctest
import importlib
import inspect
import pkgutil
import re

import numpy as np
import pandas as pd
import pytest
from numpydoc.docscrape import ClassDoc, FunctionDoc
from sklearn.base import BaseEstimator
from sklearn.linear_model import Ridge

import sknorm
from sknorm import inspection

MODULES = [
    module.name
    for module in pkgutil.walk_packages(sknorm.__path__, "sknorm.")
    if not module.name.endswith(("_core", "_dask"))  # the latter imports Dask
]
CLASSES = [getattr(sknorm, name) for name in sknorm.__all__ if name[0].isupper()]
FUNCTIONS = [
    inspect.unwrap(getattr(inspection, name))
    for name in inspection.__all__
    if name[0].islower()
]
ESTIMATORS = [c for c in CLASSES if issubclass(c, BaseEstimator)]
METHODS = [
    inspect.unwrap(getattr(method, "fn", method))
    for estimator in ESTIMATORS
    for base in estimator.__mro__
    if base.__module__.startswith("sknorm.")
    for name, method in vars(base).items()
    if name[0] != "_" and (inspect.isfunction(method) or hasattr(method, "fn"))
]


def test_there_are_methods():
    """The list above finds those that are decorated or inherited, too."""
    assert {method.__name__ for method in METHODS} >= {
        "fit",
        "partial_fit",
        "fit_transform",
        "inverse_transform",
        "statistics",
    }


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    """Every >>> in a docstring prints what it says."""
    with np.printoptions(legacy=False):
        result = doctest.testmod(
            importlib.import_module(name),
            optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE,
        )
    assert result.failed == 0


@pytest.mark.parametrize(
    "documented",
    [*CLASSES, *FUNCTIONS, *dict.fromkeys(METHODS)],
    ids=lambda d: d.__qualname__,
)
def test_parameters_and_defaults_are_those_of_the_signature(documented):
    """Same names in the same order, and every `default=` is the default."""
    parse = ClassDoc if inspect.isclass(documented) else FunctionDoc
    documented_parameters = parse(documented)["Parameters"]
    signature = inspect.signature(documented).parameters
    expected = [name for name in signature if name != "self"]
    assert [p.name.lstrip("*") for p in documented_parameters] == expected
    for parameter in documented_parameters:
        default = signature[parameter.name.lstrip("*")].default
        stated = re.search(r"default=(.+)$", parameter.type)
        if parameter.type == "None":  # y, which is ignored
            assert default is None
        elif stated is None:
            assert default is inspect.Parameter.empty
        else:
            assert ast.literal_eval(stated.group(1)) == default
            assert type(ast.literal_eval(stated.group(1))) is type(default)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_attributes_are_documented(estimator):
    """The docstring has the public attributes of a fitted estimator, no others."""
    stated = {attribute.name for attribute in ClassDoc(estimator)["Attributes"]}
    fitted = set()
    names = inspect.signature(estimator).parameters
    needed = {"regressor": Ridge()} if "regressor" in names else {}
    further = [{"momentum": 0.5}] if "momentum" in names else []
    for params in ({}, *further):
        frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
        model = estimator(**needed, **params).fit(frame, [5.0, 6.0])
        public = (n for n in dir(model) if n.endswith("_") and n[0] != "_")
        fitted |= {n for n in public if hasattr(model, n)}
    assert stated == fitted


@pytest.mark.parametrize("function", FUNCTIONS)
def test_attributes_of_reports_are_documented(function):
    """The docstring of a report has what the report holds, no others."""
    X = np.random.default_rng(0).normal(size=(20, 3))
    further = {"X_reference": X} if function.__name__ == "covariate_shift" else {}
    report = function(sknorm.BatchStandardizer().fit(X), X, **further)
    stated = [attribute.name for attribute in ClassDoc(type(report))["Attributes"]]
    assert set(", ".join(stated).split(", ")) == set(report)
