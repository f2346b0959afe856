"""Measures the built-in kit beside kits that people use.

    cargo run --release -p kit --example audition -- OURS
    python3 interop/kit/measure.py --root /usr/share --ours OURS [--cache FILE] [--aisfx]

prints the tables of docs/kit.md. `--root` is where the packages named in references.py are unpacked. Needs numpy, scipy, scikit-learn, soundfile, soxr and pyfluidsynth (with FluidSynth's
library); `--aisfx` also torch and aisfx. No sound leaves this program: numbers do.
"""

import argparse
import pathlib
import pickle
import warnings

import numpy as np
import soundfile

import judge
import references
from measures import BANDS, hit
from references import INSTRUMENTS

VELOCITIES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
SHOWN = [0.3, 0.6, 0.9]
SINGLE = ["t60", "t40", "crest", "centroid", "late_centroid", "flatness", "peak_ms"]


def measure_kit(play):
    """{instrument: {velocity: measures}} of what `play` gives."""
    return {name: {v: hit(sound) for v in VELOCITIES if (sound := play(name, v)) is not None} for name in INSTRUMENTS}


def ours(folder):
    """Our hits, each the mean of its takes; the takes; and how much takes at .8 differ, dB."""
    frames = int(references.SECONDS * references.RATE)

    def play(take):
        def read(name, velocity):
            path = pathlib.Path(folder) / f"{name}-{round(velocity * 100):03}-{take}.wav"
            sound, _ = soundfile.read(path, frames, dtype="float32", always_2d=True)
            return sound.mean(axis=1)

        return read

    takes = [measure_kit(play(take)) for take in (1, 2, 3)]

    def mean(name, velocity):
        hits = [take[name][velocity] for take in takes]
        return {key: np.mean([hit[key] for hit in hits], axis=0) for key in hits[0]}

    kit = {name: {v: mean(name, v) for v in VELOCITIES} for name in INSTRUMENTS}
    pairs = [(0, 1), (1, 2), (0, 2)]
    gaps = {
        name: np.mean([difference(takes[a][name][0.8]["profile"], takes[b][name][0.8]["profile"]) for a, b in pairs])
        for name in INSTRUMENTS
    }
    return kit, takes, gaps


def values(kits, names, instrument, velocity, key):
    found = [kits[name][instrument].get(velocity) for name in names]
    return [value[key] for value in found if value is not None]


def difference(a, b):
    """Mean difference of two log-mel profiles, dB, where either has sound, once both are equally loud."""
    heard = np.maximum(a, b) > -60
    gap = (a - b)[heard]
    return float(np.abs(gap - np.median(gap)).mean())


def layers(kit, instrument):
    """Difference of hits at neighbouring velocities that are not the same recording."""
    hits = [kit[instrument][v]["profile"] for v in VELOCITIES if kit[instrument].get(v)]
    gaps = [difference(a, b) for a, b in zip(hits, hits[1:])]
    return [gap for gap in gaps if gap > 0.3]


def octaves(kit, instrument):
    """How much higher the centroid is at velocities .8 to 1 than at .1 to .3: means, since strokes differ."""
    soft, hard = (
        [np.log2(hit["centroid"]) for v in velocities if (hit := kit[instrument].get(v))]
        for velocities in (VELOCITIES[:3], VELOCITIES[-3:])
    )
    return np.mean(hard) - np.mean(soft) if soft and hard else float("nan")


def spread(found):
    low, middle, high = np.nanpercentile(found, [10, 50, 90])
    digits = 0 if middle >= 100 else 1 if middle >= 10 else 2
    return f"{middle:.{digits}f} [{low:.{digits}f}-{high:.{digits}f}]"


def number(x):
    return f"{x:.0f}" if abs(x) >= 100 else f"{x:.1f}" if abs(x) >= 10 else f"{x:.2f}"


def print_bands(mine, kits, names):
    heads = [f"{low}-{high}" for low, high in BANDS]
    print("\nBands, ours / median: dB of the first half second, and T60 in seconds\n\n| | velocity | " + " | ".join(heads) + " |")
    print("|---" * (len(BANDS) + 2) + "|")
    worst = {}
    for name in INSTRUMENTS:
        for velocity in SHOWN:
            level = np.nanmedian(values(kits, names, name, velocity, "level"), axis=0)
            got = mine[name][velocity]["level"]
            print(f"| {name} | {velocity} dB | " + " | ".join(f"{a:.0f}/{b:.0f}" for a, b in zip(got, level)) + " |")
            times = np.nanmedian(values(kits, names, name, velocity, "band_t60"), axis=0)
            mine_times = mine[name][velocity]["band_t60"]
            print(f"| {name} | {velocity} s | " + " | ".join(f"{a:.2f}/{b:.2f}" for a, b in zip(mine_times, times)) + " |")
            # What lies 35 dB and more under the whole is not asked for.
            asked = level > -35
            far = np.abs(np.array(got) - level)[asked]
            ratio = np.abs(np.log(np.array(mine_times) / times))[asked & ~np.isnan(times)]
            worst[name, velocity] = (far.max(), int((far > 4).sum()), np.exp(np.nanmax(ratio)), int((ratio > np.log(1.5)).sum()))
    print("\n| | velocity | worst band, dB | bands over 4 dB | worst decay, factor | decays over 1.5 |\n|---|---|---|---|---|---|")
    for (name, velocity), (a, b, c, d) in worst.items():
        print(f"| {name} | {velocity} | {a:.1f} | {b} | {c:.2f} | {d} |")


def print_singles(mine, own_gaps, kits, names):
    print("\nAt velocity .8: ours, median [10th-90th percentile]\n\n| | " + " | ".join(SINGLE) + " | octaves soft to hard | equal strokes, dB |")
    print("|---" * (len(SINGLE) + 3) + "|")
    for name in INSTRUMENTS:
        cells = [f"{number(mine[name][0.8][key])}, {spread(values(kits, names, name, 0.8, key))}" for key in SINGLE]
        brightness = spread([octaves(kits[kit], name) for kit in names])
        cells.append(f"{octaves(mine, name):+.2f}, {brightness}")
        gaps = [gap for kit in names for gap in layers(kits[kit], name)]
        cells.append(f"{own_gaps[name]:.1f}, {spread(gaps)}")
        print(f"| {name} | " + " | ".join(cells) + " |")
    falls = {name: spread(values(kits, names, name, 1.0, "pitch_fall")) for name in INSTRUMENTS[2:5]}
    for name, fall in falls.items():
        print(f"{name}: pitch falls {mine[name][1.0]['pitch_fall']:.1f} semitones from 30 to 250 ms at full velocity; {fall}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", default="/usr/share")
    parser.add_argument("--ours", required=True)
    parser.add_argument("--cache", help="file that keeps the references' numbers")
    parser.add_argument("--aisfx", action="store_true")
    options = parser.parse_args()
    warnings.filterwarnings("ignore", "All-NaN|Mean of empty", RuntimeWarning)
    every = references.TUNING + references.HELD_OUT + references.ELECTRONIC
    cache = pathlib.Path(options.cache) if options.cache else None
    kits = pickle.loads(cache.read_bytes()) if cache and cache.exists() else {}
    for kit in every:
        if kit not in kits:
            kits[kit] = measure_kit(references.player(options.root, kit))
            if cache:
                cache.write_bytes(pickle.dumps(kits))
    mine, takes, gaps = ours(options.ours)
    kits = judge.without_shared_recordings(kits, difference)
    acoustic = references.TUNING + references.HELD_OUT
    print_bands(mine, kits, references.TUNING)
    print_singles(mine, gaps, kits, acoustic)
    shared = judge.shared_recordings(kits, difference)
    judge.print_all(takes, kits, "log-mel", shared)
    if options.aisfx:
        judge.print_aisfx(options, kits, shared)


if __name__ == "__main__":
    main()
