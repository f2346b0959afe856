"""Records all outputs of a JACK client, sound and MIDI, while JACK waits for nobody (freewheel), and compares two such takes.

    python3 interop/hosts/record.py take NAME.npz CLIENT SECONDS
    python3 interop/hosts/record.py same A.npz B.npz

Needs numpy and JACK-Client. A take begins when it likes: two are compared from their first note on.
"""

import sys
import threading
import time

import jack
import numpy as np


def take(path, who, seconds):
    client = jack.Client("record")
    ports = client.get_ports(f"^{who}", is_output=True)
    sources = [port for port in ports if not port.is_midi], [port for port in ports if port.is_midi]
    sound = [client.inports.register(f"sound{i}") for i, _ in enumerate(sources[0])]
    midi = [client.midi_inports.register(f"midi{i}") for i, _ in enumerate(sources[1])]
    rate, blocks, events, is_full = client.samplerate, [], [], threading.Event()

    @client.set_process_callback
    def process(frames):
        start = len(blocks) * frames
        if start >= seconds * rate:
            is_full.set()
            return
        blocks.append(np.array([port.get_array() for port in sound]))
        for port in midi:
            for offset, data in port.incoming_midi_events():
                events.append([start + offset, *(list(bytes(data)) + [0, 0])[:3]])

    with client:
        for source, target in zip(sources[0] + sources[1], sound + midi):
            client.connect(source, target)
        print("recording", flush=True)
        client.set_freewheel(True)
        is_full.wait(60 + 3 * seconds)
        client.set_freewheel(False)
        time.sleep(0.3)
    sound, events = np.concatenate(blocks, axis=1), np.array(events).reshape(-1, 4)
    np.savez(path, sound=sound, events=events)
    held, unpaired = set(), 0
    for _, status, key, velocity in events:
        note = status & 15, key
        if status & 0xF0 == 0x90 and velocity:
            unpaired += note in held
            held.add(note)
        elif status & 0xF0 in (0x80, 0x90):
            unpaired += note not in held
            held.discard(note)
    print(len(sound), "outputs,", len(events), "events,", unpaired, "unpaired,", len(held), "held at the end")
    if len(sound) == 22:
        # The first blocks are from before all was connected.
        mix, stems = sound[:2, 16384:], sound[2:, 16384:].reshape(10, 2, -1)
        print("stems and mix differ by", np.abs(mix - stems.sum(axis=0)).max())


def same(*paths):
    takes = [np.load(path) for path in paths]
    sounds, events = [one["sound"] for one in takes], [one["events"] for one in takes]
    first = [one[0, 0] for one in events]
    length = min(sound.shape[1] - start for sound, start in zip(sounds, first))
    cut = [sound[:, start : start + length] for sound, start in zip(sounds, first)]
    notes = [[(at - start, *rest) for at, *rest in one if at - start < length] for one, start in zip(events, first)]
    print("events", [len(one) for one in notes], "same" if notes[0] == notes[1] else "DIFFER")
    print("samples", length, "same" if (cut[0] == cut[1]).all() else "DIFFER")


if __name__ == "__main__":
    if sys.argv[1] == "take":
        take(sys.argv[2], sys.argv[3], float(sys.argv[4]))
    else:
        same(*sys.argv[2:])
