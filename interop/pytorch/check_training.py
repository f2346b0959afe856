"""Checks training with two CPU processes from end to end: windows -> torchrun (gloo) -> weights file -> our kernel.

Preset `tiny` on made-up grooves: the loss must fall, both processes must end with the same weights, the file must load in our
kernel, which must decode the same greedy tokens as PyTorch. Needs what requirements.txt says, and Rust for our side.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np

import check

HERE = pathlib.Path(__file__).parent


def grooves(count):
    """Backbeats with hats and varied kicks."""
    random = np.random.default_rng(1)
    step = np.arange(64)
    windows = np.where(step % 2 == 0, 4, 0) + np.where(step % 16 // 4 % 2 == 1, np.where(step % 4 == 0, 128, 0), 0)
    windows = np.tile(windows, (count, 1))
    kicks = random.random((count, 16)) < np.where(np.arange(16) % 8 == 0, 0.95, 0.2)
    return (windows | np.tile(np.where(kicks, 256, 0), (1, 4))).astype("<u2")


def main():
    with tempfile.TemporaryDirectory() as folder:
        windows, out = pathlib.Path(folder, "windows.u16le"), pathlib.Path(folder, "weights.safetensors")
        grooves(512).tofile(windows)
        command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(HERE / "train.py"),
                   "--windows", str(windows), "--preset", "tiny", "--epochs", "6", "--batch", "64", "--lr", "3e-3", "--out", str(out)]
        run = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        print(run.stdout, end="")
        losses = [float(loss) for loss in re.findall(r"loss ([\d.]+)", run.stdout)]
        found = []
        if run.returncode or len(losses) != 6:
            sys.exit("error: training has failed")
        if not losses[-1] < 0.6 * losses[0]:
            found.append(f"the loss went from {losses[0]} to {losses[-1]}")
        found += check.differences(check.peer.Peer(), out)
    print("; ".join(found) or "trained by two processes, plays the same on both sides")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
