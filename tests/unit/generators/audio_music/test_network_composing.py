"""The network's tokens, grammar and sampling: whatever its weights say, what comes out is music."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
import soundfile
from helpers.tiny_composer import PARTS, composer_folder, tiny_network

from generators.api import CheckpointError, CheckpointRef, JobCancelled, Request
from generators.audio_music.generator import AudioMusic
from generators.audio_music.network.data import rule_pieces
from generators.audio_music.network.grammar import RANGES, Grammar
from generators.audio_music.network.model import load, save
from generators.audio_music.network.sampling import Drawing, Sampler
from generators.audio_music.network.tokens import (
    DRUMS,
    END,
    ROLES,
    STEPS,
    decode,
    encode,
    vocabulary,
)
from generators.registry import Registry
from generators.testing import RecordingContext

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = Registry.discover().get("audio_music")


def test_pieces_by_the_rules_are_written_and_read_again():
    for piece in rule_pieces(12, 5):
        tokens = encode(piece)
        measures = decode(tokens)
        assert len(measures) == len(piece.measures)
        for written, read in zip(piece.measures, measures, strict=True):
            assert (read.beats, read.level, read.root, read.kind) == (
                written.beats, written.level, written.root, written.kind,
            )  # fmt: skip
            drums = {(event.step, event.key) for event in written.events if event.role == "drums"}
            assert {(e.step, e.key) for e in read.events if e.role == "drums"} == drums
            assert len(read.events) <= len(written.events)
        kept = sum(len(measure.events) for measure in measures)
        assert kept >= 0.97 * sum(len(set(measure.events)) for measure in piece.measures)


@pytest.mark.parametrize("seed", range(20))
def test_any_walk_through_the_grammar_is_a_piece(seed: int):
    rng = random.Random(seed)
    grammar, tokens = Grammar(), []
    while len(tokens) < 600 and (not tokens or tokens[-1] != END):
        spans = [span for span in grammar.allowed() if len(span)]
        assert spans, vocabulary().names[tokens[-1]]
        token = rng.choice(rng.choice(spans))
        grammar.push(token)
        tokens.append(token)
    for measure in decode(tokens):
        assert all(event.step < measure.beats * STEPS for event in measure.events)
        for event in measure.events:
            low, high = RANGES.get(event.role, (35, 87))
            assert low <= event.key <= high
        places = [(event.step, ROLES.index(event.role), event.key) for event in measure.events]
        assert len(places) == len(set(places))


@pytest.mark.parametrize("wrong", [[2], [0], [1, 1], [1, 3, 3]])
def test_what_the_grammar_forbids_is_refused(wrong: list[int]):
    with pytest.raises(ValueError, match="may not stand"):
        decode(wrong)


def test_a_random_network_draws_valid_notes():
    piece = next(iter(rule_pieces(1, 2)))
    watched: list[None] = []
    sampler = Sampler(tiny_network(), 1.0, lambda: watched.append(None))
    bars = sampler.draw(piece, 3)
    assert len(bars) == len(piece.measures)
    assert sampler.draw(piece, 3) == bars
    assert sampler.draw(piece, 4) != bars
    for bar, measure in zip(bars, piece.measures, strict=True):
        for event in bar:
            low, high = RANGES.get(event.role, (35, 87))
            assert low <= event.key <= high
            assert event.role in piece.roles
            assert 0 <= event.step < measure.beats * STEPS
    assert len(watched) >= len(bars)
    assert sampler.draw(piece, 3, goes_on=lambda made: len(made) < 2) == bars[:2]
    barred = [vocabulary().id("drum", key) for key in DRUMS if key not in (36, 38)]
    kept = [event for bar in sampler.draw(piece, 3, barred, 0.5) for event in bar]
    assert {event.key for event in kept if event.role == "drums"} <= {36, 38}


def test_a_long_piece_outgrows_the_context_and_goes_on():
    piece = next(iter(rule_pieces(1, 9)))
    piece.measures *= 20
    sampler = Sampler(tiny_network(context=96), 1.0, lambda: None)
    bars = sampler.draw(piece, 1)
    assert len(bars) * 4 > 2 * 96  # tokens of the bars' heads alone
    assert any(bars[-8:])


def test_the_memory_of_the_network_changes_nothing(monkeypatch: pytest.MonkeyPatch):
    import torch

    piece = next(iter(rule_pieces(1, 9)))
    drawing = Drawing(tiny_network(), piece, 0)
    whole = encode(piece)[:60]
    seen = []
    with torch.inference_mode():
        for token in whole[len(drawing.tokens) :]:
            seen.append(drawing._next_logits())
            drawing.push(token)
        plain = drawing.model(torch.tensor([drawing.tokens]))[0]
    for number, logits in enumerate(seen):
        expected = plain[len(drawing.tokens) - len(seen) + number - 1]
        assert float((logits - expected).abs().max()) < 1e-4
    several = Drawing(tiny_network(), piece, 0)
    with torch.inference_mode():
        several._next_logits()
        for token in whole[len(several.tokens) :]:  # what was forced is read at once
            several.push(token)
        assert float((several._next_logits() - plain[-1]).abs().max()) < 1e-4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return composer_folder(tmp_path_factory.mktemp("network") / "music")


def test_the_generator_plays_what_a_network_writes(folder: Path, tmp_path: Path):
    checkpoint = CheckpointRef("n", "n", str(folder), "symbolic", "soundfont")
    music = AudioMusic.load(checkpoint, (), "cpu", "auto", RecordingContext(tmp_path))
    params = {"prompt": "pop, end at 5 s", "duration": 6.0, "seed": 4}
    values = MANIFEST.check_params("text_to_music", params)
    request = Request("audio_music", "text_to_music", values, checkpoint)
    context = RecordingContext(tmp_path / "a")
    made = next(music.run(request, context))
    again = next(music.run(request, RecordingContext(tmp_path / "b")))
    assert made.path.read_bytes() == again.path.read_bytes()
    assert soundfile.info(made.path).frames == 6 * 44_100
    done = [report[0] / report[1] for report in context.reports]
    assert done == sorted(done)
    assert len(str(music.execution_record()["network"])) == 64
    assert tuple(music.backend.parts) == PARTS  # type: ignore[attr-defined]

    def stop(done: float, total: float, message: str = "") -> None:
        raise JobCancelled

    context.progress = stop  # type: ignore[method-assign]
    with pytest.raises(JobCancelled):
        next(music.run(request, context))


def test_a_damaged_network_is_named(folder: Path, tmp_path: Path):
    file = tmp_path / "composer.safetensors"
    file.write_bytes((folder / "composer.safetensors").read_bytes()[:900])
    with pytest.raises(CheckpointError, match="composer"):
        load(file)
    other = tiny_network()
    other.shape = type(other.shape)(7, width=32, layers=2, heads=2)
    save(other, file)
    with pytest.raises(CheckpointError, match="knows 7 tokens"):
        load(file)
