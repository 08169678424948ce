"""The largest pass of image pipelines: what it takes, against what the generator reckons with.

    python tests/benchmarks/activations.py [--sides 256,512] [--dtypes float32,bfloat16] [--check]

Decodes with a VAE in the shape of Stable Diffusion 1.5 and XL (they have the same), random weights,
on the CPU, and reads the kernel's own peak of resident memory over what was resident before. Each
size is a process of its own: what one leaves behind must not count for the next. ``--unet`` adds a
step of the Stable Diffusion 1.5 U-Net (860 M numbers) with guidance, which must stay below.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[2])]

from helpers.figures import Figures, parser  # noqa: E402

from generators.image_diffusion.footprint import pass_bytes  # noqa: E402

MB = 1e6
ITEM = {"float32": 4, "bfloat16": 2}
PROGRAM = """
import json, sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.utils import logging
logging.set_verbosity_error()
sys.path.insert(0, sys.argv[4])
from generators.image_diffusion.single_file import CONFIGS
part, side, dtype = sys.argv[1], int(sys.argv[2]), getattr(torch, sys.argv[3])

def field(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))

kind = {"vae": AutoencoderKL, "unet": UNet2DConditionModel}[part]
config = json.loads((CONFIGS / "sd15" / part / "config.json").read_text())
with torch.device("meta"):
    network = kind.from_config(config)
network = network.to(dtype).to_empty(device="cpu").eval()
with torch.no_grad():
    for value in [*network.parameters(), *network.buffers()]:
        value.fill_(0.01)  # every page is really there before the pass
    latent = torch.randn(1, 4, side // 8, side // 8).to(dtype)
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins here
    before = field("VmRSS")
    if part == "vae":
        network.decode(latent)
    else:
        text = torch.randn(2, 77, 768).to(dtype)
        network(torch.cat([latent, latent]), 500, text)
print(field("VmHWM") - before)
"""


def measured(part: str, side: int, dtype: str) -> int:
    """Return the peak of one pass in bytes."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, part, str(side), dtype, str(HERE.parents[2])],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return int(json.loads(done.stdout.splitlines()[-1]))


def main() -> int:
    """Run from the command line."""
    options = parser(__doc__ or "")
    options.add_argument("--sides", default="256,512", help="px, with commas")
    options.add_argument("--dtypes", default="float32,bfloat16")
    options.add_argument("--unet", action="store_true", help="a step of the U-Net as well")
    chosen = options.parse_args()
    figures = Figures(check=chosen.check)
    ratios = []
    for dtype in chosen.dtypes.split(","):
        for side in map(int, chosen.sides.split(",")):
            found = measured("vae", side, dtype)
            reckoned = pass_bytes(side * side, item_bytes=ITEM[dtype])
            ratios.append(reckoned / found)
            figures.note(f"{dtype} {side} px: {found / MB:.0f} MB, reckoned {reckoned / MB:.0f} MB")
            if chosen.unet:
                step = measured("unet", side, dtype)
                figures.note(f"{dtype} {side} px: U-Net {step / MB:.0f} MB")
                figures.add(f"{dtype} {side} px: U-Net to VAE", step / found, "x", 1.0)
    figures.add("measured over reckoned, at most", 1 / min(ratios), "x", 1.05)
    figures.add("reckoned over measured, at most", max(ratios), "x", 1.5)
    return figures.report()


if __name__ == "__main__":
    sys.exit(main())
