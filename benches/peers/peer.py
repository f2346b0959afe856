"""Our kernel as a process to compare with: `crates/musicvae/examples/peer`, built if need be."""
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Peer:
    """Sends requests as lines of JSON and gives back what is answered."""

    def __init__(self):
        build = ["cargo", "build", "--release", "--locked", "-p", "musicvae", "--no-default-features", "--example", "peer"]
        try:
            subprocess.run([*build, "--quiet"], cwd=ROOT, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            sys.exit(f"error: cannot build our side: {error}")
        target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        self.process = subprocess.Popen([ROOT / target / "release/examples/peer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, **request):
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())
        except (OSError, ValueError):
            sys.exit(f"error: our side has ended: {self.process.wait()}")


def only_core(core):
    """Binds this process, and those it starts, to one core where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def machine():
    """The processor's name, as the system tells it."""
    try:
        with open("/proc/cpuinfo") as file:
            names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
        return f"{names[0]}, {len(names)} cores"
    except (OSError, IndexError):
        return "unknown processor"
