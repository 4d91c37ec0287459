"""Reports: what was computed, and its text, HTML, dataframe and JSON forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import Bunch

LONGEST_TEXT = 60  # rows of a table in a terminal; HTML and dataframes have all


@dataclass(frozen=True, slots=True)
class Table:
    """What all forms of a report show.

    Parameters
    ----------
    title : str
    facts : mapping of str to value
        Single numbers and settings, above the table.
    row_kind : str
        What a row is about: "feature", "attack".
    rows : sequence of str
        The names of the rows.
    columns : mapping of str to sequence
        Values by heading, one for each row. A column of pairs, shape (n_rows, 2), is an
        interval.
    notes : sequence of str
        Sentences below the table.
    """

    title: str
    facts: Mapping[str, Any]
    row_kind: str
    rows: Any
    columns: Mapping[str, Any]
    notes: Any = ()


class Report(Bunch):
    """Base of the reports: a dict whose values are attributes, too.

    ``str(report)`` is a text table, notebooks show an HTML one. A subclass documents
    its attributes and says in `_table` how they are shown; nothing is computed there.

    Examples
    --------
    >>> from sknorm.inspection._report import Report, Table
    >>> class Lengths(Report):
    ...     def _table(self):
    ...         columns = {"length": self.length, "interval": self.interval}
    ...         return Table("Lengths", {"unit": "m"}, "rod", ["a", "b"], columns)
    >>> report = Lengths(length=[2.0, float("nan")], interval=[[1.5, 2.5], [0.0, 1.0]])
    >>> print(report)
    Lengths
    unit: m
    <BLANKLINE>
    rod  length        interval
    a     2.000  [1.500, 2.500]
    b         -  [0.000, 1.000]
    >>> report.to_dict()
    {'length': [2.0, None], 'interval': [[1.5, 2.5], [0.0, 1.0]]}
    """

    def _table(self) -> Table:
        """Return what to show."""
        raise NotImplementedError(f"{type(self).__name__} must say what it shows.")

    def _columns_of_frame(self) -> Mapping[str, Any]:
        """Return the columns of the dataframe: those of the table, or more of them."""
        return self._table().columns

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain Python values that `json.dumps` takes.

        Returns
        -------
        dict
            Arrays are lists. NaN and infinities, for which JSON has no word, are None.

        Examples
        --------
        >>> from sknorm import RowLayerNormalizer
        >>> from sknorm.inspection import information_loss
        >>> X = [[1.0, 7.0], [2.0, 7.0]]
        >>> loss = information_loss(RowLayerNormalizer().fit(X), X)
        >>> loss.to_dict()["rank_correlation"]
        [None, None]
        """
        return {str(name): plain(value) for name, value in self.items()}

    def to_frame(self) -> Any:
        """Return the report as a dataframe of pandas, which must be installed.

        Returns
        -------
        pandas.DataFrame
            One row for each row of the table; of `covariate_shift`, one column for each
            attribute with a value a feature. An interval ``ci`` is two columns,
            ``ci_low`` and ``ci_high``.

        Raises
        ------
        ImportError
            Where pandas is not installed.

        Examples
        --------
        >>> from sknorm import BatchStandardizer
        >>> from sknorm.inspection import information_loss
        >>> X = [[1.0, 7.0], [2.0, 9.0], [4.0, 8.0]]
        >>> loss = information_loss(BatchStandardizer().fit(X), X)
        >>> loss.to_frame()["rank_correlation"].to_dict()
        {'x0': 1.0, 'x1': 1.0}
        """
        import pandas as pd

        table = self._table()
        columns: dict[str, Any] = {}
        for heading, values in self._columns_of_frame().items():
            if _is_interval(values):
                ends = np.asarray(values, dtype=float).reshape(-1, 2).T
                columns |= {f"{heading}_low": ends[0], f"{heading}_high": ends[1]}
            else:
                columns[heading] = values
        index = pd.Index(list(table.rows), name=table.row_kind)
        return pd.DataFrame({h: list(v) for h, v in columns.items()}, index=index)

    def __str__(self) -> str:
        table = self._table()
        headings, cells, numeric = _cells(table)
        left_out = len(cells) - LONGEST_TEXT
        cells = cells[:LONGEST_TEXT]
        widths = [
            max(map(len, column)) for column in zip(headings, *cells, strict=True)
        ]
        lines = [
            "  ".join(
                text.rjust(width) if right else text.ljust(width)
                for text, width, right in zip(line, widths, numeric, strict=True)
            ).rstrip()
            for line in (headings, *cells)
        ]
        if left_out > 0:
            lines.append(f"... {left_out} more rows: to_frame() has all")
        facts = [f"{name}: {as_text(value)}" for name, value in table.facts.items()]
        notes = [f"* {note}" for note in table.notes]
        return "\n".join(
            [table.title, *facts, "", *lines, *([""] if notes else []), *notes]
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        table = self._table()
        headings, cells, numeric = _cells(table)
        head = "".join(f'<th scope="col">{escape(text)}</th>' for text in headings)
        body = "".join(
            f'<tr><th scope="row">{escape(line[0])}</th>'
            + "".join(
                f'<td style="text-align: {"right" if right else "left"}">'
                f"{escape(text)}</td>"
                for text, right in zip(line[1:], numeric[1:], strict=True)
            )
            + "</tr>"
            for line in cells
        )
        facts = "<br>".join(
            f"{escape(name)}: {escape(as_text(value))}"
            for name, value in table.facts.items()
        )
        notes = "".join(f"<li>{escape(note)}</li>" for note in table.notes)
        return (
            f"<div><p><strong>{escape(table.title)}</strong></p><p>{facts}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            f"{f'<ul>{notes}</ul>' if notes else ''}</div>"
        )


def as_text(value: Any) -> str:
    """Return a value as a cell: three decimals, powers of ten where these say nothing.

    Examples
    --------
    >>> [as_text(v) for v in (0.5, 0.0, 1.2e-16, 12345.678, float("nan"), True, (0, 1))]
    ['0.500', '0.000', '1.2e-16', '1.23e+04', '-', 'yes', '[0, 1]']
    """
    if isinstance(value, (bool, np.bool)):
        return "yes" if value else "no"
    if value is None or isinstance(value, (str, Integral)):
        return "-" if value is None else str(value)
    if isinstance(value, Real):
        number = float(value)
        if np.isnan(number):
            return "-"
        if number != 0 and abs(number) < 5e-4:
            return f"{number:.1e}"
        return f"{number:.3f}" if abs(number) < 1000 else f"{number:.3g}"
    if isinstance(value, (list, tuple, np.ndarray)):
        return f"[{', '.join(map(as_text, value))}]"
    return str(value)


def plain(value: Any) -> Any:
    """Return a value of a report as JSON knows it."""
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(part) for part in value]
    if isinstance(value, (bool, np.bool)):
        return bool(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        number = float(value)
        return number if np.isfinite(number) else None
    return value if value is None else str(value)


def _is_interval(values: Any) -> bool:
    return np.ndim(values) == 2


def _cells(table: Table) -> tuple[list[str], list[list[str]], list[bool]]:
    """Return headings, cells line by line, and which columns are set to the right."""
    headings = [table.row_kind, *table.columns]
    columns = [
        [str(name) for name in table.rows],
        *([as_text(value) for value in values] for values in table.columns.values()),
    ]
    numeric = [False, *(not _is_words(values) for values in table.columns.values())]
    return headings, [list(line) for line in zip(*columns, strict=True)], numeric


def _is_words(values: NDArray[Any] | Any) -> bool:
    return any(isinstance(value, str) for value in values)
