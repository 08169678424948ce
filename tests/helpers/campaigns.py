"""Runs a campaign without models: real library and steps, generators played by functions."""

from __future__ import annotations

import io
import json
import random
import shutil
import struct
import wave
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from generators.api import JobCancelled, Request, UserFacingError
from generators.registry import Registry
from helpers import scenes
from studio.core.checkpoint import Checkpoint
from studio.core.job import JobStatus
from studio.core.steps import StepOutcome
from studio.services.brief import load_brief
from studio.services.campaigns import campaign_state
from studio.services.steps import StepContext, find_step
from studio.store.library import Library
from studio.store.records import NewAsset

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.services.campaigns import Piece

SAMPLE = Path(__file__).parents[2] / "assets" / "sample_campaign"
SMALL = replace(
    load_brief(SAMPLE / "brief.toml"),
    placements=("google_rsa", "meta_feed"),
    sizes={"meta_feed": ("1080x1080",)},
)

HEADLINES = [
    "Hot from sunrise to noon",
    "Coffee that stays hot",
    "Repair it for life",
    "Twelve hours of heat",
    "Steel with a second life",
    "One bottle, all day",
    "Your coffee, still hot",
    "Made to be mended",
    "Warm hands by noon",
    "Carry the morning",
    "Built from recycled steel",
    "Find your bottle",
]
BODIES = [
    "Recycled steel keeps your coffee hot for twelve hours.",
    "Every part can be repaired, so one bottle lasts.",
    "Fill it before the train and drink it hot at noon.",
    "For hikers and commuters who carry coffee all day.",
    "A steel bottle that stays with you for life.",
    "Twelve hours hot, and made to be mended.",
]


def add_checkpoints(library: Library, **changes: object) -> dict[str, str]:
    """List three checkpoints whose files are there; return their ids by modality."""
    folder = library.root / "weights"
    made = {}
    for modality, generator, family in (
        ("text", "text_gpt", "llama"),
        ("image", "image_diffusion", "sd15"),
        ("audio", "audio_music", "musicgen"),
    ):
        (folder / modality).mkdir(parents=True, exist_ok=True)
        values = {
            "id": "", "name": f"tiny {modality}", "generator": generator, "modality": modality,
            "family": family, "format": "transformers", "path": str(folder / modality),
            "bytes": 1000,
            "languages": ("en",) if modality == "text" else (), "licence": "Apache-2.0", **changes,
        }  # fmt: skip
        made[modality] = library.models.add(Checkpoint(**values)).id
    return made


def write_copy(request: Request, seed: int) -> list[tuple[bytes, str]]:
    """Answer a copy request with good and bad candidates, the same for the same seed."""
    rng = random.Random(seed)
    limits = {item["key"]: item for item in request.params["limits"]}
    answers = []
    for _ in range(int(request.params["num_return_sequences"])):
        answer = {}
        for key, limit in limits.items():
            pool = HEADLINES if limit["max_width"] <= 45 or "headline" in key else BODIES
            fitting = [text for text in pool if len(text) <= limit["max_width"]] or HEADLINES
            texts = rng.sample(fitting, min(int(limit["count"]), len(fitting)))
            if rng.random() < 0.2:
                texts[0] = "The cheapest bottle, guaranteed"
            answer[key] = texts if int(limit["count"]) > 1 else texts[0]
        answers.append((json.dumps(answer).encode(), "application/json"))
    return answers


def draw_picture(request: Request, seed: int) -> list[tuple[bytes, str]]:
    """Answer an image request with a scene of that size."""
    scene = (scenes.still_life, scenes.mountains, scenes.bokeh)[seed % 3]
    size = (int(request.params["width"]), int(request.params["height"]))
    image = scene(size[0] // 3, size[1] // 3, seed % 1000).resize(size)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return [(buffer.getvalue(), "image/png")]


def play_music(request: Request, seed: int) -> list[tuple[bytes, str]]:
    """Answer a music request with a quiet tone."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22050)
        count = int(22050 * min(2.0, float(request.params["duration"])))
        file.writeframes(
            struct.pack(f"<{count}h", *(seed % 400 + n % 97 * 60 for n in range(count)))
        )
    return [(buffer.getvalue(), "audio/wav")]


ANSWERS: dict[str, Callable[[Request, int], list[tuple[bytes, str]]]] = {
    "text_gpt": write_copy,
    "image_diffusion": draw_picture,
    "audio_music": play_music,
}


class Collector:
    """A reporter that keeps what a step hands over."""

    def __init__(self, cancel_after: int = 0) -> None:
        self.files: list[tuple[Path, str, str, dict]] = []
        self.said: list[str] = []
        self._left = cancel_after

    def progress(self, done: float, total: float, message: str = "") -> None:
        self.said.append(message)
        if self._left:
            self._left -= 1
            if not self._left:
                raise JobCancelled

    def produced(self, path, role, media_type, metadata) -> None:
        self.files.append((path, role, media_type, dict(metadata)))


class TinyEngine:
    """Claims and does jobs in this process, one after another, as the engine would.

    Attributes:
        fail: Step keys (beginnings) whose generator fails, with the reason.
    """

    def __init__(self, library: Library, fail: dict[str, str] | None = None) -> None:
        self.library = library
        self.fail = fail or {}
        self.done: list[str] = []

    def run(self, limit: int = 500) -> None:
        """Do all jobs that can be done."""
        for _ in range(limit):
            job = self.library.jobs.claim("tiny")
            if job is None:
                return
            self.done.append(job.step_key)
            reason = next((r for k, r in self.fail.items() if job.step_key.startswith(k)), "")
            if reason:
                self.library.jobs.fail(
                    job.token, code="user", message=reason, hint="", traceback=""
                )
            elif isinstance(job.request, Request):
                self._generate(job)
            else:
                self._step(job)
        raise AssertionError("the campaign does not come to an end")

    def _generate(self, job) -> None:
        answers = ANSWERS[job.request.generator](job.request, int(job.request.params["seed"]))
        assets = []
        for number, (content, media_type) in enumerate(answers):
            staged = self._staged(f"{job.id}-{number}.{media_type.rpartition('/')[2]}", content)
            text = content.decode() if media_type == "application/json" else ""
            assets.append(self._asset(staged, media_type, {"text": text}))
        self._finish(job, assets, None)

    def _staged(self, name: str, content: bytes) -> Path:
        path = self.library.paths.staging / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def _asset(self, path: Path, media_type: str, facts: dict) -> NewAsset:
        size = path.stat().st_size
        sha, place = self.library.assets.add_file(path)
        kind = media_type.partition("/")[0]
        known = {
            k: v for k, v in facts.items() if k in ("text", "title", "width", "height", "source")
        }
        return NewAsset(
            sha, place, media_type, "text" if kind == "application" else kind, size,
            id=facts.get("asset_id", ""), parents=tuple(facts.get("parents", ())), **known,
        )  # fmt: skip

    def outcome(self, job, reporter: Collector) -> StepOutcome:
        """Run a step's function and return its outcome, through JSON as on the wire."""
        staging = self.library.paths.staging / job.token
        staging.mkdir(parents=True, exist_ok=True)
        with Library.open(self.library.root, create=False, read_only=True) as reading:
            context = StepContext(
                reading, job.campaign_id, job.id, job.request.arguments, staging, reporter
            )
            made = find_step(job.request.step)(context)
        return StepOutcome.from_json(json.loads(json.dumps(made.to_json())))

    def _step(self, job) -> None:
        reporter = Collector()
        try:
            outcome = self.outcome(job, reporter)
        except UserFacingError as error:
            said = {"message": error.message, "hint": error.hint}
            self.library.jobs.fail(job.token, code="user", traceback="", **said)
            return
        assets = [self._asset(path, kind, facts) for path, _, kind, facts in reporter.files]
        self._finish(job, assets, outcome)
        shutil.rmtree(self.library.paths.staging / job.token, ignore_errors=True)

    def _finish(self, job, assets, outcome) -> None:
        made = self.library.jobs.finish(
            job.token, assets=assets, execution={}, run_seconds=0.1, follow_up=outcome
        )
        assert made.status is JobStatus.SUCCEEDED


def piece_of(library: Library, campaign_id: str, start: str) -> Piece:
    """Return the first piece of a campaign whose key begins so."""
    pieces = campaign_state(library, campaign_id, Registry.discover()).pieces
    return next(piece for piece in pieces if piece.key.startswith(start))
