"""Dates of catalogues: each line is what a historian would understand by it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zij.corpora.sources.dates import Dated, read_date, roman_year

SURE = {
    "1550": 1550, "1550.": 1550, " 1550 ": 1550, "1550.0": 1550, "0850": 850, "anno 1550": 1550,
    "A.D. 1550": 1550, "1550-03-12": 1550, "1550-01-01 00:00:00": 1550, "1550-03-12T10:00:00Z": 1550,
    "1550-03": 1550, "12.3.1550": 1550, "12/03/1550": 1550, "March 1550": 1550, "12 March 1550": 1550,
    "March 12, 1550": 1550, "12. März 1550": 1550, "MDL": 1550, "M.D.L.": 1550, "M. D. LXXXV.": 1585,
    "MDLXXXV": 1585, "MCCCCLXXXII": 1482, "MCDLXXXII": 1482, "MDXXXX": 1540, "MDCXIX": 1619,
    "Anno MDL": 1550,
    "MDLXXXVIIJ": 1588,
}  # fmt: skip
DOUBTED = {
    "[1550]": 1550, "1550?": 1550, "[1550?]": 1550, "(1550)": 1550, "(1550?)": 1550, "c. 1550": 1550,
    "ca. 1550": 1550, "ca 1550": 1550, "circa 1550": 1550, "c1550": 1550, "um 1550": 1550, "~1550": 1550,
    "c. [1550]": 1550, "[ca. 1550]": 1550, "about 1550": 1550, "1550 ca.": 1550, "probably 1550": 1550,
    "MDL?": 1550, "c. MDL": 1550, "s.a. [1550]": 1550, "n.d. [1550?]": 1550, "1583 [i.e. 1585]": 1585,
    "1583, i.e. 1585": 1585,
}  # fmt: skip
SPANS = {
    "1472-1475": (1472, 1475, True), "1472–1475": (1472, 1475, True), "1472 — 1475": (1472, 1475, True),
    "1472/1475": (1472, 1475, True), "1472-75": (1472, 1475, True), "1472/75": (1472, 1475, True),
    "1472/3": (1472, 1473, True), "1599/00": (1599, 1600, True), "1598-02": (1598, 1602, False),
    "1598/02": (1598, 1602, True), "1472 to 1475": (1472, 1475, True),
    "from 1472 to 1475": (1472, 1475, True), "MDL-MDLII": (1550, 1552, True),
    "c. 1472-1475": (1472, 1475, False), "1472-1475?": (1472, 1475, False),
    "[1472-1475]": (1472, 1475, False), "between 1472 and 1475": (1472, 1475, False),
    "[between 1472 and 1475]": (1472, 1475, False), "zwischen 1472 und 1475": (1472, 1475, False),
    "1550 or 1551": (1550, 1551, False), "1550, 1551": (1550, 1551, False),
    "1507-11": (1507, 1511, False), "after 1500": (1501, None, False), "post 1500": (1501, None, False),
    "after c. 1500": (1501, None, False), "not before 1500": (1500, None, False),
    "1500-": (1500, None, False), "1500 or later": (1500, None, False),
    "before 1500": (None, 1499, False), "ante 1500": (None, 1499, False),
    "not after 1500": (None, 1500, False), "by 1500": (None, 1500, False), "1550s": (1550, 1559, False),
    "1500s": (1500, 1599, False), "155-": (1550, 1559, False), "155-?": (1550, 1559, False),
    "155?": (1550, 1559, False), "[155-]": (1550, 1559, False), "[155-?]": (1550, 1559, False),
    "155u": (1550, 1559, False), "15--": (1500, 1599, False), "15--?": (1500, 1599, False),
    "15??": (1500, 1599, False), "16th c.": (1501, 1600, False), "16th century": (1501, 1600, False),
    "16. Jh.": (1501, 1600, False), "XVI century": (1501, 1600, False),
    "XVIe siècle": (1501, 1600, False), "s. XVI": (1501, 1600, False), "saec. XV": (1401, 1500, False),
    "early 16th century": (1501, 1600, False), "mid-16th century": (1501, 1600, False),
    "c. 16th century": (1501, 1600, False), "15th/16th c.": (1401, 1600, False),
    "15th-16th century": (1401, 1600, False), "first half of the 16th century": (1501, 1550, False),
    "2nd quarter of 15th c.": (1426, 1450, False),
    "4th quarter of the 16th c.": (1576, 1600, False),
}  # fmt: skip
NO_DATE = (
    "s.a.",
    "S. A.",
    "[s.a.]",
    "n.d.",
    "N. D.",
    "o. J.",
    "sine anno",
    "undated",
    "?",
    "-",
    "—",
    "s.l., s.a.",
)
NOT_READ = (
    "", " ", "Venice, 1550", "1550 (reprint)", "1475-1472", "1472/71", "15500", "99", "-1500", "1550-13",
    "155", "850", "AH 850", "MDIIC", "IMD", "MIX.5", "MDLL-", "VI", "2950", "4th half of the 16th c.",
    "99th century", "Mon 1550", "1550-1560-1570", "1550?!", "12.3", "१५५०", "²1550", "1" * 300,
    "1550-" * 50, "cc. 1550", "c. c.", "XVI", "around", "0000", "12345", "1550BC", "500 B.C.", "31/12/99",
)  # fmt: skip


@pytest.mark.parametrize(("text", "year"), SURE.items())
def test_a_year_that_is_stated(text: str, year: int) -> None:
    assert read_date(text) == Dated(year, year, True)


@pytest.mark.parametrize(("text", "year"), DOUBTED.items())
def test_a_year_with_a_sign_of_doubt(text: str, year: int) -> None:
    assert read_date(text) == Dated(year, year, False)


@pytest.mark.parametrize(("text", "span"), SPANS.items())
def test_spans_of_years(text: str, span: tuple[int | None, int | None, bool]) -> None:
    assert read_date(text) == Dated(*span)


@pytest.mark.parametrize("text", NO_DATE)
def test_no_date_is_known_to_be_none(text: str) -> None:
    assert read_date(text) == Dated(None, None, False)


@pytest.mark.parametrize("text", NOT_READ)
def test_what_cannot_be_read_is_not_guessed(text: str) -> None:
    assert read_date(text) is None


def numeral(year: int) -> str:
    """The usual Roman numeral, built place by place."""
    ones = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
    tens = ("", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX", "XC")
    hundreds = ("", "C", "CC", "CCC", "CD", "D", "DC", "DCC", "DCCC", "CM")
    return "M" * (year // 1000) + hundreds[year // 100 % 10] + tens[year // 10 % 10] + ones[year % 10]


def test_every_year_in_roman_numerals() -> None:
    for year in range(1000, 2200):
        assert roman_year(numeral(year)) == year
        assert roman_year(numeral(year).replace("CD", "CCCC").replace("IV", "IIII")) == year


@pytest.mark.parametrize(
    "text", ["MDIL", "MVX", "MIVI", "MXCX", "MCMC", "MDLVV" * 9, "", "D", "mdl", "MLD", "MDCM"]
)
def test_what_is_no_roman_numeral(text: str) -> None:
    assert roman_year(text) is None


@given(st.text("0123456789-/[]?.cs ahtery MDLXVI", max_size=40))
@example("c. " * 60)
def test_any_text_is_read_or_not(text: str) -> None:
    found = read_date(text)
    if found is not None and found.year_from is not None and found.year_to is not None:
        assert 100 <= found.year_from <= found.year_to <= 2199
