"""Checks that PyTorch, ONNX Runtime and our kernel agree on the very same weights files: `python check.py [WEIGHTS ..]`.

For each file: the posterior of a groove, the logits at every step within 1e-4, the greedy tokens, velocities and
micro-offsets; the exported graphs the same; the likeliest grooves of the step models, given what is known, hit by hit; and
that what is saved is, byte for byte, what was loaded. Besides the given
(or the shipped) file, random networks: `tiny`, `tiny` with independent bars, and `paper` shrunk. Needs what
requirements.txt says, and Rust for our side. Ends with exit status 1 if anything differs.
"""
import pathlib
import sys
import tempfile

import numpy as np
import torch

import export_onnx
import groove_vae
import step_model
from context import Bar, Context, Groove

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "benches/peers"))
import decode  # noqa: E402
import peer  # noqa: E402

TOLERANCE = 1e-4
SMALL_PAPER = {
    **groove_vae.PRESETS["paper"], "latent": 24, "embedding": 36,
    "encoder": {"layers": 2, "hidden": 20, "bar_summary": 0, "mix": 0},
    "conductor": {"layers": 2, "hidden": 40}, "decoder": {"layers": 2, "hidden": 50},
}
OTHER_BARS = (("4/4", "8t"), ("3/4", "16"), ("6/8", "16"), ("12/8", "8"), ("7/8", "16"), ("10/8", "8"), ("2/2", "16"), ("12/4", "8"), ("3/8", "8"))
INDEPENDENT = {**groove_vae.PRESETS["tiny"], "independent_bars": True, "look_back": []}


def differences(ours, path):
    """What differs, as lines of text."""
    network, metadata = groove_vae.load(path)
    ours(load=str(path))
    found = []

    def compare(what, a, b, tolerance=TOLERANCE):
        a, b = np.asarray(a, np.float64).ravel(), np.asarray(b, np.float64).ravel()
        error = np.abs(a - b).max() if a.shape == b.shape else np.inf
        if not error <= tolerance:
            found.append(f"{what}: {error:g} apart")

    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder, "copy.safetensors")
        precision = "F16" if decode.is_half(path) else "F32"
        groove_vae.save(network, metadata, copy, precision)
        if copy.read_bytes() != path.read_bytes():
            found.append("saving what was loaded gives other bytes")

    stepper, looped = export_onnx.Stepper(network, decode.open_session), None
    if not network.config["independent_bars"]:
        looped = decode.open_session(export_onnx.decode_graph(network))
    torch.manual_seed(7)
    for _ in range(3):
        with torch.no_grad():
            z = network.draw(torch.randn(1, network.config["latent"]))
            tokens, velocity, micro_offset, logits = network.greedy(z, with_logits=True)
        struck = groove_vae.BITS[tokens]
        answer = ours(greedy=z[0].tolist())
        # A logit may be large: the tolerance is relative beyond 1.
        compare("logits", np.array(answer["logits"]) / np.maximum(1, np.abs(logits.numpy().ravel())),
                logits.numpy().ravel() / np.maximum(1, np.abs(logits.numpy().ravel())))
        compare("greedy tokens", answer["tokens"], tokens, 0)
        known = {"velocity": velocity, "micro_offset": micro_offset}
        if velocity is not None:
            for name, cells in known.items():
                compare(name, answer[name], cells * struck)
        graphs = {"the step as the graph": stepper(z.numpy())}
        if looped:
            graphs["the loop in the graph"] = looped.run(None, {"z": z.numpy()})
        for name, results in graphs.items():
            compare(f"{name}: tokens", results[0], tokens, 0)
            for cells, expected in zip(results[1:], known.values()):
                compare(f"{name}: expression", cells, expected)

        cells = {name: (None if x is None else x * struck) for name, x in known.items()}
        with torch.no_grad():
            mean, sigma = network.encode(tokens, **cells)
        flat = {name: [] if x is None else x.ravel().tolist() for name, x in cells.items()}
        posterior = ours(encode={"tokens": tokens[0].tolist(), **flat})
        compare("posterior's mean", posterior["mean"], mean)
        compare("posterior's sigma", posterior["sigma"], sigma)
    return sorted(set(found))


INSTRUMENTS = groove_vae.VOCABULARY.split(",")
STROKES = {"snare": ("cross-stick", "rim-shot", "flam"), "open-hi-hat": ("half-open",), "closed-hi-hat": ("pedal",),
           "crash": ("choke",), "ride": ("bell",)}


def contexts(models, random):
    """Ways to know something of a groove, in bars that the models draw."""
    bars = [Bar()] + [Bar(*bar) for bar in OTHER_BARS if models.any_bar]
    for i, bar in enumerate(bars * 3):
        groove, style = Groove(bar), int(random.integers(0, 12))
        steps = len(groove)
        groove.struck = random.random(groove.struck.shape) < 0.2
        groove.velocity = (groove.struck * random.uniform(0.1, 1, groove.struck.shape)).astype(np.float32)
        groove.micro_offset = (groove.struck * random.uniform(-0.5, 0.5, groove.struck.shape)).astype(np.float32)
        nothing = np.zeros_like(groove.struck)
        if i < len(bars):
            yield Context(groove, nothing, style=style)
        elif i < 2 * len(bars):
            known = random.random(nothing.shape) < 0.3
            yield Context(groove, known, density=float(random.uniform(5, 30)), intensity=0.5)
        else:
            known = nothing.copy()
            known[:steps // 2, :2] = True
            line = random.random(steps) < 0.3
            kinds = ["groove"] * (bar.bars - 1) + ["fill"]
            yield Context(groove, known, line, line & (random.random(steps) < 0.5), kinds, style)


def differences_in_drawing(ours, models):
    """Where the likeliest grooves of both sides differ, as lines of text."""
    found = []
    for context in contexts(models, np.random.default_rng(3)):
        bar, given = context.bar, context.groove
        hits = [[int(step), INSTRUMENTS[i], float(given.velocity[step, i]), float(given.micro_offset[step, i])]
                for step, i in zip(*np.nonzero(given.struck))]
        steps = lambda line: None if line is None else np.flatnonzero(line).tolist()
        drawn, = ours(draw={
            "pattern": hits if bar == Bar() else {"metre": bar.metre, "grid": bar.grid, "hits": hits},
            "cells": [[int(step), int(i)] for step, i in zip(*np.nonzero(context.known))],
            "line": steps(context.line), "low": steps(context.low), "style": context.style, "density": context.density,
            "fills": [i for i, kind in enumerate(context.kinds) if kind == "fill"], "intensity": context.intensity,
        })
        groove = models.draw(context)
        theirs = {(step, INSTRUMENTS.index(name)): rest for step, name, *rest in (drawn if isinstance(drawn, list) else drawn["hits"])}
        cells = {tuple(int(i) for i in cell) for cell in zip(*np.nonzero(groove.struck))}
        if cells != set(theirs):
            found.append(f"{bar.metre} {bar.grid}: {len(cells ^ set(theirs))} onsets differ")
            continue
        for cell, (velocity, micro_offset, *articulation) in theirs.items():
            stroke = groove.articulation[cell]
            name = STROKES.get(INSTRUMENTS[cell[1]], ("flam",))[stroke - 1] if stroke else None
            same = np.allclose([velocity, micro_offset], [groove.velocity[cell], groove.micro_offset[cell]], atol=1e-6)
            if not same or (articulation or [None])[0] != name:
                found.append(f"{bar.metre} {bar.grid}: a hit differs at step {cell[0] + 1}")
                break
    return found


def main():
    paths = [pathlib.Path(path).resolve() for path in sys.argv[1:]] or [peer.ROOT / "assets/weights.safetensors"]
    ours, is_right = peer.Peer(), True
    with tempfile.TemporaryDirectory() as folder:
        for name, config in (("tiny", groove_vae.PRESETS["tiny"]), ("independent-bars", INDEPENDENT), ("small-paper", SMALL_PAPER)):
            for precision in ("F16", "F32"):
                paths.append(pathlib.Path(folder, f"{name}-{precision}.safetensors"))
                groove_vae.save(decode.random_network(config), {}, paths[-1], precision)
        for path in paths:
            found = differences(ours, path)
            network, _ = groove_vae.load(path)
            models = step_model.of(network)
            if models.common:
                found += differences_in_drawing(ours, models)
            is_right &= not found
            print(f"{path.name}: {'; '.join(found) or 'all agree'}")
    sys.exit(0 if is_right else 1)


if __name__ == "__main__":
    main()
