"""A brand's own font: checked in the brief, kept by the library, said where it is not used."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.campaigns import SMALL, TinyEngine, piece_of

from generators.registry import Registry
from studio.core.errors import UserFacingError
from studio.services.brief import BriefError, parse_brief
from studio.services.campaigns import run_campaign

FONT = Path(__file__).parents[3] / "assets" / "fonts" / "Fraunces-SemiBold.ttf"
REGISTRY = Registry.discover()


def layers_of(library, campaign_id, role):
    piece = piece_of(library, campaign_id, "meta_feed/1080x1080/en/1")
    data = library.campaigns.get_creative(piece.creative_id).data
    return data, next(layer for layer in data["layers"] if layer.get("role") == role)


def test_a_campaign_stays_in_its_font_when_the_brief_moves(library, tmp_path):
    folder = tmp_path / "brief"
    folder.mkdir()
    font = shutil.copy(FONT, folder / "brand.ttf")
    brand = replace(SMALL.brand, heading_font=str(font))
    campaign_id = run_campaign(library, REGISTRY, replace(SMALL, brand=brand))
    shutil.rmtree(folder)
    TinyEngine(library).run()
    data, headline = layers_of(library, campaign_id, "headline")
    assert "Fraunces" in headline["font"]
    assert not any("font" in note for note in data["notes"])
    [kept] = library.paths.fonts.iterdir()
    assert kept.read_bytes() == FONT.read_bytes()


def test_a_font_that_is_gone_is_said(library):
    brand = replace(SMALL.brand, body_font="/gone/brand.otf")
    with pytest.raises(UserFacingError, match=r"brand\.otf cannot be read"):
        run_campaign(library, REGISTRY, replace(SMALL, brand=brand))
    assert not library.campaigns.list()


def test_a_font_in_a_brief_must_be_one(tmp_path):
    text = """name = "Launch"
product = "Bottle"
audience = "hikers"
message = "Hot at noon"
placements = ["meta_feed"]
[brand]
name = "Halden"
[brand.fonts]
heading = "brand.ttf"
"""
    (tmp_path / "brand.ttf").write_text("no font")
    with pytest.raises(BriefError, match=r"brand.fonts.heading: .*not a font"):
        parse_brief(text, tmp_path)
    shutil.copy(FONT, tmp_path / "brand.ttf")
    assert parse_brief(text, tmp_path).brand.heading_font == str(tmp_path / "brand.ttf")
