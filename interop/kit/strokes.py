"""Measures the built-in kit's articulations beside the same strokes of kits that people use.

    cargo run --release -p kit --example audition -- OURS
    python3 interop/kit/strokes.py --root /usr/share [--ours OURS]

prints the tables of docs/kit.md: levels and decays in octave bands at velocity .8, and how much louder each stroke is than
the plain one of the same kit. `--root` and what is needed: see measure.py.
"""

import argparse
import pathlib
import warnings

import numpy as np
import soundfile

import references
from measures import BANDS, hit

VELOCITY = 0.8

# Of each stroke its plain one, the ids in Hydrogen's kits, and the keys of soundfonts in General MIDI and in avldrums.
STROKES = {
    "cross-stick": (
        "snare",
        {"GMRockKit": 1, "ForzeeStereo": 8, "Millo-Drums_v.1": 1, "Millo_MultiLayered2": 1, "ColomboAcousticDrumkit": 10},
        37,
        37,
    ),
    "rim-shot": ("snare", {"GMRockKit": 4, "ForzeeStereo": 5, "The Black Pearl 1.0": 4}, None, None),
    "pedal": (
        "closed-hi-hat",
        {"GMRockKit": 8, "ForzeeStereo": 12, "Millo-Drums_v.1": 8, "Millo_MultiLayered2": 8, "ColomboAcousticDrumkit": 13},
        44,
        44,
    ),
    "half-open": ("open-hi-hat", {"GMRockKit": 16, "ForzeeStereo": 11, "The Black Pearl 1.0": 20}, None, None),
    "bell": ("ride", {"GMRockKit": 17, "ForzeeStereo": 14, "BJA_Pacific": 8}, 53, 53),
}
FONTS = ["Black Pearl 4", "Red Zeppelin 4", "FluidR3 Standard", "MuseScore Standard", "TimGM6mb Standard"]
references.HYDROGEN["The Black Pearl 1.0"] = [0, 2, 9, 7, 5, 10, 6, 13, 12]


def reference(root, kit, stroke):
    """Measures of the stroke and of the plain one; None if the kit has it not."""
    plain, ids, key, avl_key = STROKES[stroke]
    column = references.INSTRUMENTS.index(plain)
    if kit in references.HYDROGEN:
        if kit not in ids:
            return None
        table, number = references.HYDROGEN[kit], ids[kit]
    else:
        is_avl = references.SOUNDFONTS[kit][3] == references.AVL_KEYS
        table, number = references.SOUNDFONTS[kit][3], avl_key if is_avl else key
        if number is None:
            return None
    play = references.player(root, kit)
    both = []
    for value in (number, table[column]):
        changed = list(table)
        changed[column] = value
        if kit in references.HYDROGEN:
            references.HYDROGEN[kit] = changed
        else:
            references.SOUNDFONTS[kit] = (*references.SOUNDFONTS[kit][:3], changed)
        sound = (references.player(root, kit) if kit not in references.HYDROGEN else play)(plain, VELOCITY)
        both.append(None if sound is None else hit(sound))
    if kit in references.HYDROGEN:
        references.HYDROGEN[kit] = table
    else:
        references.SOUNDFONTS[kit] = (*references.SOUNDFONTS[kit][:3], table)
    return None if None in both else tuple(both)


def ours(folder, kit, stroke):
    """The same of our kit `kit` (`dry` or `electronic`): means of three takes."""

    def mean(name):
        takes = []
        for take in (1, 2, 3):
            path = pathlib.Path(folder) / f"{name}-{round(100 * VELOCITY):03}-{take}.wav"
            sound, _ = soundfile.read(path, int(references.SECONDS * references.RATE), dtype="float32", always_2d=True)
            takes.append(hit(sound.mean(axis=1)))
        return {key: np.nanmean([take[key] for take in takes], axis=0) for key in takes[0]}

    return mean(f"{kit}-{stroke}"), mean(f"{kit}-{STROKES[stroke][0]}")


def cells(stroke, plain):
    level = " ".join(f"{x:.0f}" if x > -60 else "." for x in stroke["level"])
    times = " ".join("." if np.isnan(x) else f"{x:.2f}" for x in stroke["band_t60"])
    singles = [stroke["t60"], stroke["centroid"], stroke["crest"], stroke["rms"] - plain["rms"]]
    return f"| {level} | {times} | {singles[0]:.2f} | {singles[1]:.0f} | {singles[2]:.1f} | {singles[3]:+.1f} |"


def median(pairs):
    def of(i):
        return {key: np.nanmedian([pair[i][key] for pair in pairs], axis=0) for key in pairs[0][i]}

    return of(0), of(1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", default="/usr/share")
    parser.add_argument("--ours")
    parser.add_argument("--every", action="store_true", help="also each kit by itself")
    options = parser.parse_args()
    warnings.filterwarnings("ignore", "All-NaN|Mean of empty", RuntimeWarning)
    bands = " ".join(str(low) for low, _ in BANDS)
    print(f"| | kit | dB from {bands} Hz up | T60 of these, s | T60 | centroid, Hz | crest, dB | against plain, dB |")
    print("|---" * 8 + "|")
    for stroke in STROKES:
        found = {kit: reference(options.root, kit, stroke) for kit in [*STROKES[stroke][1], *FONTS]}
        found = {kit: pair for kit, pair in found.items() if pair}
        if options.every:
            for kit, pair in found.items():
                print(f"| {stroke} | {kit} {cells(*pair)}")
        print(f"| {stroke} | median of {len(found)} {cells(*median(list(found.values())))}")
        for kit in ("dry", "electronic") if options.ours else ():
            print(f"| {stroke} | ours, {kit} {cells(*ours(options.ours, kit, stroke))}")


if __name__ == "__main__":
    main()
