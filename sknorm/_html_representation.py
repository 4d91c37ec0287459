"""What a notebook shows: scikit-learn's diagram, and what was learned."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from sknorm._learned import learned

# In the style of each element: notebooks colour the rows of tables by rules of their
# own, and drop style sheets of notebooks that are not trusted.
FONT = "font-family: monospace"
TABLE = (
    "margin: 0 0.5em 0.5em; border-collapse: collapse; color: inherit; "
    "font-size: inherit"
)
ROW = "background: transparent"
CELL = (
    "padding: 0.2em 0.8em 0.2em 0; text-align: left; vertical-align: top; "
    "color: inherit"
)


class HTMLRepresentation:
    """Mixin that adds a table of what was learned to the diagram of an estimator.

    The table stands below the parameters, also in the diagram of a pipeline. Before
    version 1.7 scikit-learn has no such place: there it follows the diagram of the
    estimator, and diagrams of pipelines are without. Before `fit` there is none.
    """

    @property
    def _repr_html_(self) -> Callable[[], str]:
        # scikit-learn raises AttributeError here where display="text" is configured.
        diagram: Callable[[], str] = super()._repr_html_  # type: ignore[misc]
        return lambda: _with_learned(self, diagram())

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        bundle: dict[str, str] = super()._repr_mimebundle_(  # type: ignore[misc]
            **kwargs
        )
        if "text/html" in bundle:
            bundle["text/html"] = _with_learned(self, bundle["text/html"])
        return bundle

    def _get_params_html(self, *args: Any, **kwargs: Any) -> Any:
        """Return the parameters for a diagram, and below them what was learned.

        scikit-learn asks for them from version 1.7 on.
        """
        params = super()._get_params_html(*args, **kwargs)  # type: ignore[misc]
        table = params._html_repr
        params._html_repr = lambda: _with_learned(self, table())
        return params


def facts_table(title: str, facts: Mapping[str, str]) -> str:
    """Return facts as an HTML table of two columns, or nothing where there are none.

    Examples
    --------
    >>> from sknorm._html_representation import facts_table
    >>> facts_table("Learned", {})
    ''
    >>> facts_table("Learned", {"columns seen": "1: <b>"})
    '<div class="sknorm-facts"...columns seen</th>...1: &lt;b&gt;</td>...</div>'
    """
    if not facts:
        return ""
    rows = "".join(
        f'<tr style="{ROW}"><th scope="row" style="{CELL}">{escape(name)}</th>'
        f'<td style="{CELL}">{escape(fact)}</td></tr>'
        for name, fact in facts.items()
    )
    return (
        f'<div class="sknorm-facts" style="{FONT}"><details open>'
        f'<summary style="padding: 0.5em">{escape(title)}</summary>'
        f'<table style="{TABLE}"><tbody>{rows}</tbody></table></details></div>'
    )


def _with_learned(estimator: Any, shown: str) -> str:
    """Return HTML followed by what was learned, unless it is in there already."""
    table = facts_table("Learned", learned(estimator))
    return shown if table in shown else shown + table
