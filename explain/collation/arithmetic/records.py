"""What the arithmetic of a table says: quantities, rules, models, and a check for each cell."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CellCheck", "Curve", "Model", "Parameter", "Quantity", "Rule", "TableChecks", "Weighing"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """Columns that are the places of one number: degrees | minutes | seconds, or one column by itself.

    Attributes
    ----------
    name : str
        "columns 3-5", or "column 2", counted from 1 as a reader counts them.
    columns : tuple of int
        From 0, the highest place first.
    parts : tuple of int
        Which number of the cell it is, one a column; 0 unless cells hold several numbers.
    bases : tuple of int
        How many units of a place make one of the place before it, one fewer than there are columns.
    decimals : int
        Decimals of the last place.
    modulus : int
        Units of the last place after which the numbers begin again; 0 where they do not.
    unit : str
        The last place in words, such as "1/3600" or "0.001", as a part of the first place.
    """

    name: str
    columns: tuple[int, ...]
    parts: tuple[int, ...]
    bases: tuple[int, ...] = ()
    decimals: int = 0
    modulus: int = 0
    unit: str = "1"


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that holds for nearly all cells of a quantity.

    Attributes
    ----------
    name : str
        Short name as in `checks.csv`, such as "chords" or "mean of the row".
    quantity : str
        Name of the quantity.
    words : str
        The rule in a sentence.
    kept, cells : int
        How many cells keep it, of how many that it speaks about.
    tolerance : float
        Units of the last place that a cell may be off and still keep it.
    """

    name: str
    quantity: str
    words: str
    kept: int
    cells: int
    tolerance: float


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a model, with its 95 % interval; equal bounds where it was chosen from known values.

    Attributes
    ----------
    name : str
    value : float
    low : float
    high : float
    unit : str
    """

    name: str
    value: float
    low: float
    high: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """A formula that a quantity keeps.

    Attributes
    ----------
    name : str
        "linear", "chord", "sine", "declination", "longest day", "latitude of the longest day", "mean motion".
    quantity, argument : str
        Names of the quantities; the argument is "row" where the rows themselves are counted.
    columns : tuple of int
        Columns of the quantity, from 0.
    parameters : tuple of Parameter
    words : str
        The formula with its values, in a sentence.
    cells, kept : int
        How many cells it speaks about, and how many lie within `tolerance`.
    deviation : float
        Root mean square residual of the cells that keep it, in units of the last place.
    largest : float
        Largest residual of a cell that keeps it, in units of the last place.
    tolerance : float
        Units of the last place.
    recognised : bool
        Whether it is clearly better than a smooth curve with as many free parameters.
    rounded, truncated : int
        How many cells are just the formula's value rounded, and truncated, in the table's own places.
    """

    name: str
    quantity: str
    argument: str
    columns: tuple[int, ...]
    parameters: tuple[Parameter, ...]
    words: str
    cells: int
    kept: int
    deviation: float
    largest: float
    tolerance: float
    recognised: bool
    rounded: int = 0
    truncated: int = 0


@dataclass(frozen=True, slots=True)
class CellCheck:
    """What the rules say of one cell.

    Attributes
    ----------
    cell : str
        Id of the cell, "" where the table has none.
    row, column : int
        From 0.
    text : str
        As read; never changed.
    expected : str
        The text that the rule expects, in the table's own places.
    rule : str
        Name of the rule that speaks, see `Rule.name`.
    residual : float
        What is read less what is expected, in units of the last place of the cell's quantity.
    tolerance : float
        Units of the last place that the rule allows.
    flagged : bool
        Whether the cell breaks a rule that its column otherwise keeps.
    run : int
        How many neighbouring cells, with this one, are off in the same smooth way; 1 for a lone one.
    neighbours : tuple of str
        Texts of the cells above, below, left and right, "" where there is none.
    other_rules : tuple of str
        Names of the further rules that it breaks in the same way.
    value : str
        The joined number, such as "37;4,55".
    odds : float
        Log of the odds that the cell is off, where the rule gives them; else 0.
    quantity : str
        Name of the quantity that it belongs to.
    """

    cell: str
    row: int
    column: int
    text: str
    expected: str
    rule: str
    residual: float
    tolerance: float
    flagged: bool
    run: int = 1
    neighbours: tuple[str, ...] = ()
    other_rules: tuple[str, ...] = ()
    value: str = ""
    odds: float = 0.0
    quantity: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """A quantity down its rows, for drawing: residuals from its rule, or differences where it has none.

    Attributes
    ----------
    quantity, rule : str
    rows : tuple of int
    residuals : tuple of float
        Units of the last place.
    flagged : tuple of int
        Rows whose cells are flagged.
    tolerance : float
    """

    quantity: str
    rule: str
    rows: tuple[int, ...]
    residuals: tuple[float, ...]
    flagged: tuple[int, ...]
    tolerance: float


@dataclass(frozen=True, slots=True)
class TableChecks:
    """All that arithmetic says of one table.

    Attributes
    ----------
    table : str
        Its id.
    quantities : tuple of Quantity
    rules : tuple of Rule
    models : tuple of Model
    cells : tuple of CellCheck
        Every cell about which a rule speaks, in reading order.
    curves : tuple of Curve
    remarks : tuple of str
        What was assumed (ditto, carried places, a point supplied), and why nothing could be said.
    """

    table: str
    quantities: tuple[Quantity, ...] = ()
    rules: tuple[Rule, ...] = ()
    models: tuple[Model, ...] = ()
    cells: tuple[CellCheck, ...] = ()
    curves: tuple[Curve, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def flagged(self) -> tuple[CellCheck, ...]:
        """The cells that break a rule which their column otherwise keeps."""
        return tuple(check for check in self.cells if check.flagged)

    def at(self, row: int, column: int) -> CellCheck | None:
        """The check of a cell, by row and column from 0; a flagged one before others, None if there is
        none.
        """
        found = [check for check in self.cells if (check.row, check.column) == (row, column)]
        return max(found, key=lambda check: check.flagged, default=None)

    def _repr_html_(self) -> str:
        """The flagged cells, the models and the rules of the table, for notebooks."""
        from zij.explain.collation.arithmetic.checkinline import table_html

        return table_html(self)


@dataclass(frozen=True, slots=True)
class Weighing:
    """How three explanations weigh against each other, if a cell is not what it should be; they sum to 1.

    Attributes
    ----------
    p_scan : float
        The print has it right and the scan was misread; 0 for a cell that a person corrected.
    p_print : float
        It was computed right and misprinted, or miscopied.
    p_computation : float
        It was computed wrong.
    reasons : tuple of str
        What spoke for which, the weightiest first.
    """

    p_scan: float
    p_print: float
    p_computation: float
    reasons: tuple[str, ...] = ()
