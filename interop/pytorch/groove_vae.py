"""The groove network in plain PyTorch, reading and writing the very same weights files.

Every tensor and every formula is described in crates/musicvae/NETWORK.md; names of modules here are names of
tensors there. B windows, T = 64 steps = 4 bars x 16, D = 9 instruments, Z latent numbers, E a bar embedding,
H units of the decoder. Tokens are integers in [0, 512): nine bits, kick the highest.

    network, metadata = load("assets/weights.safetensors")
    tokens, velocity, micro_offset = network.greedy(network.draw(torch.randn(1, network.config["latent"])))
    save(network, metadata, "copy.safetensors")
"""
import json
import struct

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

BARS, STEPS_PER_BAR, STEPS, D, TOKENS = 4, 16, 64, 9, 512
# BITS[token] = which instruments it strikes, kick first.
BITS = torch.tensor([[(token >> (8 - i)) & 1 for i in range(D)] for token in range(TOKENS)], dtype=torch.float32)
VOCABULARY = "kick,snare,high-tom,low-mid-tom,high-floor-tom,open-hi-hat,closed-hi-hat,crash,ride"
# Places of the prior's time in [0, 1] (see `Prior.condition_of`).
TIMES = 17

PRESETS = {
    "paper": {
        "latent": 512, "input": "one-hot",
        "encoder": {"layers": 2, "hidden": 2048, "bar_summary": 0, "mix": 0},
        "conductor": {"layers": 2, "hidden": 1024}, "embedding": 512, "decoder": {"layers": 2, "hidden": 1024},
        "direct_path": False, "independent_bars": False, "expression": False, "dropout": 0.2,
    },
    "compact": {
        "latent": 256, "input": "multi-hot",
        "encoder": {"layers": 1, "hidden": 128, "bar_summary": 128, "mix": 512},
        "conductor": {"layers": 1, "hidden": 192}, "embedding": 256, "decoder": {"layers": 1, "hidden": 256},
        "direct_path": True, "independent_bars": False, "look_back": [17, 16, 15, 14, 32, 48], "expression": True,
        "dropout": 0.1, "prior": {"hidden": 512, "blocks": 3, "steps": 12, "styles": 0},
    },
    "tiny": {
        "latent": 16, "input": "multi-hot",
        "encoder": {"layers": 1, "hidden": 16, "bar_summary": 16, "mix": 32},
        "conductor": {"layers": 1, "hidden": 16}, "embedding": 24, "decoder": {"layers": 1, "hidden": 32},
        "direct_path": True, "independent_bars": False, "look_back": [17, 16, 15, 14, 32, 48], "expression": True,
        "dropout": 0.0, "prior": {"hidden": 16, "blocks": 1, "steps": 4, "styles": 0},
    },
}


class Prior(nn.Module):
    """v(x, t, style) of a rectified flow from N(0, I) to where the training windows lie."""

    def __init__(self, latent, hidden, blocks, steps, styles=0):
        super().__init__()
        self.steps, self.styles, self.blocks = steps, styles, blocks
        self.input = nn.Linear(latent, hidden)
        self.condition = nn.Linear(TIMES + 1 + styles, (blocks + 1) * hidden)
        for i in range(blocks):
            self.add_module(f"block_{i}", nn.Linear(hidden, hidden))
        self.output = nn.Linear(hidden, latent)

    def condition_of(self, time, style):
        """The two places of t around `time` share a weight of 1; then a 1 for "any style" or for the style."""
        c = torch.zeros(TIMES + 1 + self.styles)
        place = min(max(time, 0.0), 1.0) * (TIMES - 1)
        below = min(int(place), TIMES - 2)
        c[below], c[below + 1] = 1 - (place - below), place - below
        c[TIMES if style is None else TIMES + 1 + style] = 1
        return c

    def forward(self, x, time, style=None):  # [B, Z] -> [B, Z]
        shifts = self.condition(self.condition_of(time, style)).chunk(self.blocks + 1)
        h = self.input(x) + shifts[0]
        for i in range(self.blocks):
            h = h + F.silu(getattr(self, f"block_{i}")(F.silu(h)) + shifts[i + 1])
        return self.output(h)

    def draw(self, noise, style=None):
        """The points [B, Z] that `noise [B, Z]` leads to: Heun's method from t = 0 to 1."""
        x, length = noise, 1 / self.steps
        for step in range(self.steps):
            first = self(x, step / self.steps, style)
            second = self(x + length * first, (step + 1) / self.steps, style)
            x = x + length * 0.5 * (first + second)
        return x


class GrooveVAE(nn.Module):
    """Encoder, conductor and decoder; `config` as in the metadata of a weights file."""

    def __init__(self, config):
        super().__init__()
        self.config = c = config
        z, e, decoder, conductor, encoder = c["latent"], c["embedding"], c["decoder"], c["conductor"], c["encoder"]
        hidden = decoder["hidden"]
        columns = D if c["input"] == "multi-hot" else TOKENS
        self.register_buffer("columns", BITS if c["input"] == "multi-hot" else torch.eye(TOKENS), persistent=False)
        self.look_back = c.get("look_back", [])
        features = columns + (2 * D if c["expression"] else 0)

        self.encoder = nn.LSTM(features, encoder["hidden"], encoder["layers"], batch_first=True, bidirectional=True)
        summary = 2 * encoder["hidden"]
        if encoder["bar_summary"]:
            summary = encoder["mix"]
            self.encoder_bar = nn.Linear(4 * encoder["hidden"], encoder["bar_summary"])
            self.encoder_mix_0 = nn.Linear(BARS * encoder["bar_summary"], summary)
            self.encoder_mix_1 = nn.Linear(summary, summary)
        if c["direct_path"]:
            self.encoder_grid = nn.Linear(STEPS * features, summary)
        self.mean, self.sigma = nn.Linear(summary, z), nn.Linear(summary, z)

        self.latent_to_state = nn.Linear(z, 2 * conductor["layers"] * conductor["hidden"])
        self.conductor = nn.LSTM(z, conductor["hidden"], conductor["layers"], batch_first=True)
        self.embed = nn.Linear(conductor["hidden"], e)
        if c["direct_path"]:
            self.sketch = nn.Linear(z, STEPS * D)

        self.bar_to_state = nn.Linear(e, 2 * decoder["layers"] * hidden)
        inputs = columns + D * len(self.look_back) + (D if c["direct_path"] else 0) + e
        self.decoder = nn.LSTM(inputs, hidden, decoder["layers"], batch_first=True)
        self.joint = nn.Linear(hidden, TOKENS)
        if c["direct_path"]:
            self.single = nn.Linear(hidden, D)
            self.sketch_gain = nn.Parameter(torch.ones(1))
        if c["expression"]:
            self.expression = nn.Linear(hidden + D, 2 * D)
            if c["direct_path"]:
                self.expression_sketch = nn.Linear(z, STEPS * 2 * D)
        self.prior = Prior(z, **c["prior"]) if c.get("prior") else None
        # Tensors of the file that are no parameters: the latent map.
        self.others = {}

    def encode(self, tokens, velocity=None, micro_offset=None):
        """Mean and sigma [B, Z] of the posteriors of `tokens [B, T]`; velocity in [0, 1] and micro-offset in
        [-1/2, 1/2) steps [B, T, D], zeros where nothing is struck or nothing is known."""
        c, b = self.config, len(tokens)
        x = self.columns[tokens]
        if c["expression"]:
            zeros = torch.zeros(b, STEPS, D, device=x.device)
            velocity = zeros if velocity is None else velocity
            micro_offset = zeros if micro_offset is None else micro_offset
            x = torch.cat([x, velocity, 2 * micro_offset], 2)
        if c["encoder"]["bar_summary"]:
            out, (h, _) = self.encoder(x.reshape(b * BARS, STEPS_PER_BAR, -1))
            bar = F.gelu(self.encoder_bar(torch.cat([h[-2], h[-1], out.mean(1)], 1)))
            y = F.gelu(self.encoder_mix_1(F.gelu(self.encoder_mix_0(bar.reshape(b, -1)))))
        else:
            _, (h, _) = self.encoder(x)
            y = torch.cat([h[-2], h[-1]], 1)
        if c["direct_path"]:
            y = y + self.encoder_grid(x.flatten(1))
        y = F.dropout(y, c["dropout"], self.training)
        return self.mean(y), F.softplus(self.sigma(y)) + 1e-4

    def draw(self, noise, style=None):
        """Latent vectors [B, Z] where grooves lie, from `noise [B, Z]`; sliders and variation are the plugin's."""
        if self.prior is not None:
            return self.prior.draw(noise, style)
        spread, basis = self.others["latent.spread"], self.others["latent.basis"]
        return self.others["latent.mean"] + (noise * spread) @ basis

    def plan(self, z):
        """Bar embeddings [B, 4, E] and onset logits [B, T, D] (None without a direct path) of `z [B, Z]`."""
        h, c = self.states(self.latent_to_state(z), self.config["conductor"])
        out, _ = self.conductor(z[:, None].expand(-1, BARS, -1).contiguous(), (h, c))
        sketch = self.sketch(z).reshape(-1, STEPS, D) if self.config["direct_path"] else None
        return torch.tanh(self.embed(out)), sketch

    @staticmethod
    def states(numbers, lstm):
        """h and c [layers, N, H] from [N, 2 layers H]: h of every layer, then c of every layer."""
        h, c = torch.tanh(numbers).reshape(-1, 2, lstm["layers"], lstm["hidden"]).permute(1, 2, 0, 3)
        return h.contiguous(), c.contiguous()

    def before(self, tokens, step):
        """Columns [B, C + 9 x distances] of the tokens before `step`, of which `tokens [B, >= step]` are known."""
        is_first = step == 0 or (self.config["independent_bars"] and step % STEPS_PER_BAR == 0)
        previous = self.columns[tokens[:, step - 1]] if not is_first else self.columns.new_zeros(len(tokens), self.columns.shape[1])
        nothing = self.columns.new_zeros(len(tokens), D)
        bits = BITS.to(tokens.device)
        return torch.cat([previous, *(bits[tokens[:, step - ago]] if step >= ago else nothing for ago in self.look_back)], 1)

    def logits(self, out, sketch):
        """Logits [.., 512] of the decoder's `out [.., H]` and onset logits `sketch [.., D]`."""
        logits = self.joint(F.dropout(out, self.config["dropout"], self.training))
        if sketch is not None:
            logits = logits + (self.single(out) + self.sketch_gain * sketch) @ BITS.to(out.device).T
        return logits

    def express(self, out, tokens, z):
        """Velocity and micro-offset [B, T, D] from `out [B, T, H]` and the tokens struck; None, None without."""
        if not self.config["expression"]:
            return None, None
        e = self.expression(torch.cat([out, BITS.to(out.device)[tokens]], 2))
        if self.config["direct_path"]:
            e = e + self.expression_sketch(z).reshape(-1, STEPS, 2 * D)
        return torch.sigmoid(e[..., :D]), torch.tanh(e[..., D:]) / 2

    def played(self, velocity):
        """The velocities [.., D] that drummers play where the network expects these: by the file's curves, if any."""
        curves = self.others.get("velocity_curves")  # [D, knots]
        if curves is None:
            return velocity
        at = velocity.clamp(0, 1) * (curves.shape[1] - 1)
        below = at.long().clamp(max=curves.shape[1] - 2)
        instrument = torch.arange(D).expand_as(below)
        low, high = curves[instrument, below], curves[instrument, below + 1]
        return low + (at - below) * (high - low)

    def forward(self, z, tokens, drop_previous=0.0):
        """Logits [B, T, 512], velocity and micro-offset [B, T, D], each step from the true tokens before it.

        `drop_previous`: share of steps whose previous token is hidden, so that the decoder must read z."""
        b, (bars, sketch) = len(z), self.plan(z)
        columns, bits = self.columns[tokens], BITS.to(z.device)[tokens]
        previous = F.pad(columns[:, :-1], (0, 0, 1, 0))
        if self.config["independent_bars"]:
            previous = previous * (torch.arange(STEPS, device=z.device) % STEPS_PER_BAR > 0)[:, None]
        x = torch.cat([previous, *(F.pad(bits[:, :-ago], (0, 0, ago, 0)) for ago in self.look_back)], 2)
        if drop_previous:
            width = self.columns.shape[1]
            kept = torch.rand(b, STEPS, 1, device=x.device) >= drop_previous
            x = torch.cat([x[..., :width] * kept, x[..., width:]], 2)
        if sketch is not None:
            x = torch.cat([x, torch.sigmoid(sketch)], 2)
        x = torch.cat([x, bars.repeat_interleave(STEPS_PER_BAR, 1)], 2)
        state = self.states(self.bar_to_state(bars.reshape(b * BARS, -1)), self.config["decoder"])
        out, _ = self.decoder(x.reshape(b * BARS, STEPS_PER_BAR, -1), state)
        out = out.reshape(b, STEPS, -1)
        return self.logits(out, sketch), *self.express(out, tokens, z)

    @torch.no_grad()
    def greedy(self, z, with_logits=False):
        """The likeliest tokens [B, T] of `z [B, Z]`, each step from those before it, velocity and micro-offset
        [B, T, D] (None without expression), and if asked for the logits [B, T, 512]."""
        b, (bars, sketch) = len(z), self.plan(z)
        heard = None if sketch is None else torch.sigmoid(sketch)
        h, c = self.states(self.bar_to_state(bars.reshape(b * BARS, -1)), self.config["decoder"])
        tokens, outs, all_logits = torch.zeros(b, STEPS, dtype=torch.long, device=z.device), [], []
        for step in range(STEPS):
            bar = step // STEPS_PER_BAR
            if step % STEPS_PER_BAR == 0:
                state = h[:, bar::BARS].contiguous(), c[:, bar::BARS].contiguous()
            parts = [self.before(tokens, step)] + ([] if heard is None else [heard[:, step]]) + [bars[:, bar]]
            out, state = self.decoder(torch.cat(parts, 1)[:, None], state)
            logits = self.logits(out[:, 0], None if sketch is None else sketch[:, step])
            tokens[:, step] = logits.argmax(1)
            outs.append(out)
            all_logits.append(logits)
        velocity, micro_offset = self.express(torch.cat(outs, 1), tokens, z)
        result = tokens, None if velocity is None else self.played(velocity), micro_offset
        return (*result, torch.stack(all_logits, 1)) if with_logits else result


def loss(network, tokens, velocity=None, micro_offset=None, beta=0.2, free_bits=0.0, drop_previous=0.0):
    """What training minimises, a mean over windows, in nats: cross-entropy + beta x (KL beyond the free bits) +
    squared errors of the expression at the hits."""
    mean, sigma = network.encode(tokens, velocity, micro_offset)
    z = mean + sigma * torch.randn_like(mean)
    logits, v, m = network(z, tokens, drop_previous)
    b = len(tokens)
    total = F.cross_entropy(logits.reshape(-1, TOKENS), tokens.reshape(-1), reduction="sum") / b
    kl = ((mean**2 + sigma**2 - 1) / 2 - sigma.log()).sum(1).mean()
    total = total + beta * F.relu(kl - free_bits * float(np.log(2)))
    if v is not None:
        struck = BITS.to(z.device)[tokens]
        for found, true in ((v, velocity), (m, micro_offset)):
            true = torch.zeros_like(found) if true is None else true
            total = total + (((found - true) * struck) ** 2).sum() / b
    return total


def load(path):
    """The network of a weights file, and the file's metadata."""
    tensors, metadata = read_safetensors(path)
    for key, wanted in (("format", "jangdan-groove"), ("version", "1"), ("vocabulary", VOCABULARY)):
        if metadata.get(key) != wanted:
            raise ValueError(f"{path}: its {key} is {metadata.get(key)!r}, not {wanted!r}")
    network = GrooveVAE(json.loads(metadata["config"]))
    parameters = network.state_dict()
    missing = sorted(set(parameters) - set(tensors))
    if missing:
        raise ValueError(f"{path}: tensors are missing: {', '.join(missing)}")
    tensors = {name: torch.from_numpy(numbers.astype(np.float32)) for name, numbers in tensors.items()}
    network.load_state_dict({name: tensors[name] for name in parameters})
    network.others = {name: numbers for name, numbers in tensors.items() if name not in parameters}
    return network.eval(), metadata


def save(network, metadata, path, precision="F16"):
    """Writes a weights file; `metadata` brings what is known of the training (`data`, `command`, `seed`, `scores`).

    A network that was never given a latent map gets that of N(0, I)."""
    z = network.config["latent"]
    tensors = {"latent.mean": torch.zeros(z), "latent.basis": torch.eye(z), "latent.spread": torch.ones(z)}
    tensors.update(network.others)
    tensors.update(network.state_dict())
    config = json.dumps(network.config, separators=(",", ":"))
    metadata = {"config": config, **metadata, "format": "jangdan-groove", "version": "1", "vocabulary": VOCABULARY}
    if json.loads(metadata["config"]) != network.config:
        metadata["config"] = config
    numbers = {name: tensor.detach().cpu().numpy() for name, tensor in tensors.items()}
    write_safetensors(numbers, metadata, path, precision)


def read_safetensors(path):
    """Tensors as numpy arrays by name, and metadata. The format: a length, a JSON header, the numbers."""
    with open(path, "rb") as file:
        content = file.read()
    end = 8 + struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:end])
    metadata, types = header.pop("__metadata__", {}), {"F32": "<f4", "F16": "<f2"}
    tensors = {}
    for name, entry in header.items():
        first, last = (end + offset for offset in entry["data_offsets"])
        numbers = np.frombuffer(content[first:last], types[entry["dtype"]])
        tensors[name] = numbers.reshape(entry["shape"])
    return tensors, metadata


def write_safetensors(tensors, metadata, path, precision="F16"):
    """Writes tensors in the order of their names: the same content always gives the same bytes."""
    header, parts, offset = {"__metadata__": metadata}, [], 0
    for name in sorted(tensors):
        numbers = np.ascontiguousarray(tensors[name], {"F32": "<f4", "F16": "<f2"}[precision])
        if not np.isfinite(numbers).all():
            raise ValueError(f"tensor `{name}` has numbers that {precision} cannot hold")
        end = offset + numbers.nbytes
        header[name] = {"dtype": precision, "shape": list(numbers.shape), "data_offsets": [offset, end]}
        parts.append(numbers.tobytes())
        offset = end
    text = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))
