"""Writes the songs and patterns of Hydrogen drum machine files (.h2song) as General MIDI drum files to train on.

    python3 to_midi.py OUT SONG.h2song...

makes OUT/<song>.mid of each song, as its patterns follow one another, and OUT/<song>/<pattern>.mid of each pattern that has hits.
Python's standard library is enough. Instruments are known by their names; those that General MIDI has no key for are left out
and named.
"""

import pathlib
import re
import struct
import sys
import xml.etree.ElementTree as ET

TICKS_PER_BEAT = 48  # Hydrogen's own grid: 192 to a bar of 4/4

# The first whose words are all in an instrument's name, in lower case, is its key.
KEYS = [
    ("kick", 36), ("bass drum", 36), ("bd", 36), ("rim", 37), ("stick", 37), ("clap", 39), ("snare", 38),
    ("hat open", 46), ("open", 46), ("semi", 46), ("pedal", 44), ("hat", 42), ("hh", 42), ("closed", 42),
    ("floor tom", 43), ("tom low", 43), ("tom mid", 47), ("tom hi", 50), ("tom 2", 47), ("tom 1", 50), ("tom", 47),
    ("crash", 49), ("splash", 55), ("bell", 53), ("ride", 51), ("cymbal", 49),
]


def key_of(name):
    if "cowbell" in name.lower():
        return None
    return next((key for words, key in KEYS if all(word in name.lower() for word in words.split())), None)


def variable_length(number):
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))


def midi(notes, ticks, bpm):
    """A MIDI file of (tick, key, velocity) that lasts `ticks`."""
    events = [(0, b"\xff\x51\x03" + round(60e6 / bpm).to_bytes(3, "big")), (0, b"\xff\x58\x04\x04\x02\x18\x08")]
    for tick, key, velocity in notes:
        events += [(tick, bytes([0x99, key, velocity])), (tick + 6, bytes([0x89, key, 0]))]
    track, now = b"", 0
    for tick, message in sorted(events, key=lambda event: event[0]):
        track += variable_length(tick - now) + message
        now = tick
    track += variable_length(max(ticks - now, 0)) + b"\xff\x2f\x00"
    header = struct.pack(">4sIHHH", b"MThd", 6, 0, 1, TICKS_PER_BEAT)
    return header + struct.pack(">4sI", b"MTrk", len(track)) + track


def text(element, path, default=""):
    return element.findtext(path, default) or default


def convert(song, out):
    # Some versions name a default namespace; names without it are enough here.
    root = ET.fromstring(re.sub(r'\sxmlns="[^"]*"', "", song.read_text(encoding="utf-8", errors="replace")))
    bpm = float(text(root, "bpm", "120"))
    names = {text(i, "id"): text(i, "name") for i in root.iter("instrument") if i.find("name") is not None}
    patterns, unknown = {}, set()
    for pattern in root.iterfind("patternList/pattern"):
        notes = []
        for note in pattern.iter("note"):
            name = names.get(text(note, "instrument"), "")
            velocity = round(127 * min(float(text(note, "velocity", "0.8")), 1))
            if (key := key_of(name)) is None:
                unknown.add(name)
            elif velocity > 0 and text(note, "note_off", "false") != "true":
                # At most half a step of Hydrogen's grid late or early.
                offset = round(float(text(note, "leadlag", "0")) * 5)
                notes.append((max(int(text(note, "position", "0")) + offset, 0), key, velocity))
        patterns[text(pattern, "name") or text(pattern, "pattern_name")] = (int(text(pattern, "size", "192")), notes)

    whole, start = [], 0
    for group in root.iterfind("patternSequence/group"):
        played = [patterns[p.text] for p in group.iterfind("patternID") if p.text in patterns]
        for _, notes in played:
            whole += [(start + tick, key, velocity) for tick, key, velocity in notes]
        start += max((size for size, _ in played), default=192)
    (out / f"{song.stem}.mid").write_bytes(midi(whole, start, bpm))
    loops = 0
    for name, (size, notes) in patterns.items():
        if notes and size % 192 == 0:
            folder = out / song.stem
            folder.mkdir(exist_ok=True)
            (folder / (re.sub(r"[^\w -]", "_", name) + ".mid")).write_bytes(midi(notes, size, bpm))
            loops += 1
    left_out = f", left out: {', '.join(sorted(unknown))}" if unknown else ""
    print(f"{song.stem}: {start / 192:g} bars, {loops} loops{left_out}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for path in sys.argv[2:]:
        convert(pathlib.Path(path), folder)
