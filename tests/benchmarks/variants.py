"""Eight variants of one piece of copy together, against one after another, all of one length.

    python tests/benchmarks/variants.py [--checkpoint FILE_OR_FOLDER] [--rounds N] [--check]

Without ``--checkpoint`` a Llama of some 30 million random weights is made and run by transformers.
Both arms call the same backend with the same prompt, seeds and length and take turns; the medians
are compared. "One after another" may use whatever the backend remembers of the prompt.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[2])]
os.environ["HF_HUB_OFFLINE"] = "1"
warnings.simplefilter("ignore")

from helpers import big_models  # noqa: E402
from helpers.figures import Figures, parser  # noqa: E402
from helpers.tiny_text import reference  # noqa: E402

from generators.testing import RecordingContext  # noqa: E402
from generators.text_gpt.backend import Ask, Sampling, Watch  # noqa: E402
from generators.text_gpt.copy_prompts import Limit, turns  # noqa: E402
from generators.text_gpt.generator import TextGPT  # noqa: E402

if TYPE_CHECKING:
    from generators.text_gpt.backend import Backend

VARIANTS, TOKENS, BAR = 8, 48, 2.5
BRIEF = (
    "Brand: Halden\nProduct: an insulated steel bottle\nAudience: people who walk to work\n"
    "Message: coffee that is still hot at noon\nTone: calm, honest"
)


def seconds(backend: Backend, batches: list[list[Ask]]) -> float:
    """Return how long the batches take, one after another."""
    sampling = Sampling(max_new_tokens=TOKENS, temperature=0.8, ignore_eos=True)
    watch = Watch(tick=lambda _done, _total: None)
    begun = time.perf_counter()
    for batch in batches:
        for completion in backend.complete(batch, sampling, watch):
            if completion.tokens < TOKENS - 4:  # pieces of one character may arrive together
                message = f"only {completion.tokens} of {TOKENS} tokens were written"
                raise SystemExit(message)
    return time.perf_counter() - begun


def main() -> int:
    """Measure, print the ratio last, return the exit code."""
    options = parser(__doc__ or "")
    options.add_argument("--checkpoint", type=Path, help="a GGUF file or a transformers folder")
    options.add_argument("--rounds", type=int, default=3)
    wanted = options.parse_args()
    figures = Figures(wanted.check)
    with tempfile.TemporaryDirectory() as temporary:
        path = wanted.checkpoint or big_models.llama(Path(temporary) / "weights")
        context = RecordingContext(Path(temporary) / "load")
        generator = TextGPT.load(reference(path.resolve()), (), "auto", "auto", context)
        backend = generator.backend
        assert backend is not None
        conversation = turns(BRIEF, "", Limit("headline", max_width=30), "en", ())
        asks = [Ask(conversation, seed) for seed in range(1, VARIANTS + 1)]
        seconds(backend, [asks[:1]])  # warm
        together: list[float] = []
        alone: list[float] = []
        for _ in range(wanted.rounds):
            together.append(seconds(backend, [asks]))
            alone.append(seconds(backend, [[ask] for ask in asks]))
        generator.unload()
    one, other = statistics.median(together), statistics.median(alone)
    figures.note(f"{path.name}: {VARIANTS} variants of {TOKENS} tokens")
    figures.add("together", one, "s")
    figures.add("one after another", other, "s")
    figures.add("tokens per second together", VARIANTS * TOKENS / one, "")
    figures.add("tokens per second one after another", VARIANTS * TOKENS / other, "")
    code = figures.report()
    good = other / one >= BAR
    print(f"{'together is faster':<58} {other / one:>10.2f} times"
          f"   bar {BAR:g} times: {'ok' if good else 'MISSED'}")  # fmt: skip
    return code or (1 if wanted.check and not good else 0)


if __name__ == "__main__":
    sys.exit(main())
