"""How much like drummers' are drawn grooves? `python judge.py groove.zip SAMPLES_DIR [--seed N] [--style NAME] [--grid GRID]`

SAMPLES_DIR holds MIDI files of four bars (`trainer sample -n 1500 --out SAMPLES_DIR`). They are compared with windows on bar
lines of the training beats in 4/4 of the Groove MIDI Dataset. Classifiers learn to tell the two apart on one half of both and
are measured on the other, by the area under the curve: .5 cannot tell, 1 always can; the mean over four ways of halving. All windows of a
performance are in the same half: a classifier that has seen the bars before and after a window knows it again, and takes what other
drummers play for made. (Halved without regard to performances, test windows are told from training windows with .89 to .95.) Then come what a drummer
would look at, variety, and near-copies. With --style both sides are of that style. With --grid 8t or 16t (three or six steps to the quarter) they are
compared with what is played in triplets: the performances whose hits lie nearer to that grid, in steps of it, than to any other.
"""
import argparse
import csv
import io
import pathlib
import zipfile

import mido
import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

BARS, INSTRUMENTS = 4, 9
# Steps of a quarter, by the grid's name.
GRIDS = {"16": 4, "8t": 3, "16t": 6}
KICK, SNARE, HIGH_TOM, LOW_MID_TOM, FLOOR_TOM, OPEN_HAT, CLOSED_HAT, CRASH, RIDE = range(INSTRUMENTS)
# Keys of the Roland TD-11 that the data set was played on, and of General MIDI.
KEYS = {
    KICK: (35, 36), SNARE: (37, 38, 40), HIGH_TOM: (48, 50), LOW_MID_TOM: (45, 47), FLOOR_TOM: (41, 43, 58),
    OPEN_HAT: (26, 46), CLOSED_HAT: (22, 42, 44), CRASH: (49, 52, 55, 57), RIDE: (51, 53, 59),
}
INSTRUMENT = {key: instrument for instrument, keys in KEYS.items() for key in keys}
PAIRS = [(a, b) for b in range(BARS) for a in range(b)]


def hits_of(midi):
    """The hits of a MIDI file: quarters since its start, instrument, velocity."""
    hits = []
    for track in midi.tracks:
        tick = 0
        for event in track:
            tick += event.time
            if event.type == "note_on" and event.velocity and event.note in INSTRUMENT:
                hits.append((tick / midi.ticks_per_beat, INSTRUMENT[event.note], event.velocity / 127))
    return hits


def fits(hits):
    """The grid that hits lie nearest to: those off the beat count, in steps, so that a fine grid is not nearer by itself."""
    at = np.array([hit[0] for hit in hits])
    off = {grid: np.abs(at * steps - np.round(at * steps)) for grid, steps in GRIDS.items()}
    between = np.abs(at - np.round(at)) > 1 / 12
    return min(GRIDS, key=lambda grid: off[grid][between].mean() if between.any() else grid != "16")


def steps_of(hits, per_quarter, steps=None):
    """Hits as [steps, 9, 2]: velocity in [0, 1], 0 without a hit, and micro-offset in steps."""
    places = [(int(np.floor(at * per_quarter + 0.5)), instrument, velocity, at * per_quarter) for at, instrument, velocity in hits]
    per_bar = 4 * per_quarter
    if steps is None:
        last = max((hit[0] for hit in places), default=0)
        steps = (last // per_bar + 1) * per_bar
    grid = np.zeros((steps, INSTRUMENTS, 2), np.float32)
    for step, instrument, velocity, place in places:
        if step < steps and velocity > grid[step, instrument, 0]:
            grid[step, instrument] = velocity, place - step
    return grid


def windows(archive, style=None, grid="16"):
    """{split: [[window]]}: by performance, four bars at every bar line, those with fewer than eight hits left out.

    What a sample plays early at its first step stands at the start of its file; so it does here.
    """
    found = {"train": [], "validation": [], "test": []}
    with zipfile.ZipFile(archive) as files:
        info = next(name for name in files.namelist() if name.endswith("info.csv"))
        for row in csv.DictReader(io.StringIO(files.read(info).decode())):
            is_asked = style is None or row["style"].split("/")[0] == style
            if row["time_signature"] != "4-4" or row["beat_type"] != "beat" or not is_asked:
                continue
            content = files.read(info[: -len("info.csv")] + row["midi_filename"])
            hits = hits_of(mido.MidiFile(file=io.BytesIO(content)))
            # What is played in triplets is in the mix that 16ths are compared with, as it always was.
            if grid != "16" and fits(hits) != grid:
                continue
            steps, per_bar = steps_of(hits, GRIDS[grid]), 4 * GRIDS[grid]
            cut = [steps[first : first + BARS * per_bar].copy() for first in range(0, len(steps) - BARS * per_bar + 1, per_bar)]
            cut = [window for window in cut if np.count_nonzero(window[:, :, 0]) >= 8]
            for window in cut:
                window[0, :, 1] = np.maximum(window[0, :, 1], 0)
            if cut:
                found[row["split"]].append(cut)
    return found


def in_common(a, b):
    return np.count_nonzero(a & b) / max(1, np.count_nonzero(a | b))


def drummers_view(window):
    """Named numbers that a drummer would look at."""
    struck = window[:, :, 0] > 0
    quarter = len(window) // BARS // 4
    bars = struck.reshape(BARS, -1, INSTRUMENTS)
    snare = window[:, SNARE, 0].reshape(BARS, -1)
    on_2, on_4 = snare[:, quarter] > 0.4, snare[:, 3 * quarter] > 0.4
    time = bars[:, :, [OPEN_HAT, CLOSED_HAT, RIDE]].any(2)
    pulses = [time[:, ::quarter], time[:, :: quarter // 2]] if quarter % 2 == 0 else [time[:, ::quarter]]
    early = [(0, 1), (0, 2), (1, 2)]
    alike = np.array([in_common(bars[a], bars[b]) for a, b in early])
    same = lambda instrument: np.mean([np.array_equal(bars[a, :, instrument], bars[b, :, instrument]) for a, b in early])
    hands = struck[:, [i for i in range(INSTRUMENTS) if i != KICK]].sum(1)
    return {
        "backbeat": np.mean(on_2 & on_4),
        "half a backbeat": np.mean(on_2 != on_4),
        "kick on one": bars[:, 0, KICK].mean(),
        "unbroken time": np.mean(np.any([pulse.all(1) for pulse in pulses], axis=0)),
        "kick the same": same(KICK),
        "snare the same": same(SNARE),
        "bars the same": np.mean(alike > 0.95),
        "fill in bar four": float(alike.mean() > 0.75 and in_common(bars[2], bars[3]) < 0.5),
        "three hands": np.mean(hands > 2),
        "hits a bar": np.count_nonzero(struck) / BARS,
        "velocity spread": window[:, :, 0][struck].std() if struck.any() else 0.0,
        "micro-offset spread": window[:, :, 1][struck].std() if struck.any() else 0.0,
    }


def by_hand(window, expression):
    """Features: the grid, its bars, how they repeat, a drummer's view; with velocities and micro-offsets or without."""
    struck = window[:, :, 0] > 0
    seen = window if expression else np.stack([struck * 0.6, np.zeros_like(struck, np.float32)], 2)
    bars = struck.reshape(BARS, -1, INSTRUMENTS)
    view = {name: x for name, x in drummers_view(seen).items() if expression or "spread" not in name}
    parts = [
        struck.ravel(), bars.mean(0).ravel(), bars.sum(1).ravel(), [in_common(bars[a], bars[b]) for a, b in PAIRS],
        [(bars[a, :, i] == bars[b, :, i]).mean() for a, b in PAIRS for i in range(INSTRUMENTS)],
        list(view.values()), [len(np.unique(struck, axis=0))],
    ]
    if expression:
        parts.append(window.ravel())
    return np.concatenate([np.asarray(part, np.float32) for part in parts])


def raw(window, _expression):
    return (window[:, :, 0] > 0).ravel().astype(np.float32)


def differences(window, _expression):
    """Onsets, and where each two bars differ."""
    bars = (window[:, :, 0] > 0).reshape(BARS, -1, INSTRUMENTS)
    return np.concatenate([bars.ravel(), *((bars[a] ^ bars[b]).ravel() for a, b in PAIRS)]).astype(np.float32)


def judges(seed):
    """Name, features, whether with velocities and micro-offsets, classifier."""
    trees = lambda: HistGradientBoostingClassifier(max_iter=200, learning_rate=0.08, random_state=seed)
    perceptron = MLPClassifier((64,), alpha=1.0, max_iter=60, random_state=seed)
    return [
        ("onsets: boosted trees", by_hand, False, trees()),
        ("onsets: random forest, raw grid", raw, False, RandomForestClassifier(400, random_state=seed, n_jobs=-1)),
        ("onsets: extra trees, bars' differences", differences, False, ExtraTreesClassifier(400, random_state=seed, n_jobs=-1)),
        ("onsets: perceptron, bars' differences", differences, False, make_pipeline(StandardScaler(), perceptron)),
        ("all: boosted trees", by_hand, True, trees()),
    ]


def told_apart(performances, drawn, features, expression, classifier, rng):
    order = rng.permutation(len(performances))
    reach = np.cumsum([len(performances[i]) for i in order])
    middle = np.searchsorted(reach, reach[-1] / 2) + 1
    drawn = [drawn[i] for i in rng.permutation(len(drawn))]
    sides = []
    for some, own in ((order[:middle], drawn[::2]), (order[middle:], drawn[1::2])):
        played = [window for i in some for window in performances[i]]
        count = min(len(played), len(own))
        both = [played[i] for i in rng.permutation(len(played))[:count]] + own[:count]
        sides.append((np.array([features(window, expression) for window in both]), np.repeat([0, 1], count)))
    (x, y), (other_x, other_y) = sides
    return roc_auc_score(other_y, classifier.fit(x, y).predict_proba(other_x)[:, 1])


def variety(some, rng, pairs=4000):
    grids = [(window[:, :, 0] > 0) for window in some]
    chosen = rng.integers(len(grids), size=(pairs, 2))
    return np.mean([1 - in_common(grids[i], grids[j]) for i, j in chosen if i != j])


def near_copies(some, training):
    """Share of which at most a tenth of the hits differ from some training window."""
    known = np.array([raw(window, False) for window in training])
    mine = np.array([raw(window, False) for window in some])
    copies = 0
    for part in np.array_split(mine, max(1, len(mine) // 200)):
        apart = part.sum(1)[:, None] + known.sum(1)[None] - 2 * part @ known.T
        copies += np.count_nonzero(apart.min(1) <= 0.1 * part.sum(1))
    return copies / len(mine)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive")
    parser.add_argument("samples", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--style")
    parser.add_argument("--grid", choices=GRIDS, default="16", help="what the samples were drawn on")
    parser.add_argument("--looks", action="store_true", help="without classifiers")
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    split, quarter = windows(args.archive, args.style, args.grid), GRIDS[args.grid]
    drawn = [steps_of(hits_of(mido.MidiFile(path)), quarter, BARS * 4 * quarter) for path in sorted(args.samples.rglob("*.mid"))]
    if not drawn or not split["train"]:
        parser.error("no samples, or no training windows of this style and grid")
    if not args.looks:
        print("told apart by")
        for name, features, expression, classifier in judges(args.seed):
            areas = [told_apart(split["train"], drawn, features, expression, classifier, rng) for _ in range(4)]
            print(f"{name:40} {np.mean(areas):7.3f}")
    training, test = ([window for performance in split[name] for window in performance] for name in ("train", "test"))
    real = [training[i] for i in rng.permutation(len(training))[: 2 * len(drawn)]]
    print(f"{'':40} samples   windows")
    print(f"{'variety':40} {variety(drawn, rng):7.3f}   {variety(real, rng):7.3f}")
    if test:
        copies = [near_copies(some, training) for some in (drawn, test)]
        print(f"{'near-copies (beside test windows)':40} {copies[0]:7.3f}   {copies[1]:7.3f}")
    views = [[drummers_view(window) for window in some] for some in (drawn, real)]
    for name in views[0][0]:
        print(f"{name:40} {np.mean([v[name] for v in views[0]]):7.3f}   {np.mean([v[name] for v in views[1]]):7.3f}")


if __name__ == "__main__":
    main()
