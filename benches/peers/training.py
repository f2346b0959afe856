"""Times training steps: ours beside PyTorch's own LSTM modules on the same model.

    python3 benches/peers/training.py [--batch 128] [--threads 2] [--rounds 3] [--as-installed] [--json]
    python3 benches/peers/training.py --device cuda [--batch 128] [--rounds 3] [--json]

A step is forward (teacher-forced, with dropout), backward, clipping to norm 1 and Adam, on random tokens; ours is
`cargo bench -p musicvae --bench training`. The sides take turns; medians of all steps. On the CPU preset `compact`;
PyTorch is told to keep freed memory, as our trainer does, unless --as-installed leaves it as it comes;
with --json the last line is {"ours_windows_per_s": .., "pytorch_windows_per_s": .., "ratio": ..}.

On a GPU (the CUDA toolkit's `nvcc` must be there to build our side) presets `compact` and `paper`, each with 32-bit
products and with TF32 ones on both sides, as a table. A third column is PyTorch decoding as the published
implementation does, one of the 64 steps after the other. With --json the last line is a list of
{"preset": .., "tf32": .., "ours": .., "pytorch": .., "loop": ..}, windows per second each.
"""
import argparse
import ctypes
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

STEPS = {"cpu": 12, "cuda": 60}


class Looped(groove_vae.GrooveVAE):
    """The same network, decoding one step after the other."""

    def forward(self, z, tokens, drop_previous=0.0):
        b, (bars, sketch), width = len(z), self.plan(z), self.columns.shape[1]
        heard = None if sketch is None else torch.sigmoid(sketch)
        h, c = self.states(self.bar_to_state(bars.reshape(b * groove_vae.BARS, -1)), self.config["decoder"])
        outs, logits = [], []
        for step in range(groove_vae.STEPS):
            bar = step // groove_vae.STEPS_PER_BAR
            if step % groove_vae.STEPS_PER_BAR == 0:
                state = h[:, bar :: groove_vae.BARS].contiguous(), c[:, bar :: groove_vae.BARS].contiguous()
            before = self.before(tokens, step)
            kept = torch.rand(b, 1, device=z.device) >= drop_previous
            parts = [before[:, :width] * kept, before[:, width:]] + ([] if heard is None else [heard[:, step]])
            out, state = self.decoder(torch.cat([*parts, bars[:, bar]], 1)[:, None], state)
            outs.append(out)
            logits.append(self.logits(out[:, 0], None if sketch is None else sketch[:, step]))
        return torch.stack(logits, 1), *self.express(torch.cat(outs, 1), tokens, z)


def ours(args, preset="compact", tf32=False):
    """Windows per second of a step."""
    command = ["cargo", "bench", "--quiet", "--locked", "-p", "musicvae", "--bench", "training"]
    command += ["--features", "cuda"] if args.device == "cuda" else []
    command += ["--", str(args.batch), "--device", args.device, "--preset", preset] + ["--tf32"] * tf32
    environment = {**os.environ, "RAYON_NUM_THREADS": str(args.threads)}
    run = subprocess.run(command, cwd=peer.ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    # Of `compact` the one with expression, which comes last.
    found = re.findall(r"expression (?:true|false): batch \d+, (\d+) windows/s", run.stdout)
    if not found:
        sys.exit(f"error: our side answered: {run.stdout!r}")
    return float(found[-1])


class PyTorch:
    """A network to be timed."""

    def __init__(self, kind, args, preset="compact"):
        config = {**groove_vae.PRESETS[preset], "prior": None}
        self.args, self.network = args, kind(config).to(args.device).train()
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=1e-3)
        self.steps(8, 2)

    def steps(self, batch, count=None):
        """Windows per second of each step."""
        found, device = [], self.args.device
        for _ in range(count or STEPS[device]):
            tokens = torch.randint(0, groove_vae.TOKENS, (batch, groove_vae.STEPS), device=device)
            began = time.perf_counter()
            self.optimiser.zero_grad()
            loss = groove_vae.loss(self.network, tokens, beta=0.05, drop_previous=0.2)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            self.optimiser.step()
            loss.item()
            if device == "cuda":
                torch.cuda.synchronize()
            found.append(batch / (time.perf_counter() - began))
        return found


def keep_freed_memory():
    """As our side does: glibc would give every large tensor's memory back to the system, and have it cleared again."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    mmap_max, trim_threshold = -4, -1
    mallopt(mmap_max, 0)
    mallopt(trim_threshold, -1)


def on_cpu(args):
    if not args.as_installed:
        keep_freed_memory()
    torch.set_num_threads(args.threads)
    pytorch = PyTorch(groove_vae.GrooveVAE, args)
    theirs, own = [], []
    for _ in range(args.rounds):
        own.append(ours(args))
        theirs += pytorch.steps(args.batch)
    own, theirs = statistics.median(own), statistics.median(theirs)
    print(f"{peer.machine()}, {args.threads} threads, load of the machine {os.getloadavg()[0]:.1f}; PyTorch {torch.__version__}")
    print(f"batch {args.batch}: ours {own:.0f} windows/s, PyTorch {theirs:.0f} windows/s, ratio {own / theirs:.2f}")
    return {"ours_windows_per_s": own, "pytorch_windows_per_s": theirs, "ratio": own / theirs}


def on_gpu(args):
    if not torch.cuda.is_available():
        sys.exit("error: PyTorch finds no GPU")
    print(f"{torch.cuda.get_device_name()}; PyTorch {torch.__version__}, cuDNN {torch.backends.cudnn.version()}\n")
    print(f"| preset, batch {args.batch}, windows/s | products | ours | PyTorch, cuDNN's LSTM | PyTorch, 64 steps in a loop | | |")
    print("|---|---|---|---|---|---|---|")
    rows = []
    for preset in ("compact", "paper"):
        for tf32 in (False, True):
            torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
            whole, looped = PyTorch(groove_vae.GrooveVAE, args, preset), PyTorch(Looped, args, preset)
            found = {"ours": [], "pytorch": [], "loop": []}
            for _ in range(args.rounds):
                found["ours"].append(ours(args, preset, tf32))
                found["pytorch"] += whole.steps(args.batch)
                found["loop"] += looped.steps(args.batch)
            row = {name: statistics.median(numbers) for name, numbers in found.items()}
            own, theirs, loop = row.values()
            products = "TF32" if tf32 else "f32"
            print(f"| `{preset}` | {products} | {own:.0f} | {theirs:.0f} | {loop:.0f} | {own / theirs:.2f} x | {own / loop:.1f} x |")
            rows.append({"preset": preset, "tf32": tf32, **row})
            del whole, looped
            torch.cuda.empty_cache()
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--as-installed", action="store_true", help="leave PyTorch's memory on the CPU as it comes")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    args = parser.parse_args()
    result = on_gpu(args) if args.device == "cuda" else on_cpu(args)
    if args.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
