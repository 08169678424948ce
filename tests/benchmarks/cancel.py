"""From asking to cancel until the job is cancelled and its worker is free again.

    python tests/benchmarks/cancel.py [--rounds N] [--only fake|gguf|transformers|image]
                                      [--gguf FILE] [--check]

Through a real engine and real workers. The fake generator: during steps (which end at their next
report), while loading, in a step that is deaf (a stuck call: its worker is killed), and queued.
The real ones: while loading (a new worker each time, its imports included), while a long prompt is
read, while an answer is written, and during the steps of a picture. Without ``--gguf`` a random
GGUF is made.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[2])]
os.environ["HF_HUB_OFFLINE"] = "1"
warnings.simplefilter("ignore")

from helpers import big_models, tiny_text  # noqa: E402
from helpers.engines import (  # noqa: E402
    card,
    ended,
    fake_checkpoint,
    log_of,
    running_engine,
)
from helpers.figures import Figures, parser, percentile  # noqa: E402
from helpers.waiting import wait_until  # noqa: E402

from generators.api import CheckpointRef, Request  # noqa: E402
from studio.core.checkpoint import Checkpoint  # noqa: E402
from studio.core.job import JobStatus, NewJob  # noqa: E402
from studio.store.library import Library  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from generators.api import JsonValue
    from studio.core.job import JobProgress

STEP_SECONDS = 0.2
AFTER_STEP, ELSEWHERE = 0.5, 3.0  # seconds
FAKE_BARS = {"steps": STEP_SECONDS + AFTER_STEP, "loading": ELSEWHERE, "deaf": ELSEWHERE,
             "queued": 0.5}  # fmt: skip
PROMPT_SHARE = 0.1  # of a text job's progress is its prompt
LONG = 3500  # characters that are a token each, or nearly
Found = dict[str, tuple[list[float], float]]  # name: seconds, bar


@dataclass(frozen=True)
class Real:
    """A real checkpoint in a library, and how to ask it for something long."""

    library: Library
    generator: str
    mode: str
    checkpoint: CheckpointRef

    def job(self, prompt: str, **params: JsonValue) -> NewJob:
        """Return a job with a seed that is always the same."""
        values = {"prompt": prompt, "seed": 1, **params}
        return NewJob(Request(self.generator, self.mode, values, self.checkpoint))


def once(library: Library, new: NewJob, there: Callable[[JobProgress], bool]) -> float:
    """Cancel one job when it is ``there``; return the seconds until it is cancelled."""
    job = library.jobs.enqueue([new])[0]

    def arrived() -> bool:
        if library.jobs.get(job.id).is_final:
            message = f"it ended before it was cancelled: {library.jobs.get(job.id)}"
            raise SystemExit(f"{message}\n{log_of(library)}")
        seen = library.jobs.progress(job.id)
        return seen is not None and there(seen)

    wait_until(arrived, 120.0, lambda: log_of(library))
    asked = time.monotonic()
    library.jobs.cancel([job.id])
    end = ended(library, job.id)
    seconds = time.monotonic() - asked
    assert end.status is JobStatus.CANCELLED, end
    return seconds


def loading(seen: JobProgress) -> bool:
    """Tell whether the checkpoint is being loaded."""
    return seen.phase == "loading"


def running(seen: JobProgress) -> bool:
    """Tell whether the job reports steps."""
    return seen.phase == "running"


def reading(seen: JobProgress) -> bool:
    """Tell whether the prompt is being read; a job that writes already says so by failing."""
    if seen.phase == "running" and seen.total and seen.done / seen.total > PROMPT_SHARE:
        raise SystemExit("the prompt was read before it could be cancelled: it is too short")
    return seen.phase == "running"


def writing(seen: JobProgress) -> bool:
    """Tell whether the answer is being written."""
    return running(seen) and bool(seen.total) and seen.done / seen.total > PROMPT_SHARE + 0.01


def stepping(seen: JobProgress) -> bool:
    """Tell whether a picture has had its first step (what is done counts in whole pictures)."""
    return running(seen) and seen.done > 0


def fakes(library: Library, folder: Path, rounds: int) -> Found:
    """Measure the fake generator."""
    found: dict[str, list[float]] = {name: [] for name in FAKE_BARS}
    slow = fake_checkpoint(library, folder / "slow", "slow", load_seconds=600)
    steps = card(steps=1000, step_seconds=STEP_SECONDS)
    with running_engine(library.root, cancel_grace=2.0):
        for number in range(rounds):
            found["steps"].append(once(library, steps, running))
            found["loading"].append(once(library, card(checkpoint=slow), loading))
            if number < rounds // 4:
                deaf = card(fail="hang", steps=2, step_seconds=0.3)
                found["deaf"].append(once(library, deaf, running))
        library.jobs.pause_queue()
        for _ in range(rounds):
            asked = time.monotonic()
            [job] = library.jobs.enqueue([card()])
            library.jobs.cancel([job.id])
            assert ended(library, job.id).status is JobStatus.CANCELLED
            found["queued"].append(time.monotonic() - asked)
    return {f"fake, {name}": (found[name], bar) for name, bar in FAKE_BARS.items()}


def add(library: Library, path: Path, kind: tuple[str, str, str, str, str]) -> Real:
    """List a checkpoint; ``kind``: generator, mode, modality, family, form."""
    generator, mode, modality, family, form = kind
    listed = library.models.add(
        Checkpoint(path.name, path.name, generator, modality, family, form, str(path), bytes=1)
    )
    reference = CheckpointRef(listed.id, listed.name, family=family, format=form)
    return Real(library, generator, mode, reference)


def cold(real: Real, rounds: int) -> list[float]:
    """Return the seconds of cancels while loading, each in a worker of its own."""
    found = []
    for _ in range(rounds):
        with running_engine(real.library.root, cancel_grace=2.0):
            found.append(once(real.library, real.job("a"), loading))
    return found


def text(name: str, path: Path, library: Library, rounds: int) -> Found:
    """Measure a text backend."""
    family = "gguf" if name == "gguf" else "causal_lm"
    real = add(library, path, ("text_gpt", "write", "text", family, name))
    found: Found = {f"{name}, loading": (cold(real, max(2, rounds // 2)), ELSEWHERE)}
    prompts, answers = [], []
    with running_engine(library.root, cancel_grace=2.0):
        for number in range(rounds):
            # The number comes first, or the backend remembers the prompt of the round before.
            long = f"{number:04d} " + "zx" * (LONG // 2)
            prompts.append(once(library, real.job(long, max_new_tokens=64), reading))
            answer = real.job(f"{number} Go on.", max_new_tokens=2000, num_return_sequences=8,
                              stop=[], temperature=1.5, top_k=0, top_p=1.0)  # fmt: skip
            answers.append(once(library, answer, writing))
    found[f"{name}, prefill"] = (prompts, ELSEWHERE)
    return found | {f"{name}, decoding": (answers, ELSEWHERE)}


def image(path: Path, library: Library, rounds: int) -> Found:
    """Measure Stable Diffusion 1.5 with random weights, of some tenths of a second a step."""
    real = add(library, path, ("image_diffusion", "text_to_image", "image", "sd15", "diffusers"))
    size: dict[str, JsonValue] = {"width": 256, "height": 256}
    found: Found = {"image, loading": (cold(real, max(2, rounds // 2)), ELSEWHERE)}

    def seconds(steps: int) -> float:
        begun = time.monotonic()
        [job] = library.jobs.enqueue([real.job("a cup", num_inference_steps=steps, **size)])
        end = ended(library, job.id, 120.0)
        assert end.status is JobStatus.SUCCEEDED, end
        return time.monotonic() - begun

    with running_engine(library.root, cancel_grace=2.0):
        seconds(2)  # loads and warms
        short = seconds(2)
        step = max(0.0, seconds(6) - short) / 4  # without the beginning and the end
        job = real.job("a cup", num_inference_steps=200, **size)
        taken = [once(library, job, stepping) for _ in range(rounds)]
    return found | {f"image, steps of {step * 1e3:.0f} ms": (taken, step + AFTER_STEP)}


def measure(kind: str, rounds: int, gguf: Path | None) -> Found:
    """Measure one generator in a library of its own."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with Library.open(folder / "library") as library:
            if kind == "fake":
                return fakes(library, folder, rounds)
            if kind == "image":
                return image(big_models.image_checkpoint(folder / "weights"), library, rounds)
            if kind == "transformers":
                return text(kind, big_models.llama(folder / "weights"), library, rounds)
            made = gguf or tiny_text.make_gguf(
                folder / "random.gguf", layers=6, width=384, context=8192
            )
            return text(kind, made.resolve(), library, rounds)


def main() -> int:
    """Run from the command line."""
    kinds = ("fake", "gguf", "transformers", "image")
    options = parser(__doc__ or "")
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--only", choices=kinds)
    options.add_argument("--gguf", type=Path, help="a real one, such as SmolLM2-135M")
    chosen = options.parse_args()
    figures = Figures(check=chosen.check)
    for kind in kinds:
        if chosen.only not in (None, kind):
            continue
        for name, (taken, bar) in measure(kind, chosen.rounds, chosen.gguf).items():
            figures.note(f"{name}: {len(taken)} rounds, worst {max(taken) * 1e3:.0f} ms")
            p95 = percentile(taken, 0.95) * 1e3
            figures.add(f"cancel, {name}, p95", p95, "ms", round(bar * 1e3))
    return figures.report()


if __name__ == "__main__":
    sys.exit(main())
