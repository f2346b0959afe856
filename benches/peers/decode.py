"""Times decoding one four-bar pattern on one core: our kernel, PyTorch (eager) and ONNX Runtime, same weights.

    python3 benches/peers/decode.py [--weights FILE | --preset paper] [--rounds N] [--core N] [--json]

Each decodes the same latent vector z greedily to tokens and, where the network has them, velocities and
micro-offsets: batch 1, one thread, all bound to the same core, in turn within each round. ONNX Runtime decodes with
the loop inside its graph and with the step as its graph; the faster counts. The limit is that of the core, measured in
the same run: the larger of multiply-adds over its peak, and bytes of weights over the bandwidth of the cache they fit
in. Needs what requirements.txt says, and Rust for our side; installs nothing.

With --json the last line is {"ours_ms": .., "pytorch_ms": .., "onnxruntime_ms": .., "limit_ms": .., "tokens_equal": ..}.
"""
import argparse
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time

import peer

sys.path.insert(0, str(peer.ROOT / "interop/pytorch"))
try:
    import numpy as np
    import onnxruntime
    import torch

    import export_onnx
    import groove_vae
except ImportError as error:
    sys.exit(f"error: {error}: pip install -r benches/peers/requirements.txt")

WARM_UP_S = 0.01


def random_network(config):
    """Random weights, steep enough that tokens differ, rounded to the 16-bit floats of a weights file."""
    torch.manual_seed(1)
    network = groove_vae.GrooveVAE(config).eval()
    with torch.no_grad():
        for name, numbers in network.named_parameters():
            scale = 1.6 / numbers.shape[-1] ** 0.5 if numbers.dim() == 2 else 0.3
            # A prior as steep as the rest would throw points far out.
            scale *= 0.3 if name.startswith("prior.") else 1
            numbers.copy_((scale * torch.randn_like(numbers)).half().float())
    return network


def open_session(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def is_half(path):
    """Whether a weights file holds 16-bit floats."""
    return all(numbers.dtype == np.float16 for numbers in groove_vae.read_safetensors(path)[0].values())


def weights_read(config):
    """How many weights a greedy decode reads at every step, and how many once; and its multiply-adds.

    Columns of tokens are left out: only those of what was struck are read."""
    d = groove_vae.D
    hidden, layers = config["decoder"]["hidden"], config["decoder"]["layers"]
    direct, z, e = config["direct_path"], config["latent"], config["embedding"]
    step = 4 * hidden * (hidden + d * direct) + (layers - 1) * 4 * hidden * 2 * hidden + hidden * (groove_vae.TOKENS + d * direct)
    c = config["conductor"]
    conductor = 4 * c["hidden"] ** 2 + (c["layers"] - 1) * 8 * c["hidden"] ** 2 + c["hidden"] * e
    bar = e * (2 * layers * hidden + 4 * hidden)
    once = z * (2 * c["layers"] * c["hidden"] + 4 * c["hidden"]) + direct * z * groove_vae.STEPS * d
    if config["expression"]:
        once += direct * z * groove_vae.STEPS * 2 * d + hidden * 2 * d
    bars = groove_vae.BARS
    multiply_adds = groove_vae.STEPS * step + bars * (conductor + bar) + once
    return step, once + conductor + bar, multiply_adds


def limit(ours, config, bytes_each):
    """Milliseconds that this core cannot go below with weights of so many bytes each, and how they come about."""
    step, once, multiply_adds = weights_read(config)
    bytes_step, bytes_once = bytes_each * step, bytes_each * once
    limits = ours(limits=[bytes_step, bytes_step + bytes_once])
    of_step, of_all = limits["bytes_per_s"]
    arithmetic = 1e3 * multiply_adds / limits["multiply_adds_per_s"]
    memory = 1e3 * (groove_vae.STEPS * bytes_step / of_step + bytes_once / of_all)
    return max(arithmetic, memory), {
        "multiply_adds": multiply_adds, "multiply_adds_per_s": limits["multiply_adds_per_s"],
        "bytes_per_step": bytes_step, "bytes_per_s": of_step, "bytes_once": bytes_once, "bytes_once_per_s": of_all,
        "arithmetic_ms": arithmetic, "memory_ms": memory,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=pathlib.Path, help="a weights file [default: the shipped one]")
    parser.add_argument("--preset", choices=groove_vae.PRESETS, help="random weights of a preset instead")
    parser.add_argument("--rounds", type=int, help="how often each decodes [default: 41; paper: 7]")
    parser.add_argument("--core", type=int, help="the core to run on [default: the last]")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    args = parser.parse_args()
    rounds = args.rounds or (7 if args.preset == "paper" else 41)

    peer.only_core(args.core if args.core is not None else (os.cpu_count() or 1) - 1)
    torch.set_num_threads(1)
    ours = peer.Peer()
    with tempfile.TemporaryDirectory() as folder:
        path = (args.weights or peer.ROOT / "assets/weights.safetensors").resolve()
        if args.preset:
            path = pathlib.Path(folder, "weights.safetensors")
            groove_vae.save(random_network(groove_vae.PRESETS[args.preset]), {}, path)
        if not path.is_file():
            sys.exit(f"error: {path}: there is no such weights file")
        loaded = ours(load=str(path))
        network, _ = groove_vae.load(path)
        bytes_each = 2 if is_half(path) else 4

    torch.manual_seed(1)
    with torch.inference_mode():
        z = network.draw(torch.randn(1, network.config["latent"]))
    numbers = z.numpy()
    stepper = export_onnx.Stepper(network, open_session)
    looped = None if network.config["independent_bars"] else open_session(export_onnx.decode_graph(network))

    def pytorch():
        with torch.inference_mode():
            return network.greedy(z)[0][0].tolist()

    contenders = {"pytorch": pytorch, "onnxruntime, step as the graph": lambda: stepper(numbers)[0].tolist()}
    if looped:
        contenders["onnxruntime, loop in the graph"] = lambda: looped.run(["tokens"], {"z": numbers})[0].tolist()
    vector = numbers[0].tolist()
    tokens = ours(greedy=vector)["tokens"]
    tokens_equal = all(decode() == tokens for decode in contenders.values())

    times = {"ours": [], **{name: [] for name in contenders}}
    limits = []
    for _ in range(rounds):
        for name, decode in contenders.items():
            # Each warms up for a while, since it finds the others' weights in the caches.
            warm = time.perf_counter() + WARM_UP_S
            while time.perf_counter() < warm:
                decode()
            began = time.perf_counter()
            decode()
            times[name].append(1e3 * (time.perf_counter() - began))
            # Ours as often as all others, spread over the round.
            one = ours(time_greedy={"z": vector, "times": 1})["ms"][0]
            count = int(1e3 * WARM_UP_S / one) + 1
            times["ours"] += ours(time_greedy={"z": vector, "times": count + 1})["ms"][-1:]
        limits.append(limit(ours, network.config, bytes_each))
    ms = {name: statistics.median(of) for name, of in times.items()}
    limit_ms, parts = sorted(limits, key=lambda one: one[0])[len(limits) // 2]
    runtime = min((name for name in ms if name.startswith("onnx")), key=ms.get)

    name = f"preset {args.preset}, random weights" if args.preset else path.name
    print(f"{name}; {peer.machine()}; ours with {loaded['instructions']}; PyTorch {torch.__version__}, ONNX Runtime {onnxruntime.__version__}")
    print(f"load of the machine meanwhile: {os.getloadavg()[0]:.1f}; medians of {rounds} rounds")
    for contender, value in sorted(ms.items(), key=lambda item: item[1]):
        least = min(times[contender])
        print(f"{contender:32} {value:9.3f} ms  {value / ms['ours']:7.2f} x ours  (least {least:.3f})")
    print(f"limit {limit_ms:.3f} ms, ours is {ms['ours'] / limit_ms:.2f} x that: {parts['multiply_adds'] / 1e6:.1f} M multiply-adds at "
          f"{parts['multiply_adds_per_s'] / 1e9:.0f} G/s take {parts['arithmetic_ms']:.3f} ms; {parts['bytes_per_step'] / 1e3:.0f} kB at each of 64 steps at "
          f"{parts['bytes_per_s'] / 1e9:.0f} GB/s and {parts['bytes_once'] / 1e3:.0f} kB once at {parts['bytes_once_per_s'] / 1e9:.0f} GB/s take {parts['memory_ms']:.3f} ms")
    print(f"greedy tokens {'equal' if tokens_equal else 'DIFFER'}; {len(set(tokens))} different ones")
    if args.json:
        print(json.dumps({"ours_ms": ms["ours"], "pytorch_ms": ms["pytorch"], "onnxruntime_ms": ms[runtime],
                          "limit_ms": limit_ms, "tokens_equal": tokens_equal}))


if __name__ == "__main__":
    main()
