"""Reads an exported song with mido, and holds it against what was exported: tempo, metres, markers, notes.

    JANGDAN_SONG=$PWD/song.mid cargo test -p jangdan --lib the_whole_song
    python3 interop/song/read.py song.mid

The song is four bars of 4/4, "Verse", and four of 3/4, "Waltz", at 120 BPM.
"""

import sys

import mido


def main(path):
    file = mido.MidiFile(path)
    events = []
    for track in file.tracks:
        beat = 0
        for message in track:
            beat += message.time / file.ticks_per_beat
            events.append((beat, message))

    def all_of(kind, *names):
        return [
            (beat, *(getattr(message, name) for name in names))
            for beat, message in events
            if message.type == kind
        ]

    tempo = all_of("set_tempo", "tempo")
    metres = all_of("time_signature", "numerator", "denominator")
    markers = all_of("marker", "text")
    ons = [(beat, m.channel, m.note) for beat, m in events if m.type == "note_on" and m.velocity]
    offs = [m for _, m in events if m.type == "note_off" or (m.type == "note_on" and not m.velocity)]
    print(f"format {file.type}, {len(file.tracks)} tracks, {file.ticks_per_beat} ticks a beat, {file.length:.2f} s")
    print("tempo", tempo, "metres", metres, "markers", markers)
    print(f"{len(ons)} notes on, {len(offs)} off, first at {ons[0][0]:.3f}, last at {ons[-1][0]:.3f}")
    assert tempo == [(0, 500_000)]
    assert metres == [(0, 4, 4), (16, 3, 4)]
    assert markers == [(0, "Verse"), (16, "Waltz")]
    assert len(ons) == len(offs) > 0
    assert all(channel == 9 and -0.1 < beat < 28 for beat, channel, _ in ons)
    assert abs(file.length - 14) < 0.01
    # Both parts have notes in every bar.
    starts = [4 * bar for bar in range(4)] + [16 + 3 * bar for bar in range(5)]
    for start, end in zip(starts, starts[1:]):
        assert any(start - 0.1 <= beat < end for beat, *_ in ons), start


if __name__ == "__main__":
    main(*sys.argv[1:])
