"""Converts a checkpoint of the published project (`.pt`) into a weights file: `python from_published.py CHECKPOINT OUT`.

Its description names layers and sizes (an LSTM over 512 inputs in both directions, a conductor 512 -> 1024, a decoder
512 + 512 -> 1024, 512 outputs), not the modules, so tensors are known by shape:

- `encoder` is the LSTM in both directions, `decoder` the one that is fed more than a token, `conductor` the third;
- a linear layer is the only one of its shape, else the only such one in the module of the LSTM that it serves (the conductor's
  embedding and the decoder's output are alike in shape), else what it is called decides (mean and sigma);
- start states that the checkpoint has no layer for are zero.

What that leaves open is asked for, as `--name joint=their.module`. Layer norms cannot be taken over: `paper` has none. Then
`trainer evaluate --windowing seed` measures what has come of it, and `trainer --init` trains it on.
"""
import argparse
import re
import sys

import torch

import groove_vae

# Our linear layers, each with the LSTM that it serves and words that it may be called by.
LAYERS = {"mean": ("encoder", ("mean", "mu")), "sigma": ("encoder", ("sigma", "std", "var")), "latent_to_state": ("conductor", ()),
          "embed": ("conductor", ()), "bar_to_state": ("decoder", ()), "joint": ("decoder", ())}
START_STATES = ("latent_to_state", "bar_to_state")


def state_dict(path):
    """The checkpoint's tensors by name, wherever in it they are. Only tensors are read: nothing in it is executed."""
    content = torch.load(path, map_location="cpu", weights_only=True)
    for key in ("state_dict", "model_state_dict", "model"):
        if isinstance(content.get(key), dict):
            content = content[key]
    return {name: value.float() for name, value in content.items() if isinstance(value, torch.Tensor)}


def lstms(tensors):
    """Prefixes of the three LSTMs by our names, such as `{"encoder": "encoder.lstm."}`."""
    first = {name.removesuffix("weight_ih_l0"): value for name, value in tensors.items() if name.endswith("weight_ih_l0")}
    both_ways = [prefix for prefix in first if f"{prefix}weight_ih_l0_reverse" in tensors]
    one_way = sorted((prefix for prefix in first if prefix not in both_ways), key=lambda prefix: first[prefix].shape[1])
    if len(both_ways) != 1 or len(one_way) != 2:
        sys.exit(f"error: expected an LSTM in both directions and two others, found {len(both_ways)} and {len(one_way)}: {sorted(first)}")
    return {"encoder": both_ways[0], "conductor": one_way[0], "decoder": one_way[1]}


def config_of(tensors, prefixes):
    """`paper` in the sizes of the checkpoint."""
    def sizes(part):
        layers = {int(name.split("_l")[1]) for name in tensors if re.fullmatch(re.escape(prefixes[part]) + r"weight_ih_l\d+", name)}
        return {"layers": len(layers), "hidden": tensors[f"{prefixes[part]}weight_hh_l0"].shape[1]}
    fed = tensors[f"{prefixes['decoder']}weight_ih_l0"].shape[1]
    return {
        **groove_vae.PRESETS["paper"], "latent": tensors[f"{prefixes['conductor']}weight_ih_l0"].shape[1],
        "encoder": {**sizes("encoder"), "bar_summary": 0, "mix": 0}, "conductor": sizes("conductor"),
        "embedding": fed - groove_vae.TOKENS, "decoder": sizes("decoder"),
    }


def linear(name, shape, tensors, prefixes, named):
    """Their name of the linear layer that we call `name`; None if there is no such layer."""
    if name in named:
        return named[name]
    lstm, words = LAYERS[name]
    module = prefixes[lstm].split(".")[0] + "."
    found = [other.removesuffix(".weight") for other, value in tensors.items()
             if other.endswith(".weight") and value.shape == shape and other.removesuffix(".weight") not in named.values()]
    for is_meant in (lambda other: other.startswith(module), lambda other: any(word in other.split(".")[-1].lower() for word in words)):
        found = [other for other in found if len(found) == 1 or is_meant(other)] or found
    if len(found) == 1:
        return found[0]
    if not found and name in START_STATES:
        return None
    among = f"one of {', '.join(found)}" if found else f"none of the checkpoint's layers is {list(shape)}; it has {', '.join(sorted(tensors))}"
    sys.exit(f"error: which layer is `{name}`? Say --name {name}=THEIRS ({among})")


def convert(tensors, named):
    """The network that the checkpoint's tensors make."""
    norms = sorted(name for name in tensors if "norm" in name.lower())
    if norms:
        print(f"note: not taken over: {', '.join(norms)}", file=sys.stderr)
    prefixes = lstms(tensors)
    network = groove_vae.GrooveVAE(config_of(tensors, prefixes))
    ours = network.state_dict()
    for part, prefix in prefixes.items():
        for name in ours:
            if re.fullmatch(part + r"\.(weight|bias)_[ih]h_l\d+(_reverse)?", name):
                ours[name] = tensors[prefix + name.removeprefix(part + ".")]
    for name in [name.removesuffix(".weight") for name in ours if name.endswith(".weight")]:
        other = linear(name, ours[f"{name}.weight"].shape, tensors, prefixes, named)
        for end in ("weight", "bias"):
            shape = ours[f"{name}.{end}"].shape
            # A layer without bias has a bias of zeros.
            ours[f"{name}.{end}"] = torch.zeros(shape) if other is None else tensors.get(f"{other}.{end}", torch.zeros(shape))
    network.load_state_dict(ours)
    return network.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("out")
    parser.add_argument("--name", action="append", default=[], metavar="OURS=THEIRS", help="their name of one of our linear layers")
    args = parser.parse_args()
    network = convert(state_dict(args.checkpoint), dict(pair.split("=", 1) for pair in args.name))
    groove_vae.save(network, {"command": "from_published.py"}, args.out)
    print(f"wrote {args.out}: {network.config}")


if __name__ == "__main__":
    main()
