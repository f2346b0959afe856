"""Times preparing the data, and measures its memory: `trainer windows` on an archive, and on larger ones made of it.

    python3 benches/data.py --data groove.zip [--rounds 5] [--files 1000 10000 100000] [--json]

Medians of so many rounds. The larger archives have so many MIDI files, those of the given one again and again under other
names, each with its row in info.csv; they are made in a temporary folder. Their peak memory is set beside how many windows
and files they have. Needs Rust and Python alone.

With --json the last line is [{"files": .., "windowing": .., "seconds": .., "peak_mb": .., "windows": ..}, ..].
"""
import argparse
import csv
import io
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[1]


def build():
    """The trainer, built if need be."""
    command = ["cargo", "build", "--release", "--locked", "--quiet", "-p", "trainer"]
    if subprocess.run(command, cwd=ROOT).returncode:
        sys.exit("error: cannot build the trainer")
    return ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release/trainer"


def run(trainer, archive, windowing, out):
    """Seconds, peak memory in MB, and windows of one run."""
    began = time.perf_counter()
    command = [trainer, "windows", "--data", archive, "--windowing", windowing, "--out", out]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    found = re.search(r"wrote (\d+) windows", said)
    if status or not found:
        sys.exit(f"error: the trainer failed on {archive}: {said!r}")
    # Linux counts in kB, macOS in bytes.
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return seconds, peak / 1e6, int(found[1])


def enlarge(archive, count, to):
    """Writes an archive of `count` MIDI files: those of `archive`, again and again."""
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        info = min((name for name in source.namelist() if name.endswith("info.csv")), key=lambda name: name.count("/"))
        rows = list(csv.DictReader(io.StringIO(source.read(info).decode())))
        folder = info[: -len("info.csv")]
        midi = [source.read(folder + row["midi_filename"]) for row in rows]
        table = io.StringIO()
        writer = csv.DictWriter(table, rows[0].keys())
        writer.writeheader()
        for i in range(count):
            row, content = rows[i % len(rows)], midi[i % len(rows)]
            name = f"{i // len(rows):03}/{row['midi_filename']}"
            writer.writerow({**row, "midi_filename": name})
            out.writestr(name, content)
        out.writestr("info.csv", table.getvalue())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="the Groove MIDI Dataset, or any such zip with info.csv")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--files", type=int, nargs="*", default=[], help="larger archives to make, by their number of files")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    args = parser.parse_args()
    if not args.data.is_file():
        sys.exit(f"error: {args.data}: there is no such archive")
    trainer, results = build(), []

    def measure(archive, name, rounds, windowing):
        found = [run(trainer, archive, windowing, pathlib.Path(folder, "windows")) for _ in range(rounds)]
        seconds, peak = (statistics.median(run[i] for run in found) for i in (0, 1))
        windows = found[0][2]
        print(f"{name}, {windowing}: {seconds:.2f} s, peak {peak:.0f} MB, {windows} windows", flush=True)
        results.append({"files": name, "windowing": windowing, "seconds": seconds, "peak_mb": peak, "windows": windows})

    with tempfile.TemporaryDirectory() as folder:
        for windowing in ("seed", "bars"):
            measure(args.data, args.data.name, args.rounds, windowing)
        for count in args.files:
            archive = pathlib.Path(folder, "enlarged.zip")
            enlarge(args.data, count, archive)
            measure(archive, f"{count} files", 1, "bars")
    if args.json:
        print(json.dumps(results))


if __name__ == "__main__":
    main()
