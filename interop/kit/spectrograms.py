"""Draws spectrograms of our hits under one another and under a recorded kit's, for docs/kit.md.

    python3 interop/kit/spectrograms.py --root /usr/share --out docs/kit.png --kit "Black Pearl 4" OURS...

needs what measure.py needs, and matplotlib.
"""

import argparse
import pathlib

import matplotlib.pyplot as plt
import numpy as np
import soundfile

import references
from measures import trimmed
from references import RATE

SHOWN = ["kick", "snare", "high-tom", "closed-hi-hat", "crash", "ride"]
SECONDS = {"crash": 2.0, "ride": 2.0}


def hit(folder, name):
    paths = [pathlib.Path(folder) / f"{name}-080{take}.wav" for take in ("-1", "")]
    sound, _ = soundfile.read(next(path for path in paths if path.exists()), dtype="float32")
    return sound.mean(axis=1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", default="/usr/share")
    parser.add_argument("--out", required=True)
    parser.add_argument("--kit", required=True)
    parser.add_argument("ours", nargs="+")
    options = parser.parse_args()
    play = references.player(options.root, options.kit)
    rows = [(pathlib.Path(folder).name, lambda name, folder=folder: hit(folder, name)) for folder in options.ours]
    rows.append((options.kit, lambda name: play(name, 0.8)))
    figure, axes = plt.subplots(len(rows), len(SHOWN), figsize=(12, 2 * len(rows)), layout="constrained")
    for line, (title, sound_of) in zip(axes, rows):
        for axis, name in zip(line, SHOWN):
            length = int(SECONDS.get(name, 0.8) * RATE)
            sound = trimmed(sound_of(name))
            sound = np.pad(sound[:length], (0, max(0, length - len(sound)))) / np.abs(sound).max()
            axis.specgram(sound + 1e-9, NFFT=1024, noverlap=768, Fs=RATE, vmin=-140, vmax=-50, cmap="magma")
            axis.set(yscale="symlog", ylim=(50, 16_000), title=f"{title}: {name}", yticks=[100, 1000, 10_000])
            axis.set_yscale("log")
            axis.set_yticks([100, 1000, 10_000], ["100", "1k", "10k"])
            axis.title.set_fontsize(8)
            axis.tick_params(labelsize=6)
    figure.savefig(options.out, dpi=80)


if __name__ == "__main__":
    main()
