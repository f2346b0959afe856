"""Checks the conversion of the published project's checkpoints, on made-up ones: `python check_published.py`.

They have the layers that its description names, under names that it might have given them, in small sizes. The network that comes
of it must give the logits of the one that the checkpoint was made of. Needs PyTorch alone. Ends with exit status 1 if it does not.
"""
import pathlib
import subprocess
import sys
import tempfile

import torch

import groove_vae

# As there, an embedding has as many numbers as there are tokens, and conductor and decoder are equally wide.
SIZES = {
    **groove_vae.PRESETS["paper"], "latent": 24, "encoder": {"layers": 2, "hidden": 20, "bar_summary": 0, "mix": 0},
    "conductor": {"layers": 2, "hidden": 40}, "decoder": {"layers": 2, "hidden": 40},
}
THEIRS = {"encoder": "encoder.lstm", "mean": "encoder.fc_mu", "sigma": "encoder.fc_std", "conductor": "conductor.rnn",
          "embed": "conductor.linear", "decoder": "decoder.rnn", "joint": "decoder.out"}


def checkpoint(network, theirs):
    """The network's tensors under `theirs` names; what has none is left out."""
    parts = {name: name.split(".", 1) for name in network.state_dict()}
    return {f"{theirs[part]}.{rest}": network.state_dict()[name] for name, (part, rest) in parts.items() if part in theirs}


def convert(content, folder, *words):
    """Runs the program on `content`: the network that it wrote, or what it said."""
    source, out = pathlib.Path(folder, "model.pt"), pathlib.Path(folder, "model.safetensors")
    torch.save(content, source)
    program = pathlib.Path(__file__).with_name("from_published.py")
    run = subprocess.run([sys.executable, program, source, out, *words], capture_output=True, text=True)
    return run.stderr if run.returncode else groove_vae.load(out)[0]


def main():
    torch.manual_seed(3)
    network = groove_vae.GrooveVAE(SIZES).eval()
    with torch.no_grad():
        # As the file stores them.
        for parameter in network.parameters():
            parameter.copy_(parameter.half().float())
        for layer in (network.latent_to_state, network.bar_to_state):
            layer.weight.zero_(), layer.bias.zero_()
    tokens, z, found = torch.randint(groove_vae.TOKENS, (2, 64)), torch.randn(2, 24), []

    def compare(what, converted):
        if isinstance(converted, str):
            found.append(f"{what}: {converted.strip()}")
            return
        with torch.no_grad():
            pairs = [(network(z, tokens)[0], converted(z, tokens)[0]), *zip(network.encode(tokens), converted.encode(tokens))]
        if not all(torch.equal(a, b) for a, b in pairs):
            found.append(f"{what}: other numbers")

    with tempfile.TemporaryDirectory() as folder:
        compare("start states of zeros", convert(checkpoint(network, THEIRS), folder))
        inside = {"epoch": 70, "model_state_dict": checkpoint(network, THEIRS)}
        compare("a state dict among other things", convert(inside, folder))
        flat = {"encoder": "lstm1", "mean": "mu", "sigma": "logvar", "conductor": "lstm2", "embed": "fc1", "decoder": "lstm3", "joint": "fc2"}
        compare("modules that say nothing", convert(checkpoint(network, flat), folder, "--name", "embed=fc1"))
        plain = {**THEIRS, "mean": "encoder.a", "sigma": "encoder.b"}
        told = convert(checkpoint(network, plain), folder)
        if not (isinstance(told, str) and "which layer is `mean`?" in told and "encoder.a" in told):
            found.append("layers that nothing tells apart were not asked for")
        compare("layers named by hand", convert(checkpoint(network, plain), folder, "--name", "mean=encoder.a", "--name", "sigma=encoder.b"))
        for layer in (network.latent_to_state, network.bar_to_state):
            torch.nn.init.uniform_(layer.weight, -0.25, 0.25)
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.copy_(parameter.half().float())
        states = {**THEIRS, "latent_to_state": "conductor.start", "bar_to_state": "decoder.start"}
        compare("start states of layers", convert(checkpoint(network, states), folder))
    print("; ".join(found) or "converted checkpoints give the numbers of the networks they were made of")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
