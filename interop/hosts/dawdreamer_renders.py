"""Has dawdreamer (JUCE) render the VST3 again and again: whatever the size of the blocks, the same bytes.

    python3 interop/hosts/dawdreamer_renders.py target/bundled/Jangdan.vst3

Needs dawdreamer and numpy.
"""

import hashlib
import sys
import tempfile

import dawdreamer
import numpy as np

RATE = 44100
SECONDS = 24


def render(block=512, variation=1.0, is_automated=False, state=None):
    engine = dawdreamer.RenderEngine(RATE, block)
    engine.set_bpm(120.0)
    plugin = engine.make_plugin_processor("jangdan", sys.argv[1])
    number = {one["name"]: one["index"] for one in plugin.get_parameters_description()}
    if state:
        plugin.load_state(state)
    else:
        plugin.set_parameter(number["Seed"], 138 / 9999)
        plugin.set_parameter(number["Variation"], variation)
    if is_automated:
        wave = 0.5 + 0.4 * np.sin(np.arange(SECONDS * RATE) / 20000)
        plugin.set_automation(number["Latent 1"], wave.astype(np.float32))
        plugin.set_automation(number["Density"], wave[::-1].astype(np.float32))
    engine.load_graph([(plugin, [])])
    engine.render(float(SECONDS))
    sound = engine.get_audio()[:, : RATE * SECONDS]
    # The plugin is the engine's, which must outlive it.
    return engine, plugin, hashlib.sha1(sound.tobytes()).hexdigest()[:12]


def tell(what, sums):
    print(what, sums, "same" if len(set(sums)) == 1 else "DIFFER")


blocks = (512, 512, 64, 333, 1024, 4096)
tell("as it is", [render(block, variation=0.0)[2] for block in blocks])
tell("variation", [render(block)[2] for block in blocks])
tell("automation", [render(is_automated=True)[2] for _ in range(3)])
with tempfile.NamedTemporaryFile() as state:
    _engine, plugin, before = render()
    plugin.save_state(state.name)
    tell("its state loaded", [before, render(state=state.name)[2]])
