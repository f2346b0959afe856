"""Checks that PyTorch, ONNX Runtime and our kernel agree on the very same weights files: `python check.py [WEIGHTS ..]`.

For each file: the posterior of a groove, the logits at every step within 1e-4, the greedy tokens, velocities and
micro-offsets; the exported graphs the same; and that what is saved is, byte for byte, what was loaded. Besides the given
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

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "benches/peers"))
import decode  # noqa: E402
import peer  # noqa: E402

TOLERANCE = 1e-4
SMALL_PAPER = {
    **groove_vae.PRESETS["paper"], "latent": 24, "embedding": 36,
    "encoder": {"layers": 2, "hidden": 20, "bar_summary": 0, "mix": 0},
    "conductor": {"layers": 2, "hidden": 40}, "decoder": {"layers": 2, "hidden": 50},
}
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
            is_right &= not found
            print(f"{path.name}: {'; '.join(found) or 'all agree'}")
    sys.exit(0 if is_right else 1)


if __name__ == "__main__":
    main()
