"""What the queue, the engine and the worker add to a job, against the same pipeline in a bare loop.

    python tests/benchmarks/overhead.py [--sessions N] [--rounds N] [--only image|text]
        [--threads N] [--check]

One arm is enqueue → engine → worker → finished asset in the library; the other is diffusers (or
transformers) alone in a process of its own, its file written too. The arms take turns in one run,
and in who goes first, both warm, with the same weights, steps, size, seed and threads.

Two processes that do the very same differ by 5 % for as long as they live (by where their memory
lies), which is more than the bar; so each session starts both arms anew. Luck and what else the
machine does only ever add time, so the quickest run of each arm is compared, and the medians are
printed beside it. What it costs to ask whether a job has ended counts against the queue.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[2])]
os.environ["HF_HUB_OFFLINE"] = "1"
warnings.simplefilter("ignore")

from helpers import big_models, tiny_diffusion  # noqa: E402
from helpers.engines import ended, log_of, running_engine  # noqa: E402
from helpers.figures import Figures, parser  # noqa: E402

from generators.api import CheckpointRef, Request  # noqa: E402
from studio.core.asset import AssetQuery  # noqa: E402
from studio.core.checkpoint import Checkpoint  # noqa: E402
from studio.core.job import JobStatus, NewJob  # noqa: E402
from studio.store.library import Library  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

STEPS, TOKENS = 20, 200
TEXT_ROUNDS = 3  # times as many as of pictures
LEAST_SECONDS = 5.0  # of an image job: shorter ones say little about a share of 3 %
FIXED_SECONDS, SHARE = 0.030, 0.03
SIDES = (128, 160, 192, 224, 256, 320, 384)  # px; the first that is long enough is taken
PROMPT = "a red cup on a table"


def bare_image(folder: Path, side: int) -> Callable[[Path], None]:
    """Return diffusers alone, to be called with the file to write."""
    import torch
    from diffusers import DiffusionPipeline

    pipeline = DiffusionPipeline.from_pretrained(str(folder), local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)

    def make(target: Path) -> None:
        pipeline(
            PROMPT,
            num_inference_steps=STEPS,
            width=side,
            height=side,
            generator=torch.Generator("cpu").manual_seed(1),
        ).images[0].save(target)

    return make


def image_work(folder: Path) -> tuple[int, dict[str, Any]]:
    """Return the first side, px, that takes long enough, and the parameters of the same job."""
    for side in SIDES:
        with Bare("image", folder, side) as bare:
            seconds = [bare.make() for _ in range(2)]
        if min(seconds) >= LEAST_SECONDS * 1.1:
            break
    config = folder / "unet" / "config.json"  # else the job is made at the size it was "trained" at
    facts = json.loads(config.read_text(encoding="utf-8"))
    facts["sample_size"] = side // tiny_diffusion.FACTOR
    config.write_text(json.dumps(facts), encoding="utf-8")
    params = {"prompt": PROMPT, "seed": 1, "num_inference_steps": STEPS}
    return side, {**params, "width": side, "height": side}


def text_checkpoint(folder: Path) -> Path:
    """Write a small Llama with random weights and a byte-level tokenizer; it never ends early."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {word: number for number, word in enumerate([*alphabet, "<s>", "</s>"])}
    backend = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(
        tokenizer_object=backend, bos_token="<s>", eos_token="</s>", pad_token="</s>"
    ).save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(vocabulary),
        hidden_size=512,
        intermediate_size=1536,
        num_hidden_layers=8,
        num_attention_heads=8,
        num_key_value_heads=8,
        max_position_embeddings=2048,
        bos_token_id=vocabulary["<s>"],
        eos_token_id=vocabulary["</s>"],
        pad_token_id=vocabulary["</s>"],
    )
    model = LlamaForCausalLM(config)
    with torch.no_grad():  # the end is never likely, so the length is fixed
        model.lm_head.weight[vocabulary["</s>"]] = 0
        model.lm_head.weight[: len(alphabet)] *= 0.1
    model.save_pretrained(folder)
    return folder


def bare_text(folder: Path, _side: int) -> Callable[[Path], None]:
    """Return transformers alone, to be called with the file to write."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    model = AutoModelForCausalLM.from_pretrained(
        str(folder), local_files_only=True, dtype=torch.float32
    ).eval()

    def make(target: Path) -> None:
        torch.manual_seed(1)
        inputs = tokenizer(PROMPT, return_tensors="pt", return_token_type_ids=False)
        with torch.inference_mode():
            ids = model.generate(
                **inputs, max_new_tokens=TOKENS, min_new_tokens=TOKENS, do_sample=True,
                temperature=0.8, top_p=0.95,
            )  # fmt: skip
        words = tokenizer.decode(ids[0][inputs["input_ids"].shape[1] :])
        target.write_text(words, encoding="utf-8")

    return make


def text_work(_folder: Path) -> tuple[int, dict[str, Any]]:
    """Return no side, and the parameters of the job."""
    params = {"prompt": PROMPT, "seed": 1, "max_new_tokens": TOKENS}
    return 0, {**params, "temperature": 0.8, "top_p": 0.95}


def bare_process(kind: str, folder: Path, side: int, wire: Connection) -> None:
    """Be the bare arm: load, then make one for each word that comes."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    make = ARMS[kind].bare(folder, side)
    while wire.recv():
        make(folder / "bare.out.png")
        wire.send(True)


class Bare:
    """The bare arm in a process of its own, which ends with the ``with`` block."""

    def __init__(self, kind: str, folder: Path, side: int) -> None:
        """Start it; the first ``make`` waits until it has loaded."""
        spawn = multiprocessing.get_context("spawn")
        self._wire, other = spawn.Pipe()
        self._process = spawn.Process(
            target=bare_process, args=(kind, folder, side, other), daemon=True
        )
        self._process.start()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self._wire.send(False)
        self._process.join()

    def make(self) -> float:
        """Make one; return how many seconds it took."""
        begun = time.perf_counter()
        self._wire.send(True)
        self._wire.recv()
        return time.perf_counter() - begun


@dataclass(frozen=True)
class Arm:
    """How weights are written, used barely and listed as a checkpoint."""

    write: Callable[[Path], Path]
    bare: Callable[[Path, int], Callable[[Path], None]]
    work: Callable[[Path], tuple[int, dict[str, Any]]]
    listed: tuple[str, str, str, str]


ARMS = {
    "image": Arm(
        big_models.image_checkpoint,
        bare_image,
        image_work,
        ("image_diffusion", "text_to_image", "sd15", "diffusers"),
    ),
    "text": Arm(
        text_checkpoint, bare_text, text_work, ("text_gpt", "write", "causal_lm", "transformers")
    ),
}


def through_the_queue(library: Library, request: Request) -> float:
    """Enqueue a job; return how many seconds it took until its asset was in the library."""
    begun = time.perf_counter()
    [job] = library.jobs.enqueue([NewJob(request)])
    job = ended(library, job.id, 300)
    seconds = time.perf_counter() - begun
    if job.status is not JobStatus.SUCCEEDED:
        message = f"{job.reason} {job.hint}\n{log_of(library)}"
        raise SystemExit(message)
    (asset,) = library.assets.page(AssetQuery(job_id=job.id), limit=2)
    if asset.recipe is None or asset.recipe.notes:  # such as "made at 128×128"
        raise SystemExit(f"the job did other work than the bare loop: {asset.recipe}")
    return seconds


def measure(kind: str, sessions: int, rounds: int, figures: Figures) -> None:
    """Time both arms in turn and add the figures."""
    arm = ARMS[kind]
    generator, mode, family, form = arm.listed
    with tempfile.TemporaryDirectory() as temporary:
        folder = arm.write(Path(temporary) / "weights")
        side, params = arm.work(folder)
        root = Path(temporary) / "library"
        queued: list[float] = []
        alone: list[float] = []
        with Library.open(root) as library:
            listed = library.models.add(
                Checkpoint(kind, kind, generator, kind, family, form, str(folder), bytes=1)
            )
            checkpoint = CheckpointRef(listed.id, listed.name, family=family, format=form)
            request = Request(generator, mode, params, checkpoint)
            for _ in range(sessions):
                with running_engine(root), Bare(kind, folder, side) as bare:
                    bare.make()  # the first of each loads and warms
                    through_the_queue(library, request)
                    for number in range(rounds):
                        if number % 2:  # whatever drifts favours neither
                            alone.append(bare.make())
                        queued.append(through_the_queue(library, request))
                        if not number % 2:
                            alone.append(bare.make())
    base, job = statistics.median(alone), statistics.median(queued)
    size = f"{side} px, {STEPS} steps" if kind == "image" else f"{TOKENS} tokens"
    figures.note(f"{kind} ({size}): bare " + " ".join(f"{value:.2f}" for value in alone) + " s")
    figures.note(f"{kind} ({size}): job  " + " ".join(f"{value:.2f}" for value in queued) + " s")
    figures.add(f"{kind}: bare loop, median", base, "s")
    figures.add(f"{kind}: through the queue, median", job, "s")
    figures.add(f"{kind}: added by the queue, of the medians", (job - base) * 1e3, "ms")
    base, job = min(alone), min(queued)
    figures.add(f"{kind}: bare loop, quickest", base, "s")
    figures.add(f"{kind}: through the queue, quickest", job, "s")
    bar = round((FIXED_SECONDS + SHARE * base) * 1e3, 1)
    figures.add(f"{kind}: added by the queue", (job - base) * 1e3, "ms", bar)
    if kind == "image":
        figures.add("image: shortness of the job (5 s over its time)", LEAST_SECONDS / base, "x", 1)


def main() -> int:
    """Run from the command line."""
    options = parser(__doc__ or "")
    options.add_argument("--sessions", type=int, default=4)
    options.add_argument("--rounds", type=int, default=2, help="of each session")
    options.add_argument("--only", choices=tuple(ARMS))
    options.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="of both arms")
    chosen = options.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(chosen.threads)  # before torch is imported, in both arms
    from transformers.utils import logging

    logging.disable_progress_bar()
    figures = Figures(check=chosen.check)
    figures.note(f"{chosen.threads} threads in each arm")
    for kind in ARMS:
        if chosen.only in (None, kind):
            rounds = chosen.rounds * (TEXT_ROUNDS if kind == "text" else 1)
            measure(kind, chosen.sessions, rounds, figures)
    return figures.report()


if __name__ == "__main__":
    sys.exit(main())
