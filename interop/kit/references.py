"""The kits that ours is measured against, played hit by hit as their own players play them.

Debian's packages hydrogen-data, hydrogen-drumkits, avldrums.lv2-soundfont, fluid-soundfont-gm, musescore-general-soundfont-small
and timgm6mb-soundfont, installed, or unpacked under one folder with `dpkg-deb -x`.
"""

import pathlib
import re
import xml.etree.ElementTree as ET

import numpy as np
import soundfile
import soxr

RATE = 48_000
INSTRUMENTS = [
    "kick", "snare", "high-tom", "low-mid-tom", "high-floor-tom", "open-hi-hat", "closed-hi-hat", "crash", "ride",
]
SECONDS = 5.0

# For each kit of Hydrogen the ids of the nine instruments in its drumkit.xml; None where it has no such drum.
HYDROGEN = {
    "GMRockKit": [0, 2, 9, 7, 5, 10, 6, 13, 12],
    "ForzeeStereo": [0, 4, 3, 2, 1, 10, 9, 20, 15],
    "Millo-Drums_v.1": [0, 4, 9, 7, 5, 10, 6, 13, 14],
    "Millo_MultiLayered2": [0, 4, 9, 7, 5, 10, 6, 13, 14],
    "Millo_MultiLayered3": [0, 4, 9, 7, 5, 10, 6, 13, 12],
    "BJA_Pacific": [0, 1, 4, None, 5, 3, 2, 6, 9],
    "ColomboAcousticDrumkit": [0, 1, 4, 3, 2, 6, 5, 9, 7],
    "TR808EmulationKit": [0, 2, 7, 6, 5, 10, 8, 11, None],
    "ElectricEmpireKit": [6, 13, 29, None, 30, 25, 21, None, None],
    "HardElectro1": [0, 3, None, None, None, 10, 6, None, None],
    "Audiophob": [0, 4, 9, 7, 5, 10, 6, 13, 12],
}
KEYS = [36, 38, 50, 47, 43, 46, 42, 49, 51]
AVL_KEYS = [36, 38, 45, 47, 41, 46, 42, 49, 51]

# Soundfonts: file, bank, program, keys.
SOUNDFONTS = {
    "Black Pearl 4": ("Black_Pearl_4_LV2.sf2", 0, 0, AVL_KEYS),
    "Red Zeppelin 4": ("Red_Zeppelin_4_LV2.sf2", 0, 0, AVL_KEYS),
    "FluidR3 Standard": ("FluidR3_GM.sf2", 128, 0, KEYS),
    "FluidR3 Power": ("FluidR3_GM.sf2", 128, 16, KEYS),
    "MuseScore Standard": ("MuseScore_General_Lite.sf3", 128, 0, KEYS),
    "TimGM6mb Standard": ("TimGM6mb.sf2", 128, 0, KEYS),
    "FluidR3 Electronic": ("FluidR3_GM.sf2", 128, 24, KEYS),
    "FluidR3 TR-808": ("FluidR3_GM.sf2", 128, 25, KEYS),
    "MuseScore Electronic": ("MuseScore_General_Lite.sf3", 128, 24, KEYS),
    "MuseScore TR-808": ("MuseScore_General_Lite.sf3", 128, 25, KEYS),
    "TimGM6mb Electronic": ("TimGM6mb.sf2", 128, 24, KEYS),
    "TimGM6mb TR-808": ("TimGM6mb.sf2", 128, 25, KEYS),
}

# The ranges in the kit's tests and its tables come from these ...
TUNING = [
    "GMRockKit", "ForzeeStereo", "Millo-Drums_v.1", "Millo_MultiLayered2", "Millo_MultiLayered3", "Black Pearl 4",
    "FluidR3 Standard", "FluidR3 Power", "MuseScore Standard",
]
# ... and it is judged by these, which nothing in it was fitted to. Red Zeppelin 4 has the hats of Black Pearl 4; nothing else is shared with the others.
HELD_OUT = ["BJA_Pacific", "ColomboAcousticDrumkit", "Red Zeppelin 4", "TimGM6mb Standard"]
ELECTRONIC = [
    "TR808EmulationKit", "ElectricEmpireKit", "HardElectro1", "Audiophob", "FluidR3 Electronic", "FluidR3 TR-808",
    "MuseScore Electronic", "MuseScore TR-808", "TimGM6mb Electronic", "TimGM6mb TR-808",
]


def find(root, name):
    """The first file or folder of this name under `root`."""
    found = sorted(path for path in pathlib.Path(root).rglob(name) if path.exists())
    if not found:
        raise SystemExit(f"{name} is not under {root}: see the packages named in references.py")
    return found[0]


def hydrogen(root, kit):
    """Plays a kit of Hydrogen: a function from (instrument, velocity) to mono samples, or None."""
    folder = find(root, kit)
    text = (folder / "drumkit.xml").read_text(encoding="utf-8", errors="replace")
    tree = ET.fromstring(re.sub(r'\sxmlns="[^"]*"', "", text).encode())
    drums = {int(drum.findtext("id")): drum for drum in tree.iter("instrument")}
    sounds = {}

    def play(instrument, velocity):
        number = HYDROGEN[kit][INSTRUMENTS.index(instrument)]
        if number is None:
            return None
        drum = drums[number]
        gain = float(drum.findtext("gain") or 1.0) * float(drum.findtext("volume") or 1.0)
        name = drum.findtext("filename")
        for layer in drum.iter("layer"):
            if float(layer.findtext("min")) <= velocity <= float(layer.findtext("max")):
                name = layer.findtext("filename")
                gain *= float(layer.findtext("gain") or 1.0)
                break
        if not name:
            return None
        if name not in sounds:
            sound, rate = soundfile.read(folder / name, dtype="float32", always_2d=True)
            sounds[name] = soxr.resample(sound.mean(axis=1), rate, RATE)[: int(SECONDS * RATE)]
        return gain * velocity * sounds[name]

    return play


def soundfont(root, kit):
    """Plays a soundfont with FluidSynth, without its reverb and chorus."""
    import fluidsynth

    name, bank, program, keys = SOUNDFONTS[kit]
    path = str(find(root, name))
    synth = fluidsynth.Synth(gain=0.6, samplerate=RATE)
    synth.setting("synth.reverb.active", 0)
    synth.setting("synth.chorus.active", 0)
    font = synth.sfload(path)

    def play(instrument, velocity):
        synth.system_reset()
        synth.program_select(9, font, bank, program)
        synth.noteon(9, keys[INSTRUMENTS.index(instrument)], max(1, round(127 * velocity)))
        samples = synth.get_samples(int(SECONDS * RATE)).astype(np.float32) / 32768.0
        return samples.reshape(-1, 2).mean(axis=1)

    return play


def player(root, kit):
    return hydrogen(root, kit) if kit in HYDROGEN else soundfont(root, kit)
