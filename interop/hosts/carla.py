"""Has Carla play the VST3: several outputs, notes, automation, the window opened and closed meanwhile, projects saved and opened again.

    jackd -r -d dummy -r 48000 -p 2048 &
    xvfb-run python3 interop/hosts/carla.py CARLA target/bundled/Jangdan.vst3

CARLA is the folder of its sources, after `make backend`. Needs what record.py needs. Two takes, before and after, must be the same.
"""

import math
import os
import pathlib
import subprocess
import sys
import time

carla, plugin = sys.argv[1:]
sys.path.insert(0, f"{carla}/source/frontend")
import carla_backend as api  # noqa: E402

RECORD = pathlib.Path(__file__).with_name("record.py")


def idle(seconds):
    """What a host's main loop does."""
    end = time.time() + seconds
    while time.time() < end:
        host.engine_idle()
        time.sleep(0.02)


def load():
    if not host.add_plugin(api.BINARY_NATIVE, api.PLUGIN_VST3, plugin, "", "Jangdan", 0, None, api.PLUGIN_OPTIONS_NULL):
        sys.exit(host.get_last_error())


def values():
    return [host.get_current_parameter_value(0, i) for i in range(host.get_parameter_count(0))]


def take(name):
    host.transport_pause()
    host.transport_relocate(0)
    idle(1.5)
    record = subprocess.Popen([sys.executable, RECORD, "take", name, "Jangdan:", "24"], stdout=subprocess.PIPE)
    record.stdout.readline()
    host.transport_play()
    while record.poll() is None:
        idle(0.1)
    host.transport_pause()
    print(name, record.stdout.read().decode().strip())


def held():
    return len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))


host = api.CarlaHostDLL(f"{carla}/bin/libcarla_standalone2.so", False)
host.set_engine_option(api.ENGINE_OPTION_PROCESS_MODE, api.ENGINE_PROCESS_MODE_MULTIPLE_CLIENTS, "")
host.set_engine_option(api.ENGINE_OPTION_TRANSPORT_MODE, api.ENGINE_TRANSPORT_MODE_INTERNAL, "")
host.set_engine_callback(lambda *_: None)
if not host.engine_init("JACK", "Carla"):
    sys.exit(host.get_last_error())
load()
number = {host.get_parameter_info(0, i)["name"]: i for i in range(host.get_parameter_count(0))}
print("outputs", host.get_audio_port_count_info(0), "notes", host.get_midi_port_count_info(0))


def turn(name, value):
    host.set_parameter_value(0, number[name], value)


turn("Seed", 138 / 9999)
turn("Variation", 1.0)
host.transport_bpm(120.0)
host.transport_play()
for opening in range(10):
    host.show_custom_ui(0, True)
    for i in range(20):
        turn("Latent 1", 0.5 + 0.5 * math.sin(i / 3))
        turn("Density", 0.5 + 0.5 * math.sin(i / 4))
        idle(0.02)
    host.transport_bpm(90.0 + 10 * opening)
    host.show_custom_ui(0, False)
    print("opened", opening + 1, "times: descriptors, threads", held())
host.transport_bpm(120.0)
turn("Latent 1", 0.5)
turn("Density", 0.5)
idle(1)
host.save_project("before.carxp")
before = values()
take("before.npz")
for i in range(8):
    host.show_custom_ui(0, True)
    idle(0.6 if i % 2 else 0.05)
    host.transport_play()
    idle(0.2)
    host.remove_all_plugins()
    print("opened again:", host.load_project("before.carxp"), "descriptors, threads", held())
    idle(0.3)
print("parameters", "same" if values() == before else "DIFFER")
host.save_project("after.carxp")
projects = [pathlib.Path(name).read_text() for name in ("before.carxp", "after.carxp")]
print("projects", "same" if projects[0] == projects[1] else "DIFFER")
take("after.npz")
host.show_custom_ui(0, True)
idle(0.5)
host.engine_close()
subprocess.run([sys.executable, RECORD, "same", "before.npz", "after.npz"], check=True)
