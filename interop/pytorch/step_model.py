"""The step models and the model of articulations in plain PyTorch: what `groove_vae.load` keeps of them in `others`.

They draw grooves, given what is known of them; crates/musicvae/NETWORK.md explains every column and every tensor. Names of
modules are names of tensors. T steps, D = 9 instruments; a groove is a `Groove`, what is known of it a `Context` (context.py).

    network, metadata = groove_vae.load("assets/weights.safetensors")
    models = step_model.of(network)
    groove = models.draw(context.Context(style=3))               # the likeliest
    groove = models.draw(context.Context(style=3), generator=torch.Generator().manual_seed(1))
    loss = models.common.nats([groove], [context.Context(style=3)])  # to train on
"""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from context import BARS, COPIES, GRIDS, METRES, OFFSETS, PLACE, RANGES, SIXTEENTHS, VELOCITIES, Columns, Groove, one_of
from groove_vae import BITS, D, TOKENS

CLASSES = 4
# How many articulations an instrument has, kick first.
ARTICULATIONS = (1, 4, 2, 2, 2, 2, 2, 2, 2)
# Nats that the kick gains where the line is low.
LEANING = 1.0


def best(logits, generator):
    """The likeliest of the last dimension, or one drawn."""
    if generator is None:
        return int(logits.argmax())
    return int(torch.multinomial(F.softmax(logits, -1), 1, generator=generator))


class StepModel(nn.Module):
    """One of a file's two step models, of these columns and sizes (`step_model` or `bar_model` of the config)."""

    def __init__(self, config, any_bar):
        super().__init__()
        hidden, heads, read = config["hidden"], config["heads"], config["ahead"]
        self.columns = Columns(config["styles"], any_bar)
        place, bar = (PLACE, len(METRES) + len(GRIDS)) if any_bar else (0, 0)
        step, copy, velocity = 299 + config["styles"] + 1 + place, 81 + bar, 104 + place
        self.ahead = nn.LSTM(52 + place, read, batch_first=True)
        self.input = nn.Linear(step + read, config["input"])
        self.lower, self.upper = nn.LSTM(config["input"], hidden, batch_first=True), nn.LSTM(hidden, hidden, batch_first=True)
        self.joint, self.single = nn.Linear(hidden, TOKENS), nn.Linear(hidden + step, D)
        self.copy_0, self.copy_1 = nn.Linear(hidden + read + copy, heads), nn.Linear(heads, COPIES + 1)
        self.velocity_0, self.velocity_1 = nn.Linear(hidden + velocity, heads), nn.Linear(heads, VELOCITIES)
        self.offset_0, self.offset_1 = nn.Linear(hidden + velocity + 1 + RANGES, heads), nn.Linear(heads, OFFSETS)

    def tensor(self, rows):
        return torch.from_numpy(np.asarray(rows, np.float32)).to(self.joint.weight.device)

    def head(self, name, *parts):
        return getattr(self, f"{name}_1")(F.relu(getattr(self, f"{name}_0")(torch.cat(parts, -1))))

    def read_ahead(self, context):
        """The summary [T, R] of what is known from each step on."""
        rows = self.tensor([self.columns.ahead(context, step) for step in reversed(range(len(context.groove)))])
        return self.ahead(rows[None])[0][0].flip(0)

    def token_logits(self, out, rows, forced):
        """Logits [.., 512] from o and the step's columns, -inf where a token contradicts what is decided."""
        decided, struck = (torch.from_numpy(np.asarray(part)).to(out.device) for part in forced)
        logits = self.joint(out) + self.single(torch.cat([out, rows], -1)) @ BITS.to(out.device).T
        contradicts = (BITS.to(out.device).bool() != struck[..., None, :]) & decided[..., None, :]
        return logits.masked_fill(contradicts.any(-1), -torch.inf)

    def copy_logits(self, before, ahead, groove, copies, context, bar, instrument):
        logits = self.head("copy", before, ahead, self.tensor(self.columns.copy(groove, copies, context, bar, instrument)))
        is_allowed = [True] + [bool(context.allows(groove, bar, instrument, ago)) for ago in range(1, COPIES + 1)]
        return logits.masked_fill(~torch.tensor(is_allowed, device=logits.device), -torch.inf)

    def nats(self, grooves, contexts):
        """What grooves cost given their contexts, as sums over the grooves [4]: onsets, copies, velocities, micro-offsets."""
        return torch.stack([self.nats_of(*pair) for pair in zip(grooves, contexts)]).sum(0)

    def nats_of(self, groove, context):
        steps, copies, ahead = range(len(groove)), groove.copies(), self.read_ahead(context)
        rows = self.tensor([self.columns.step(groove, copies, context, step) for step in steps])
        h = self.lower(F.relu(self.input(torch.cat([rows, ahead], 1)))[None])[0]
        out = (h + self.upper(h)[0])[0]
        forced = [np.stack(part) for part in zip(*(context.forced(groove, copies, step) for step in steps))]
        tokens = torch.from_numpy(groove.struck @ (1 << np.arange(D)[::-1])).to(out.device)
        costs = [F.cross_entropy(self.token_logits(out, rows, forced), tokens, reduction="sum")]

        per_bar = groove.bar.steps
        cells = [(bar, instrument) for bar in range(1, groove.bar.bars) for instrument in range(D)
                 if not context.known[bar * per_bar:(bar + 1) * per_bar, instrument].all()]
        logits = [self.copy_logits(out[bar * per_bar - 1], ahead[bar * per_bar], groove, copies, context, bar, instrument)
                  for bar, instrument in cells]
        costs.append(self.cost(logits, [copies[cell] for cell in cells]))

        hits = list(zip(*np.nonzero(groove.struck & ~context.known)))
        velocities = [velocity_index(groove.velocity[hit]) for hit in hits]
        offsets = [min(int((groove.micro_offset[hit] + np.float32(0.5)) * OFFSETS), OFFSETS - 1) for hit in hits]
        read = [self.columns.velocity(groove, copies, context, *hit) for hit in hits]
        after = [np.concatenate([row, self.columns.offset(velocity)]) for row, velocity in zip(read, velocities)]
        costs.append(self.cost([self.head("velocity", out[step], self.tensor(row)) for (step, _), row in zip(hits, read)], velocities))
        costs.append(self.cost([self.head("offset", out[step], self.tensor(row)) for (step, _), row in zip(hits, after)], offsets))
        return torch.stack(costs)

    def cost(self, logits, targets):
        if not logits:
            return torch.zeros((), device=self.joint.weight.device)
        targets = torch.tensor([int(target) for target in targets], device=logits[0].device)
        return F.cross_entropy(torch.stack(logits), targets, reduction="sum")

    @torch.no_grad()
    def draw(self, context, generator=None):
        """The likeliest groove that agrees with `context`, choice by choice; one drawn, with a generator."""
        bar, groove, ahead = context.bar, Groove(context.bar), self.read_ahead(context)
        copies, lower, upper, out = np.zeros((bar.bars, D), int), None, None, None
        for step in range(len(groove)):
            if step and step % bar.steps == 0:
                for instrument in range(D):
                    logits = self.copy_logits(out, ahead[step], groove, copies, context, step // bar.steps, instrument)
                    copies[step // bar.steps, instrument] = best(logits, generator)
            row = self.tensor(self.columns.step(groove, copies, context, step))
            x = F.relu(self.input(torch.cat([row, ahead[step]])))
            h, lower = self.lower(x[None, None], lower)
            k, upper = self.upper(h, upper)
            out = (h + k)[0, 0]
            logits = self.token_logits(out, row, context.forced(groove, copies, step))
            if context.low is not None and context.low[step]:
                logits = logits + LEANING * BITS[:, 0].to(out.device)
            groove.struck[step] = BITS[best(logits, generator)].bool().numpy()
            known = context.known[step] & groove.struck[step]
            for mine, given in ((groove.velocity, context.groove.velocity), (groove.micro_offset, context.groove.micro_offset)):
                mine[step, known] = given[step, known]
            groove.articulation[step, known] = context.groove.articulation[step, known]
            for instrument in np.flatnonzero(groove.struck[step] & ~context.known[step]):
                row = self.columns.velocity(groove, copies, context, step, instrument)
                velocity = best(self.head("velocity", out, self.tensor(row)), generator)
                row = np.concatenate([row, self.columns.offset(velocity)])
                offset = best(self.head("offset", out, self.tensor(row)), generator)
                within = 0.5 if generator is None else torch.rand((), generator=generator).item()
                groove.velocity[step, instrument] = (velocity + 1) / VELOCITIES
                groove.micro_offset[step, instrument] = (offset + within) / OFFSETS - 0.5
        return groove


def velocity_index(velocity):
    return min(max(int(np.floor(velocity * np.float32(VELOCITIES) + np.float32(0.5))), 1), VELOCITIES) - 1


class Articulations(nn.Module):
    """How each hit of a finished groove is struck."""

    def __init__(self, hidden, styles):
        super().__init__()
        self.styles = styles
        before = 2 * D + 3 + RANGES + (CLASSES + 1) * (1 + COPIES) + 4 + CLASSES + 1 + 2 * D + SIXTEENTHS + BARS + PLACE
        self.articulation_0, self.articulation_1 = nn.Linear(before + styles + 1, hidden), nn.Linear(hidden, CLASSES)

    def row(self, groove, step, instrument, style):
        bar, velocity, struck = groove.bar, groove.velocity, groove.struck
        counts = struck.sum(0)
        means = np.where(struck, velocity, 0).sum(0) / np.maximum(counts, 1)
        own, hits = velocity[step, instrument], np.flatnonzero(struck[:, instrument])
        parts = [one_of(D, instrument), own, own - means[instrument], 2 * groove.micro_offset[step, instrument]]
        parts += [one_of(RANGES, min(int(own * RANGES), RANGES - 1)), velocity[step] * struck[step]]
        before, after = hits[hits < step], hits[hits > step]
        earlier = [before[-1] if len(before) else -1] + [step - ago * bar.steps for ago in range(1, COPIES + 1)]
        for at in earlier:
            is_hit = at >= 0 and struck[at, instrument]
            parts.append(one_of(CLASSES + 1, 1 + groove.articulation[at, instrument] if is_hit else 0))
        for near in (before[-1:], after[:1]):
            far = [GRIDS["16"] / (abs(step - at) * GRIDS[bar.grid]) for at in near]
            parts += [far[0], velocity[near[0], instrument]] if far else [0, 0]
        shares = np.bincount(groove.articulation[before, instrument], minlength=CLASSES)
        parts += [shares / max(len(before), 1), min(len(before) / 16, 1), np.stack([counts / len(groove), means], 1).ravel()]
        parts += [one_of(SIXTEENTHS, bar.place(step % bar.steps)[2]), one_of(BARS, step // bar.steps), Columns.place_columns(bar, step)]
        style = style if style is not None and style < self.styles else None
        parts.append(one_of(self.styles + 1, 0 if style is None else style + 1))
        return np.concatenate([np.atleast_1d(np.asarray(part, np.float32)) for part in parts])

    @torch.no_grad()
    def strike(self, groove, context, generator=None):
        """Gives every hit that is not known the likeliest articulation, or a drawn one."""
        for step, instrument in zip(*np.nonzero(groove.struck & ~context.known)):
            if ARTICULATIONS[instrument] > 1:
                row = torch.from_numpy(self.row(groove, step, instrument, context.style))
                logits = self.articulation_1(F.relu(self.articulation_0(row)))[:ARTICULATIONS[instrument]]
                groove.articulation[step, instrument] = best(logits, generator)
        return groove


class Models:
    """The models of a file: `common` for 4/4 in 16ths, `any_bar` for the others, `articulations`; None where there is none."""

    def __init__(self, network):
        config = network.config
        self.common = load(network, "step_model.", StepModel, config.get("step_model"), False)
        self.any_bar = load(network, "bar_model.", StepModel, config.get("bar_model"), True)
        sizes = config.get("articulations")
        self.articulations = load(network, "", Articulations, *((sizes["hidden"], sizes["styles"]) if sizes else (None,)))

    def draw(self, context, generator=None):
        """A groove that agrees with `context`, its hits struck; the style is the context's."""
        model = self.common if context.bar.is_common() else self.any_bar
        if model is None:
            raise ValueError(f"this file has no model that draws {context.bar.metre} in steps of {context.bar.grid}")
        groove = model.draw(context, generator)
        return self.articulations.strike(groove, context, generator) if self.articulations else groove


def load(network, prefix, model, first, *rest):
    if first is None:
        return None
    model = model(first, *rest)
    model.load_state_dict({name: network.others[prefix + name] for name in model.state_dict()})
    return model.eval()


def of(network):
    """The models of a network that `groove_vae.load` gave."""
    return Models(network)


def keep(network, models):
    """Puts what was trained back, so that `groove_vae.save` writes it."""
    for prefix, model in (("step_model.", models.common), ("bar_model.", models.any_bar), ("", models.articulations)):
        if model is not None:
            network.others.update({prefix + name: tensor.detach() for name, tensor in model.state_dict().items()})
