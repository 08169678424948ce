"""Copy tables: nothing in them runs in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.services.export.files import slug
from studio.services.export.tables import CopyRow, as_csv, as_json, safe_cell
from studio.services.files.names import is_reserved


def _row(text: str) -> CopyRow:
    return CopyRow("meta_feed", "Meta", "en", "1080x1080", 1, "draft", "headline", 1, text, 1, 27)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", '=HYPERLINK("x")']
)
def test_formulas_become_text(text):
    assert safe_cell(text).startswith("'")


@given(st.text(max_size=50))
def test_a_table_is_read_back_as_it_was_written(text):
    rows = list(csv.reader(io.StringIO(as_csv([_row(text)]).decode("utf-8-sig"), newline="")))
    assert len(rows) == 2
    cell = rows[1][8]
    assert cell in (text, f"'{text}")
    assert not cell.startswith(("=", "+", "-", "@"))
    assert json.loads(as_json([_row(text)]))["copy"][0]["text"] == text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Aux", "aux-campaign"),  # Windows keeps it for a device
        ("CON", "con-campaign"),
        ("हिन्दी अभियान", "हिन्दी-अभियान"),
        ("น้ำดื่ม ใหม่", "น้ำดื่ม-ใหม่"),
        ("秋季 发布", "秋季-发布"),
        ("Été à Paris!", "été-à-paris"),
    ],
)
def test_names_keep_the_words_of_every_script(text, name):
    assert slug(text) == name


@given(st.text(max_size=80))
def test_names_are_safe_everywhere(text):
    name = slug(text)
    assert name
    assert not is_reserved(name)
    assert not set(name) & set('<>:"/\\|?* ')
    assert len(name) <= 40
    assert name.strip(".-") == name
