"""The backend ``symbolic``: reads the prompt, plans, composes, plays with its soundfont."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import scipy

from generators._torch.safety import read_json
from generators.api import CheckpointError, JsonValue
from generators.audio_music.backend import Asked, Sound
from generators.audio_music.symbolic.composer import compose
from generators.audio_music.symbolic.dice import Dice
from generators.audio_music.symbolic.midi import midi_bytes
from generators.audio_music.symbolic.mix import render
from generators.audio_music.symbolic.plan import decide
from generators.audio_music.symbolic.soundfont import SoundFont, read_soundfont
from generators.audio_music.symbolic.timing import LEEWAY
from generators.musical.reading import read_prompt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from generators.api import LoadContext, Request
    from generators.audio_music.backend import Progress
    from generators.audio_music.network.model import Composer
    from generators.audio_music.symbolic.composer import Score
    from generators.audio_music.symbolic.ideas import Ideas
    from generators.audio_music.symbolic.plan import Plan
    from generators.musical.reading import Wishes

MODEL_TYPE = "brandloom_music"
VERSION = 4  # of the rules; a change that alters pieces of the same seed raises it
_COMPOSING = (0.05, 0.3)  # of the progress, by rules and with a network; the rest is playing
_MIXING = 24  # stereo tracks in single precision that playing, mixing and finishing hold
_STEMS = 18  # further ones where instruments are kept apart: a dozen, and their sum in double
_OFF_GRID = 0.03  # seconds by which a hit may be missed before a person is told


class Symbolic:
    """A loaded starter: the composer's rules, a soundfont, and a network if the folder has one.

    Attributes:
        network: Gives ideas for ``parts``; None where all is left to the rules.
        network_digest: SHA-256 of its file.
    """

    def __init__(self, font: SoundFont, size: int, digest: str) -> None:
        self.font = font
        self.size = size
        self.digest = digest
        self.network: Composer | None = None
        self.network_digest = ""
        self.parts: tuple[str, ...] = ()

    @classmethod
    def load(cls, path: Path, device: str, dtype: str, context: LoadContext) -> Symbolic:
        """Load a folder: ``config.json`` names the soundfont beside it."""
        config = read_json(path / "config.json")
        if config.get("model_type") != MODEL_TYPE:
            raise CheckpointError(
                f"{path.name} is no starter music model but {config.get('model_type')!r:.40}.",
                f"Choose a folder whose config.json says model_type {MODEL_TYPE}.",
            )
        name = config.get("soundfont")
        if not isinstance(name, str) or "/" in name or "\\" in name or name.startswith("."):
            raise CheckpointError(
                f"config.json of {path.name} names no soundfont.", "Copy the folder again."
            )
        context.progress(0, 1, "Reading the soundfont")
        file = path / name
        font = read_soundfont(file)
        raw = file.read_bytes()
        made = cls(font, len(raw), hashlib.sha256(raw).hexdigest())
        if config.get("network"):
            made.take_network(path, config)
        context.progress(1, 1)
        return made

    def take_network(self, path: Path, config: Mapping[str, JsonValue]) -> None:
        """Load the network that a folder names, for the parts that it names."""
        from generators.audio_music.network.ideas import PARTS
        from generators.audio_music.network.model import load

        name = str(config["network"])
        if Path(name).name != name:
            raise CheckpointError(
                f"config.json of {path.name} names a network outside it.", "Copy the folder again."
            )
        file = path / name
        self.network = load(file)
        parts = config.get("network_parts")
        if not isinstance(parts, list) or not set(map(str, parts)) <= set(PARTS):
            raise CheckpointError(
                f"config.json of {path.name} names parts that its network cannot write.",
                f"network_parts may list: {', '.join(PARTS)}.",
            )
        self.parts = tuple(map(str, parts))
        self.size += file.stat().st_size * 2  # half precision on disk
        self.network_digest = hashlib.sha256(file.read_bytes()).hexdigest()

    def compose(self, asked: Asked, progress: Progress) -> Iterator[Sound]:
        """Make a piece for each seed."""
        wishes = read_prompt(asked.prompt)
        rate = int(asked.params.get("sample_rate") or 44_100)
        count = len(asked.seeds)
        composing = _COMPOSING[self.network is not None]
        for number, seed in enumerate(asked.seeds):
            dice = Dice(seed)
            progress(number / count, "Composing")
            intensity, part = (asked.params.get(key) or 0 for key in ("intensity", "part"))
            plan = decide(wishes, asked.duration, dice, float(intensity), int(part))
            temperature = float(asked.params.get("temperature") or 1.0)
            watch = functools.partial(progress, number / count, "Composing")
            score = compose(plan, dice, self.ideas(temperature, watch))

            def playing(share: float, number: int = number) -> None:
                done = (number + composing + (1 - composing) * share) / count
                progress(done, f"Playing: {share * asked.duration:.0f} of {asked.duration:g} s")

            stems = bool(asked.params.get("stems"))
            mixed = render(score, self.font, rate, playing, stems=stems)
            facts = {**plan.facts(), "sections": score.sections()}
            yield Sound(
                seed, mixed.samples, rate, _notes(wishes, plan), loop=plan.grid.loop, facts=facts,
                marks=_marks(score), stems=mixed.stems,
                midi=midi_bytes(score) if asked.params.get("midi") else b"",
            )  # fmt: skip

    def ideas(self, temperature: float, watch: Callable[[], None]) -> Ideas | None:
        """Return where ideas come from beside the rules, or None without a network.

        Args:
            temperature: 1 is as trained; higher surprises more.
            watch: Called while they are drawn; may raise.
        """
        if self.network is None or not self.parts:
            return None
        from generators.audio_music.network.ideas import NetworkIdeas
        from generators.audio_music.network.sampling import Sampler

        return NetworkIdeas(Sampler(self.network, temperature, watch), self.parts)

    def record(self) -> dict[str, JsonValue]:
        """Return versions, soundfont and network: a piece repeats exactly with the same ones."""
        made: dict[str, JsonValue] = {
            "device": "cpu", "rules": VERSION, "soundfont": self.digest,
            "numpy": np.__version__, "scipy": scipy.__version__,
        }  # fmt: skip
        if self.network is not None:
            import torch

            made |= {"network": self.network_digest, "torch": torch.__version__}
        return made

    def memory_bytes(self) -> int:
        """Return the bytes of the soundfont, and of what was decoded of it."""
        return self.size + self.font.decoded_bytes()

    def unload(self) -> None:
        """Let go of the soundfont."""
        self.font = SoundFont({}, [], [], [])
        self.network = None

    @classmethod
    def estimate_bytes(cls, path: Path, request: Request) -> int:
        """Return the soundfont decoded, a network, and tracks, room and spectra of the length.

        Stems are held until all is mixed.
        """
        fonts = sum(file.stat().st_size for file in path.glob("*.sf3"))
        networks = sum(file.stat().st_size for file in path.glob("*.safetensors"))
        seconds = float(request.params.get("duration") or 15.0)
        tracks = _MIXING + (_STEMS if request.params.get("stems") else 0)
        return 8 * fonts + 2 * networks + int(seconds * 48_000 * 2 * 4 * tracks)


def _marks(score: Score) -> tuple[tuple[float, str], ...]:
    """Return the sections and the moments that were asked for, in seconds."""
    marks = [(float(str(item["time"])), str(item["name"])) for item in score.sections()]
    taken = {round(time, 1) for time, _ in marks}
    marks += [(hit.time, hit.kind) for hit in score.plan.hits if round(hit.time, 1) not in taken]
    return tuple(sorted(marks))


def _notes(wishes: Wishes, plan: Plan) -> tuple[str, ...]:
    """Return what a person should know of how a wish was met."""
    notes: list[str] = []
    if plan.grid.off > _OFF_GRID and plan.grid.loop:
        notes.append(
            f"The moments asked for come up to {plan.grid.off:.2f} s early or late: a loop holds "
            "whole beats."
        )
    elif plan.grid.off > _OFF_GRID:
        notes.append(
            f"The moments asked for lie up to {plan.grid.off:.2f} s off the beat: no tempo within "
            "2 % brings all of them together."
        )
    if wishes.tempo and abs(plan.grid.tempo / wishes.tempo - 1) > LEEWAY:
        notes.append(
            f"The loop runs at {plan.grid.tempo:.1f} beats a minute, so that its length holds "
            "whole beats."
        )
    return tuple(notes)
