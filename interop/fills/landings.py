"""How often drummers crash on the one after a fill, in the performances of the Groove MIDI Dataset.

    python3 interop/fills/landings.py groove-v1.0.0-midionly.zip

needs mido. The files that are labelled as fills end before the one, so fills are looked for in the 4/4 beats: bars
in whose second half snare and toms have three strokes more than in that of the bar before. "On toms": that half has toms,
and that of the bar before has none.
"""

import collections
import csv
import io
import sys
import zipfile

import mido

CRASH, RIDE, OPEN = {49, 52, 55, 57}, {51, 53, 59}, {26, 46}
TOMS = {43, 45, 47, 48, 50, 58}
SNARE = {37, 38, 40}


def notes(file):
    """Beats and keys of the notes that are struck."""
    for track in file.tracks:
        time = 0
        for message in track:
            time += message.time
            if message.type == "note_on" and message.velocity > 0:
                yield time / file.ticks_per_beat, message.note


def bars(performance):
    """By bar: keys on its first 16th, strokes of snare and toms and of toms in its second half, all notes."""
    found = collections.defaultdict(lambda: [set(), 0, 0, 0])
    for beat, key in performance:
        bar, step = divmod(round(4 * beat), 16)
        found[bar][0] |= {key} if step == 0 else set()
        found[bar][1] += step >= 8 and key in SNARE | TOMS
        found[bar][2] += step >= 8 and key in TOMS
        found[bar][3] += 1
    return found


def main(path):
    archive = zipfile.ZipFile(path)
    counts = collections.defaultdict(lambda: [0, 0, 0, 0])
    with archive.open("groove/info.csv") as info:
        rows = list(csv.DictReader(io.TextIOWrapper(info)))
    for row in rows:
        if (row["beat_type"], row["time_signature"]) != ("beat", "4-4"):
            continue
        data = archive.read("groove/" + row["midi_filename"])
        found = bars(notes(mido.MidiFile(file=io.BytesIO(data))))
        for bar in range(1, max(found)):
            (_, before, toms_before, _), (_, strokes, toms, _) = found[bar - 1], found[bar]
            keys, _, _, count = found[bar + 1]
            # Where the music stops, nothing is landed on.
            if count < 4 or bar + 1 == max(found):
                continue
            names = ["no fill"]
            if strokes - before >= 3:
                names = ["fill", "fill on toms" if toms and not toms_before else "other fill"]
                names += ["fill, " + row["style"].split("/")[0], f"fill of {min(strokes, 12):2} strokes"]
                names += ["fill before a 4th bar" if (bar + 1) % 4 == 0 else "fill elsewhere"]
            for name in names:
                for place, played in enumerate([True, keys & CRASH, keys & OPEN, keys & RIDE]):
                    counts[name][place] += bool(played)
    print(f"{'':24}bars  crash  open hat  ride on the one after")
    for name, (total, *played) in sorted(counts.items()):
        print(f"{name:24}{total:4}" + "".join(f"{count / total:8.3f}" for count in played))


if __name__ == "__main__":
    main(*sys.argv[1:])
