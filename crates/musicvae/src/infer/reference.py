"""What PyTorch makes of the networks of `tests.rs`: prints the numbers expected there.

Weights are not stored: both sides make them with `pseudo`, exactly.
"""
import numpy as np
import torch
import torch.nn.functional as F

D, TOKENS, BARS, STEPS = 9, 512, 4, 16
BITS = torch.tensor([[(t >> (8 - i)) & 1 for i in range(D)] for t in range(TOKENS)], dtype=torch.float64)


def pseudo(count, salt, scale):
    i = np.arange(count, dtype=np.uint64)
    x = ((i + np.uint64(1)) * np.uint64(40503) + np.uint64(salt * 7919)) % np.uint64(65521)
    x = x * x % np.uint64(65521)
    return torch.tensor(x.astype(np.float32) / np.float32(32768) - np.float32(1)).double() * scale


class Weights:
    """Tensors made as they are asked for; the salt is the sum of the name's bytes."""

    def tensor(self, name, *shape):
        scale = 0.5 if len(shape) == 2 else 0.25
        return pseudo(int(np.prod(shape)), sum(name.encode()), scale).reshape(shape)

    def linear(self, name, x, out):
        return F.linear(x, self.tensor(f"{name}.weight", out, x.shape[-1]), self.tensor(f"{name}.bias", out))

    def lstm(self, name, inputs, hidden, layers, bidirectional=False):
        lstm = torch.nn.LSTM(inputs, hidden, layers, batch_first=True, bidirectional=bidirectional).double()
        with torch.no_grad():
            for key, value in lstm.named_parameters():
                value.copy_(self.tensor(f"{name}.{key}", *value.shape))
        return lstm


def split(state, layers, hidden):
    h, c = torch.tanh(state).reshape(2, layers, 1, hidden)
    return h.contiguous(), c.contiguous()


@torch.no_grad()
def greedy(c):
    w, z = Weights(), pseudo(c["latent"], c["salt"], 1.5)[None]
    start = w.linear("latent_to_state", z, 2 * c["conductor"][0] * c["conductor"][1])
    conductor = w.lstm("conductor", c["latent"], c["conductor"][1], c["conductor"][0])
    out, _ = conductor(z[:, None].expand(-1, BARS, -1), split(start, *c["conductor"]))
    bars = torch.tanh(w.linear("embed", out, c["embedding"]))[0]
    if c["direct"]:
        sketch = w.linear("sketch", z, BARS * STEPS * D).reshape(-1, D)
        gain = w.tensor("sketch_gain", 1)
        expression_sketch = w.linear("expression_sketch", z, BARS * STEPS * 2 * D).reshape(-1, 2 * D)
    columns = BITS if c["multi_hot"] else torch.eye(TOKENS, dtype=torch.float64)
    layers, hidden = c["decoder"]
    decoder = w.lstm("decoder", columns.shape[1] + D * (len(c["look_back"]) + c["direct"]) + c["embedding"], hidden, layers)
    tokens, sums, expression = [], [], []
    for t in range(BARS * STEPS):
        bar, step = bars[t // STEPS], t % STEPS
        if step == 0:
            state = split(w.linear("bar_to_state", bar, 2 * layers * hidden), layers, hidden)
        none = t == 0 or (c["independent"] and step == 0)
        parts = [torch.zeros(columns.shape[1], dtype=torch.float64) if none else columns[tokens[-1]]]
        parts += [BITS[tokens[t - ago] if t >= ago else 0] for ago in c["look_back"]]
        if c["direct"]:
            parts.append(torch.sigmoid(sketch[t]))
        out, state = decoder(torch.cat(parts + [bar])[None, None], state)
        o = out[0, 0]
        logits = w.linear("joint", o, TOKENS)
        if c["direct"]:
            logits = logits + BITS @ (w.linear("single", o, D) + gain * sketch[t])
        tokens.append(int(logits.argmax()))
        top = logits.topk(2).values
        assert top[0] - top[1] > 1e-3, "too close a call for a test"
        sums.append((logits * torch.cos(torch.arange(TOKENS, dtype=torch.float64))).sum().item())
        if c["direct"]:
            e = w.linear("expression", torch.cat([o, BITS[tokens[-1]]]), 2 * D) + expression_sketch[t]
            expression.append((torch.sigmoid(e[:D]) * BITS[tokens[-1]]).sum().item())
            expression.append((torch.tanh(e[D:]) / 2 * BITS[tokens[-1]]).sum().item())
    print(tokens)
    print("logits", [round(x, 5) for x in sums[::9]])
    print("expression", [round(x, 5) for x in expression[::9]])


@torch.no_grad()
def encode(c, tokens):
    """The posterior of a pattern whose hit (step, i) has velocity (step % 5 + i + 1) / 16 and offset (i - step % 7) / 32."""
    w = Weights()
    x = BITS[tokens]
    hidden, layers = c["encoder"][1], c["encoder"][0]
    features = x if c["multi_hot"] else torch.eye(TOKENS, dtype=torch.float64)[tokens]
    if c["direct"]:
        step, i = torch.arange(64)[:, None], torch.arange(D)[None]
        features = torch.cat([features, x * (step % 5 + i + 1) / 16, x * 2 * (i - step % 7) / 32], 1)
    lstm = w.lstm("encoder", features.shape[1], hidden, layers, True)
    if c["summary"]:
        out, (h, _) = lstm(features.reshape(BARS, STEPS, -1))
        bar = F.gelu(w.linear("encoder_bar", torch.cat([h[-2], h[-1], out.mean(1)], 1), c["summary"]))
        y = F.gelu(w.linear("encoder_mix_1", F.gelu(w.linear("encoder_mix_0", bar.reshape(-1), c["mix"])), c["mix"]))
    else:
        _, (h, _) = lstm(features[None])
        y = torch.cat([h[-2], h[-1]], 1)[0]
    if c["direct"]:
        y = y + w.linear("encoder_grid", features.reshape(-1), len(y))
    mean, sigma = w.linear("mean", y, c["latent"]), F.softplus(w.linear("sigma", y, c["latent"])) + 1e-4
    print("mean", [round(x, 5) for x in mean.tolist()[:6]])
    print("sigma", [round(x, 5) for x in sigma.tolist()[:6]])


tiny = dict(latent=16, multi_hot=True, encoder=(1, 16), summary=16, mix=32, conductor=(1, 16), embedding=24,
            decoder=(1, 32), direct=True, independent=False, look_back=(17, 16, 15, 14, 32, 48), salt=6)
small_paper = dict(latent=24, multi_hot=False, encoder=(2, 20), summary=0, mix=0, conductor=(2, 40), embedding=36,
                   decoder=(2, 50), direct=False, independent=False, look_back=(), salt=26)
for config in (tiny, small_paper):
    greedy(config)
    encode(config, [(37 * t * t + 11 * t) % 512 if t % 3 else 0 for t in range(64)])
