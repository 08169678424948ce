"""What the queue, the engine and the worker add to a job, against the same pipeline in a bare loop.

    python tests/benchmarks/overhead.py [--rounds N] [--only image|text] [--threads N] [--check]

One arm is enqueue → engine → worker → finished asset in the library; the other is diffusers (or
transformers) alone in this process, its file written too. The arms take turns in one run, and in
who goes first, both warm, with the same weights, steps, size, seed and threads. Pictures are
compared by their medians. Texts are short and many: what else the machine does only ever adds
time, so the quickest run of each arm is compared, and the medians are printed beside it.
The bare loop runs as Python starts it; the worker's OpenMP threads sleep while they wait
(``--policy`` sets that of the bare loop).
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[2])]
os.environ["HF_HUB_OFFLINE"] = "1"
warnings.simplefilter("ignore")

from helpers import big_models, tiny_diffusion  # noqa: E402
from helpers.engines import log_of, running_engine  # noqa: E402
from helpers.figures import Figures, parser  # noqa: E402

from generators.api import CheckpointRef, Request  # noqa: E402
from studio.core.asset import AssetQuery  # noqa: E402
from studio.core.checkpoint import Checkpoint  # noqa: E402
from studio.core.job import JobStatus, NewJob  # noqa: E402
from studio.store.library import Library  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS, TOKENS = 20, 200
TEXT_ROUNDS = 3  # times as many as of pictures
LEAST_SECONDS = 5.0  # of an image job: shorter ones say little about a share of 3 %
FIXED_SECONDS, SHARE = 0.030, 0.03
SIDES = (128, 160, 192, 224, 256, 320, 384)  # px; the first that is long enough is taken
PROMPT = "a red cup on a table"


def bare_image(folder: Path) -> tuple[Callable[[Path], None], dict[str, Any]]:
    """Return diffusers alone, and the parameters of the same job."""
    import torch
    from diffusers import DiffusionPipeline

    pipeline = DiffusionPipeline.from_pretrained(str(folder), local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)

    def make(side: int, target: Path) -> None:
        pipeline(
            PROMPT,
            num_inference_steps=STEPS,
            width=side,
            height=side,
            generator=torch.Generator("cpu").manual_seed(1),
        ).images[0].save(target)

    for side in SIDES:
        seconds = []
        for _ in range(2):
            begun = time.perf_counter()
            make(side, folder / "try.png")
            seconds.append(time.perf_counter() - begun)
        if min(seconds) >= LEAST_SECONDS * 1.1:
            break
    config = folder / "unet" / "config.json"  # else the job is made at the size it was "trained" at
    facts = json.loads(config.read_text(encoding="utf-8"))
    facts["sample_size"] = side // tiny_diffusion.FACTOR
    config.write_text(json.dumps(facts), encoding="utf-8")
    params = {"prompt": PROMPT, "seed": 1, "num_inference_steps": STEPS}
    return lambda target: make(side, target), {**params, "width": side, "height": side}


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


def bare_text(folder: Path) -> tuple[Callable[[Path], None], dict[str, Any]]:
    """Return transformers alone, and the parameters of the same job."""
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

    params = {"prompt": PROMPT, "seed": 1, "max_new_tokens": TOKENS}
    return make, {**params, "temperature": 0.8, "top_p": 0.95}


ARMS = {
    "image": (
        big_models.image_checkpoint,
        bare_image,
        "image_diffusion",
        "text_to_image",
        "sd15",
        "diffusers",
    ),
    "text": (text_checkpoint, bare_text, "text_gpt", "write", "causal_lm", "transformers"),
}


def through_the_queue(library: Library, request: Request) -> None:
    """Enqueue a job and return when its asset is in the library."""
    [job] = library.jobs.enqueue([NewJob(request)])
    seen = -1
    while not (job := library.jobs.get(job.id)).is_final:
        while (version := library.data_version()) == seen:
            time.sleep(0.005)
        seen = version
    if job.status is not JobStatus.SUCCEEDED:
        message = f"{job.reason} {job.hint}\n{log_of(library)}"
        raise SystemExit(message)
    (asset,) = library.assets.page(AssetQuery(job_id=job.id), limit=2)
    if asset.recipe is None or asset.recipe.notes:  # such as "made at 128×128"
        raise SystemExit(f"the job did other work than the bare loop: {asset.recipe}")


def measure(kind: str, rounds: int, figures: Figures) -> None:
    """Time both arms in turn and add the figures."""
    write, bare_of, generator, mode, family, form = ARMS[kind]
    with tempfile.TemporaryDirectory() as temporary:
        folder = write(Path(temporary) / "weights")
        bare, params = bare_of(folder)
        root = Path(temporary) / "library"
        modality = "image" if kind == "image" else "text"
        with Library.open(root) as library:
            listed = library.models.add(
                Checkpoint(kind, kind, generator, modality, family, form, str(folder), bytes=1)
            )
            checkpoint = CheckpointRef(listed.id, listed.name, family=family, format=form)
            request = Request(generator, mode, params, checkpoint)
            queued: list[float] = []
            alone: list[float] = []
            with running_engine(root):
                arms: list[tuple[list[float], Callable[[], object]]] = [
                    (queued, lambda: through_the_queue(library, request)),
                    (alone, lambda: bare(folder / "bare.png")),
                ]
                for number in range(rounds + 1):
                    for seconds, make in arms:
                        begun = time.perf_counter()
                        make()
                        if number:  # the first of each loads and warms
                            seconds.append(time.perf_counter() - begun)
                    arms.reverse()  # whatever drifts favours neither
    base, job = statistics.median(alone), statistics.median(queued)
    size = f"{params['width']} px, {STEPS} steps" if kind == "image" else f"{TOKENS} tokens"
    figures.note(f"{kind} ({size}): bare " + " ".join(f"{value:.2f}" for value in alone) + " s")
    figures.note(f"{kind} ({size}): job  " + " ".join(f"{value:.2f}" for value in queued) + " s")
    figures.add(f"{kind}: bare loop, median", base, "s")
    figures.add(f"{kind}: through the queue, median", job, "s")
    if kind == "text":
        figures.add("text: added by the queue, of the medians", (job - base) * 1e3, "ms")
        base, job = min(alone), min(queued)
        figures.add("text: bare loop, quickest", base, "s")
        figures.add("text: through the queue, quickest", job, "s")
    bar = round((FIXED_SECONDS + SHARE * base) * 1e3, 1)
    figures.add(f"{kind}: added by the queue", (job - base) * 1e3, "ms", bar)
    if kind == "image":
        figures.add("image: shortness of the job (5 s over its time)", LEAST_SECONDS / base, "x", 1)


def main() -> int:
    """Run from the command line."""
    options = parser(__doc__ or "")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--only", choices=tuple(ARMS))
    options.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="of both arms")
    options.add_argument("--policy", choices=("PASSIVE", "ACTIVE"), help="OMP_WAIT_POLICY")
    chosen = options.parse_args()
    if chosen.policy:
        os.environ["OMP_WAIT_POLICY"] = chosen.policy
    os.environ["OMP_NUM_THREADS"] = str(chosen.threads)  # before torch is imported, in both arms
    from transformers.utils import logging

    logging.disable_progress_bar()
    figures = Figures(check=chosen.check)
    figures.note(f"{chosen.threads} threads in each arm")
    for kind in ARMS:
        if chosen.only in (None, kind):
            rounds = chosen.rounds * (TEXT_ROUNDS if kind == "text" else 1)
            measure(kind, rounds, figures)
    return figures.report()


if __name__ == "__main__":
    sys.exit(main())
