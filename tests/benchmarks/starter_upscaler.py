"""The shipped upscaler on originals that it has never seen, against bicubic and the originals.

    python tests/benchmarks/starter_upscaler.py [--check] [--sheets DIR] [--originals DIR]

``--originals`` is a folder made by ``generators.image_upscale.training.originals`` (its
``held*.npy``); without it, drawings of the held-out style and of held-out names are fetched and
composed in a temporary folder, for which ``resvg_py`` must be installed. Pictures are made four
times smaller by area and enlarged again through the generator's own code. ``--sheets`` writes
bicubic, made and original side by side, and one small picture enlarged to 1080×1080.
"""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[2])]
warnings.simplefilter("ignore")

import numpy as np  # noqa: E402
from helpers.figures import Figures, parser  # noqa: E402
from PIL import Image  # noqa: E402

from generators._torch.pictures import fit  # noqa: E402
from generators._torch.upscaling import load_upscaler  # noqa: E402
from generators.image_upscale.training.originals import build  # noqa: E402

if TYPE_CHECKING:
    from generators._torch.upscaling import Upscaler

SHIPPED = HERE.parents[2] / "assets" / "starter" / "upscaler" / "starter-upscaler-x4.safetensors"
SCALE = 4
MOST_LOST = 0.5  # dB of PSNR, against bicubic
MOST_OFF = 0.10  # of the original's gradient sharpness
MOST_SECONDS = 15.0  # for 128 px to 1080 px; the bar is for the whole visual, diffusion included
SHOWN = 8


def psnr(made: np.ndarray, real: np.ndarray) -> float:
    """Return the peak signal to noise ratio in dB, of 8-bit levels."""
    error = np.mean((made.astype(np.float64) - real) ** 2)
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


def sharpness(levels: np.ndarray) -> float:
    """Return the mean length of the gradient over all pixels and colours."""
    values = levels.astype(np.float64)
    right, down = np.diff(values, axis=1)[:-1], np.diff(values, axis=0)[:, :-1]
    return float(np.sqrt(right**2 + down**2).mean())


def halo(made: np.ndarray, real: np.ndarray) -> float:
    """Return how far a picture leaves the range of levels around each pixel of the original.

    In mean levels over the pixels beside edges: ringing and overshoot count, softness does not.
    """
    from scipy.ndimage import maximum_filter, minimum_filter

    high = maximum_filter(real, (9, 9, 1)).astype(np.int16)
    low = minimum_filter(real, (9, 9, 1)).astype(np.int16)
    edges = (high - low) > 40
    over = np.maximum(made - high, 0) + np.maximum(low - made, 0)
    return float(over[edges].mean()) if edges.any() else 0.0


def small_of(original: np.ndarray) -> Image.Image:
    """Return a picture four times smaller, by area."""
    picture = Image.fromarray(original)
    return picture.resize((picture.width // SCALE, picture.height // SCALE), Image.Resampling.BOX)


def enlarged(upscaler: Upscaler, small: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Enlarge as the generators do: the network past the size, Lanczos down to it."""
    return fit(upscaler.enlarge(small, size, lambda _share, _said: None), size)


def measure(upscaler: Upscaler, originals: np.ndarray) -> tuple[dict[str, float], list[np.ndarray]]:
    """Return mean figures over originals, and a row of pictures for each of the first."""
    sums: dict[str, list[float]] = {}
    rows = []
    for original in originals:
        small = small_of(original)
        size = (original.shape[1], original.shape[0])
        made = np.asarray(enlarged(upscaler, small, size))
        cubic = np.asarray(small.resize(size, Image.Resampling.BICUBIC))
        for name, one in (("made", made), ("bicubic", cubic)):
            sums.setdefault(f"{name} psnr", []).append(psnr(one, original))
            sums.setdefault(f"{name} halo", []).append(halo(one.astype(np.int16), original))
            if sharpness(original) > 0.2:  # of a flat picture the share says nothing
                share = sharpness(one) / sharpness(original)
                sums.setdefault(f"{name} sharp", []).append(share)
        if len(rows) < SHOWN:
            rows.append(np.concatenate((cubic, made, original), axis=1))
    return {name: float(np.mean(values)) for name, values in sums.items()}, rows


def one_visual(upscaler: Upscaler, original: np.ndarray) -> tuple[Image.Image, float]:
    """Enlarge one picture of 128 px to 1080 px; return it and the seconds that it took."""
    picture = Image.fromarray(original).resize((128, 128), Image.Resampling.BOX)
    enlarged(upscaler, picture, (300, 300))  # whatever torch does once
    start = time.perf_counter()
    made = enlarged(upscaler, picture, (1080, 1080))
    return made, time.perf_counter() - start


def main() -> int:
    """Measure, print, write sheets."""
    options = parser(__doc__ or "")
    options.add_argument("--sheets", type=Path)
    options.add_argument("--originals", type=Path)
    options.add_argument("--upscaler", type=Path, default=SHIPPED)
    chosen = options.parse_args()
    figures = Figures(chosen.check)
    upscaler = load_upscaler(chosen.upscaler, "cpu")
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.originals or Path(temporary)
        if not chosen.originals:
            build(folder, scenes=1, held=96, seed=1)
        sets = {file.stem: np.load(file) for file in sorted(folder.glob("held*.npy"))}
    for name, originals in sets.items():
        found, rows = measure(upscaler, originals)
        lost = found["bicubic psnr"] - found["made psnr"]
        off = abs(found["made sharp"] - 1)
        figures.note(f"{name}: {len(originals)} pictures, {found['made psnr']:.2f} dB; "
                     f"bicubic {found['bicubic psnr']:.2f} dB")  # fmt: skip
        figures.add(f"{name}: PSNR lost against bicubic", lost, "dB", MOST_LOST)
        figures.add(f"{name}: sharpness off the original's", off, "", MOST_OFF)
        figures.add(f"{name}: the same of bicubic", abs(found["bicubic sharp"] - 1), "")
        figures.add(f"{name}: overshoot beside edges", found["made halo"], "lvl")
        figures.add(f"{name}: the same of bicubic", found["bicubic halo"], "lvl")
        visual, seconds = one_visual(upscaler, originals[0])
        figures.add(f"{name}: 128 px to 1080×1080", seconds, "s", MOST_SECONDS)
        if chosen.sheets:
            chosen.sheets.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.concatenate(rows)).save(chosen.sheets / f"{name}.png")
            visual.save(chosen.sheets / f"{name}-1080.png")
    return figures.report()


if __name__ == "__main__":
    sys.exit(main())
