"""Times training steps of preset `compact`: ours beside PyTorch's own LSTM modules on the same model.

    python3 benches/peers/training.py [--batch 128] [--threads 2] [--rounds 3] [--json]

A step is forward (teacher-forced, with dropout), backward, clipping to norm 1 and Adam, on random tokens; ours is
`cargo bench -p musicvae --bench training`. The two take turns; medians of all steps. With --json the last line is
{"ours_windows_per_s": .., "pytorch_windows_per_s": .., "ratio": ..}.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time

import peer

sys.path.insert(0, str(peer.ROOT / "interop/pytorch"))
try:
    import torch

    import groove_vae
except ImportError as error:
    sys.exit(f"error: {error}: pip install -r benches/peers/requirements.txt")

STEPS = 12


def ours(batch, threads):
    """Windows per second, of the network with expression."""
    command = ["cargo", "bench", "--quiet", "--locked", "-p", "musicvae", "--bench", "training", "--", str(batch)]
    environment = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
    run = subprocess.run(command, cwd=peer.ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    found = re.search(r"expression true: batch \d+, (\d+) windows/s", run.stdout)
    if not found:
        sys.exit(f"error: our side answered: {run.stdout!r}")
    return float(found[1])


def pytorch(network, optimiser, batch):
    """Windows per second of each step."""
    found = []
    for _ in range(STEPS):
        tokens = torch.randint(0, groove_vae.TOKENS, (batch, groove_vae.STEPS))
        began = time.perf_counter()
        optimiser.zero_grad()
        groove_vae.loss(network, tokens, beta=0.05, drop_previous=0.2).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        found.append(batch / (time.perf_counter() - began))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    network = groove_vae.GrooveVAE({**groove_vae.PRESETS["compact"], "prior": None}).train()
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
    pytorch(network, optimiser, 8)
    theirs, own = [], []
    for _ in range(args.rounds):
        own.append(ours(args.batch, args.threads))
        theirs += pytorch(network, optimiser, args.batch)
    own, theirs = statistics.median(own), statistics.median(theirs)
    print(f"{peer.machine()}, {args.threads} threads, load of the machine {os.getloadavg()[0]:.1f}; PyTorch {torch.__version__}")
    print(f"batch {args.batch}: ours {own:.0f} windows/s, PyTorch {theirs:.0f} windows/s, ratio {own / theirs:.2f}")
    if args.json:
        print(json.dumps({"ours_windows_per_s": own, "pytorch_windows_per_s": theirs, "ratio": own / theirs}))


if __name__ == "__main__":
    main()
