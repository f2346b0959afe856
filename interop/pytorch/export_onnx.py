"""Exports the decoder of a weights file as ONNX: `python export_onnx.py WEIGHTS FOLDER`.

Two ways to decode, which give the same grooves:
- `decode.onnx`: z [1, Z] -> tokens [64] (int64), velocity and micro_offset [64, 9]; the loop is inside the graph.
- `plan.onnx`, `step.onnx`, `express.onnx`: once a groove, 64 times, once; the loop is yours (`Stepper` shows how).

Greedy tokens; who wants to draw them takes `logits` from `step.onnx`. The products that do not depend on tokens stand
outside the loop. Needs numpy and PyTorch; the `onnx` package is not needed.
"""
import pathlib
import sys

import numpy as np

import groove_vae
from groove_vae import BARS, BITS, D, STEPS, STEPS_PER_BAR, TOKENS
from onnx_graph import FLOAT, INT64, Graph

BITS = BITS.numpy()
# ONNX has an LSTM's gates in the order i, o, f, g.
GATES = [0, 3, 1, 2]


class Decoder:
    """The parts of a decoder as nodes of a graph."""

    def __init__(self, network):
        self.config = c = network.config
        self.numbers = {name: value.numpy() for name, value in network.state_dict().items()}
        curves = network.others.get("velocity_curves")
        self.curves = None if curves is None else curves.numpy()
        self.look_back = c.get("look_back", [])
        self.distances = ([1] if c["input"] == "multi-hot" else []) + self.look_back
        self.is_one_hot = c["input"] == "one-hot"
        self.layers, self.hidden = c["decoder"]["layers"], c["decoder"]["hidden"]
        # Columns of the first layer's input that depend on tokens; the others are known before the loop.
        self.previous = TOKENS if self.is_one_hot else D
        self.by_token = self.previous + D * len(self.look_back)

    def linear(self, graph, name, x):
        weight = graph.constant(self.numbers[f"{name}.weight"])
        return graph.node("Gemm", x, weight, graph.constant(self.numbers[f"{name}.bias"]), transB=1)

    def plan(self, graph, z):
        """Starts h and c [4, layers H] of each bar, gates [64, 4H] that do not depend on tokens, onset logits [64, 9]."""
        c = self.config
        start = graph.node("Tanh", self.linear(graph, "latent_to_state", z))
        layers, hidden = c["conductor"]["layers"], c["conductor"]["hidden"]
        parts = graph.node("Split", start, graph.constant(np.array([layers * hidden] * 2)), outputs=2, axis=1)
        x = graph.node("Concat", *[graph.node("Unsqueeze", z, graph.constant(np.array([0])))] * BARS, axis=0)
        for layer in range(layers):
            def take(part):
                of_layer = graph.node("Slice", part, *(graph.constant(np.array([i])) for i in (layer * hidden, (layer + 1) * hidden, 1)))
                return graph.node("Unsqueeze", of_layer, graph.constant(np.array([0])))
            weights = [self.reordered(f"conductor.{kind}_l{layer}") for kind in ("weight_ih", "weight_hh")]
            bias = np.concatenate([self.reordered(f"conductor.{kind}_l{layer}") for kind in ("bias_ih", "bias_hh")])
            out = graph.node("LSTM", x, *(graph.constant(w[None]) for w in (*weights, bias)), "", *map(take, parts), hidden_size=hidden)
            x = graph.node("Squeeze", out, graph.constant(np.array([1])))
        top = graph.node("Squeeze", x, graph.constant(np.array([1])))
        bars = graph.node("Tanh", self.linear(graph, "embed", top))  # [4, E]
        start = graph.node("Tanh", self.linear(graph, "bar_to_state", bars))
        h, cell = graph.node("Split", start, graph.constant(np.array([self.layers * self.hidden] * 2)), outputs=2, axis=1)

        weight = self.numbers["decoder.weight_ih_l0"]
        bias = self.numbers["decoder.bias_ih_l0"] + self.numbers["decoder.bias_hh_l0"]
        of_bar = graph.node("Gemm", bars, graph.constant(weight[:, -c["embedding"]:]), graph.constant(bias), transB=1)
        gates = graph.node("Gather", of_bar, graph.constant(np.arange(STEPS) // STEPS_PER_BAR))  # [64, 4H]
        sketch = None
        if c["direct_path"]:
            sketch = graph.node("Reshape", self.linear(graph, "sketch", z), graph.constant(np.array([STEPS, D])))
            of_sketch = graph.constant(weight[:, self.by_token:self.by_token + D].T)
            gates = graph.node("Add", gates, graph.node("MatMul", graph.node("Sigmoid", sketch), of_sketch))
        return h, cell, gates, sketch

    def reordered(self, name):
        numbers = self.numbers[name]
        return numbers.reshape(4, -1, *numbers.shape[1:])[GATES].reshape(numbers.shape)

    def weights(self, graph):
        """Constants of a step, for `step`."""
        table = {"hidden": graph.constant(np.array([self.hidden] * 4))}
        for layer in range(self.layers):
            w = self.numbers[f"decoder.weight_hh_l{layer}"]
            if layer == 0:
                by_token = self.numbers["decoder.weight_ih_l0"][:, :self.by_token]
                if self.is_one_hot:
                    # The column of the token, looked up; the last row is of the step that has no token before it.
                    columns = np.concatenate([by_token[:, :TOKENS].T, np.zeros((1, len(w)), np.float32)])
                    table["columns"] = graph.constant(columns)
                    by_token = by_token[:, TOKENS:]
                table["bias", 0] = None
            else:
                by_token = self.numbers[f"decoder.weight_ih_l{layer}"]
                bias = self.numbers[f"decoder.bias_ih_l{layer}"] + self.numbers[f"decoder.bias_hh_l{layer}"]
                table["bias", layer] = graph.constant(bias[None])
            table["weight", layer] = graph.constant(np.concatenate([by_token, w], 1).T)
        joint, bias = self.numbers["joint.weight"], self.numbers["joint.bias"]
        if self.config["direct_path"]:
            # `single`, summed over each token's instruments, is folded into `joint`.
            joint = joint + BITS @ self.numbers["single.weight"]
            bias = bias + BITS @ self.numbers["single.bias"]
            table["bits"] = graph.constant(BITS.T * self.numbers["sketch_gain"])
        table["joint"], table["joint bias"] = graph.constant(joint.T), graph.constant(bias[None])
        return table

    def step(self, graph, table, gates, before, token, h, cell, onsets):
        """Logits [1, 512] and the new states, of gates [1, 4H], `before [1, 9 x distances]`, the previous token [1]
        (512 for none; of a one-hot input), states (lists by layer of [1, H]) and onset logits [1, 9]."""
        if self.is_one_hot:
            gates = graph.node("Add", gates, graph.node("Gather", table["columns"], token))
        h, cell, below = list(h), list(cell), before
        for layer in range(self.layers):
            bias = gates if layer == 0 else table["bias", layer]
            x = graph.node("Concat", below, h[layer], axis=1) if below else h[layer]
            sums = graph.node("Add", graph.node("MatMul", x, table["weight", layer]), bias)
            i, f, g, o = graph.node("Split", sums, table["hidden"], outputs=4, axis=1)
            i, f, o = (graph.node("Sigmoid", gate) for gate in (i, f, o))
            kept = graph.node("Mul", f, cell[layer])
            cell[layer] = graph.node("Add", kept, graph.node("Mul", i, graph.node("Tanh", g)))
            below = h[layer] = graph.node("Mul", o, graph.node("Tanh", cell[layer]))
        logits = graph.node("Add", graph.node("MatMul", below, table["joint"]), table["joint bias"])
        if self.config["direct_path"]:
            logits = graph.node("Add", logits, graph.node("MatMul", onsets, table["bits"]))
        return logits, h, cell

    def express(self, graph, outs, struck, z):
        """Velocity and micro-offset [64, 9] of `outs [64, H]`, what is struck [64, 9] and z [1, Z]."""
        e = self.linear(graph, "expression", graph.node("Concat", outs, struck, axis=1))
        if self.config["direct_path"]:
            sketch = self.linear(graph, "expression_sketch", z)
            e = graph.node("Add", e, graph.node("Reshape", sketch, graph.constant(np.array([STEPS, 2 * D]))))
        v, m = graph.node("Split", e, graph.constant(np.array([D, D])), outputs=2, axis=1)
        v = graph.node("Identity", self.played(graph, graph.node("Sigmoid", v)), names=["velocity"])
        m = graph.node("Mul", graph.node("Tanh", m), graph.constant(np.float32(0.5)), names=["micro_offset"])
        return v, m

    def played(self, graph, velocity):
        """The velocities [64, 9] played where these are expected: along the file's curves (`GrooveVAE.played`)."""
        if self.curves is None:
            return velocity
        # A sum of ramps: each knot adds its change of slope from there on.
        knots = np.linspace(0, 1, self.curves.shape[1], dtype=np.float32)[:-1]
        slopes = np.diff(self.curves, axis=1) * np.float32(len(knots))
        bends = np.diff(slopes, axis=1, prepend=0)
        axis = graph.constant(np.array([2]))
        ramps = graph.node("Relu", graph.node("Sub", graph.node("Unsqueeze", velocity, axis), graph.constant(knots)))
        risen = graph.node("ReduceSum", graph.node("Mul", ramps, graph.constant(bends)), axis, keepdims=0)
        return graph.node("Add", risen, graph.constant(self.curves[:, 0]))

    def state_names(self, prefix):
        return [f"{prefix}_{layer}" for layer in range(self.layers)]


def decode_graph(network):
    """The whole decoding as one graph, a loop for each bar."""
    d, graph = Decoder(network), Graph("decode")
    z = graph.input("z", FLOAT, [1, network.config["latent"]])
    h, cell, gates, sketch = d.plan(graph, z)
    table = d.weights(graph)
    # The latest tokens' instruments, as many as are looked back at, the last one last; and the last token.
    depth = max(d.distances, default=1)
    history, token = graph.constant(np.zeros((depth, D), np.float32)), graph.constant(np.array([TOKENS]))
    bits, places = graph.constant(BITS), graph.constant(depth - np.array(d.distances, np.int64))
    one, last = graph.constant(np.array([1])), graph.constant(np.array([depth + 1]))
    axis, row = graph.constant(np.array([0])), graph.constant(np.array([1, D * len(d.distances)]))
    slices = graph.constant(np.array([d.hidden] * d.layers)) if d.layers > 1 else None
    tokens, outs = [], []
    for bar in range(BARS):
        body = Graph(f"bar_{bar}")
        count = body.input(f"count_{bar}", INT64, [])
        body.input(f"go_in_{bar}", 9, [])
        h_in = [body.input(f"{name}_in_{bar}", FLOAT, [1, d.hidden]) for name in d.state_names("h")]
        c_in = [body.input(f"{name}_in_{bar}", FLOAT, [1, d.hidden]) for name in d.state_names("c")]
        history_in = body.input(f"history_in_{bar}", FLOAT, [depth, D])
        token_in = body.input(f"token_in_{bar}", INT64, [1])
        step = body.node("Unsqueeze", body.node("Add", count, body.constant(np.int64(bar * STEPS_PER_BAR))), axis)
        before = None
        if d.distances:
            before = body.node("Reshape", body.node("Gather", history_in, places), row)
        onsets = body.node("Gather", sketch, step) if sketch else None
        logits, h_out, c_out = d.step(body, table, body.node("Gather", gates, step), before, token_in, h_in, c_in, onsets)
        token_out = body.node("ArgMax", logits, axis=1, keepdims=0)
        new = body.node("Gather", bits, token_out)
        history_out = body.node("Slice", body.node("Concat", history_in, new, axis=0), one, last, axis) if d.distances else body.node("Identity", history_in)
        go = body.node("Identity", f"go_in_{bar}")
        body.output(go, 9, [])
        for name in (*h_out, *c_out):
            body.output(name, FLOAT, [1, d.hidden])
        body.output(history_out, FLOAT, [depth, D])
        body.output(token_out, INT64, [1])
        body.output(body.node("Identity", token_out), INT64, [1])
        body.output(body.node("Identity", h_out[-1]), FLOAT, [1, d.hidden])

        starts = []
        for part in (h, cell):
            of_bar = graph.node("Gather", part, graph.constant(np.array([bar])))
            of_layers = graph.node("Split", of_bar, slices, outputs=d.layers, axis=1) if d.layers > 1 else of_bar
            starts += of_layers if d.layers > 1 else [of_layers]
        results = graph.node("Loop", graph.constant(np.int64(STEPS_PER_BAR)), graph.constant(np.bool_(True)), *starts, history, token,
                             outputs=2 * d.layers + 4, body=body)
        history, token = results[-4], results[-3]
        tokens.append(results[-2])
        outs.append(results[-1])
    tokens = graph.node("Reshape", graph.node("Concat", *tokens, axis=0), graph.constant(np.array([STEPS])), names=["tokens"])
    graph.output(tokens, INT64, [STEPS])
    if network.config["expression"]:
        outs = graph.node("Reshape", graph.node("Concat", *outs, axis=0), graph.constant(np.array([STEPS, d.hidden])))
        for name in d.express(graph, outs, graph.node("Gather", bits, tokens), z):
            graph.output(name, FLOAT, [STEPS, D])
    return graph.model()


def step_graphs(network):
    """The parts for a loop outside, by name."""
    d = Decoder(network)
    latent, graphs = network.config["latent"], {}
    graph = Graph("plan")
    h, cell, gates, sketch = d.plan(graph, graph.input("z", FLOAT, [1, latent]))
    for name, value, shape in (("h", h, [BARS, d.layers * d.hidden]), ("c", cell, [BARS, d.layers * d.hidden]),
                               ("gates", gates, [STEPS, 4 * d.hidden]), ("sketch", sketch, [STEPS, D])):
        if value:
            graph.output(graph.node("Identity", value, names=[name]), FLOAT, shape)
    graphs["plan"] = graph.model()

    graph = Graph("step")
    gates = graph.input("gates", FLOAT, [1, 4 * d.hidden])
    before = graph.input("before", FLOAT, [1, D * len(d.distances)]) if d.distances else None
    token = graph.input("token", INT64, [1]) if d.is_one_hot else None
    h = [graph.input(name, FLOAT, [1, d.hidden]) for name in d.state_names("h")]
    c = [graph.input(name, FLOAT, [1, d.hidden]) for name in d.state_names("c")]
    onsets = graph.input("onsets", FLOAT, [1, D]) if network.config["direct_path"] else None
    logits, h_out, c_out = d.step(graph, d.weights(graph), gates, before, token, h, c, onsets)
    graph.output(graph.node("ArgMax", logits, axis=1, keepdims=0, names=["next"]), INT64, [1])
    graph.output(graph.node("Identity", logits, names=["logits"]), FLOAT, [1, TOKENS])
    for name, value in zip(d.state_names("h_out") + d.state_names("c_out"), h_out + c_out):
        graph.output(graph.node("Identity", value, names=[name]), FLOAT, [1, d.hidden])
    graphs["step"] = graph.model()

    if network.config["expression"]:
        graph = Graph("express")
        z, outs = graph.input("z", FLOAT, [1, latent]), graph.input("outs", FLOAT, [STEPS, d.hidden])
        for name in d.express(graph, outs, graph.input("struck", FLOAT, [STEPS, D]), z):
            graph.output(name, FLOAT, [STEPS, D])
        graphs["express"] = graph.model()
    return graphs


class Stepper:
    """Decodes with `step_graphs`, the loop in Python; `open_session` makes an ONNX Runtime session of a model."""

    def __init__(self, network, open_session):
        self.parts = {name: open_session(model) for name, model in step_graphs(network).items()}
        d = Decoder(network)
        self.distances, self.layers, self.hidden, self.is_one_hot = d.distances, d.layers, d.hidden, d.is_one_hot
        self.independent = network.config["independent_bars"]
        self.outputs = ["next", *d.state_names("h_out"), *d.state_names("c_out")]
        self.states = d.state_names("h") + d.state_names("c")

    def __call__(self, z):
        """Tokens [64], and velocity and micro-offset [64, 9] with expression, of `z [1, Z]`."""
        names = [output.name for output in self.parts["plan"].get_outputs()]
        plan = dict(zip(names, self.parts["plan"].run(names, {"z": z})))
        sketch, depth = plan.get("sketch"), max(self.distances, default=1)
        history, tokens = np.zeros((depth + STEPS, D), np.float32), np.empty(STEPS, np.int64)
        token = np.array([TOKENS])
        outs = np.empty((STEPS, self.hidden), np.float32)
        places = depth - np.array(self.distances, np.int64)
        step = self.parts["step"]
        for t in range(STEPS):
            if t % STEPS_PER_BAR == 0:
                bar = t // STEPS_PER_BAR
                rows = plan["h"][bar].reshape(self.layers, 1, -1), plan["c"][bar].reshape(self.layers, 1, -1)
                state = [*rows[0], *rows[1]]
                if self.independent:
                    history[:depth + t], token[0] = 0, TOKENS
            feed = {"gates": plan["gates"][t:t + 1], **dict(zip(self.states, state))}
            if self.distances:
                feed["before"] = history[places + t].reshape(1, -1)
            if self.is_one_hot:
                feed["token"] = token
            if sketch is not None:
                feed["onsets"] = sketch[t:t + 1]
            (token, *state) = step.run(self.outputs, feed)
            tokens[t], history[depth + t], outs[t] = token[0], BITS[token[0]], state[self.layers - 1][0]
        if "express" not in self.parts:
            return (tokens,)
        feed = {"z": z, "outs": outs, "struck": BITS[tokens]}
        return tokens, *self.parts["express"].run(["velocity", "micro_offset"], feed)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    network, _ = groove_vae.load(sys.argv[1])
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    models = step_graphs(network)
    if not network.config["independent_bars"]:
        models["decode"] = decode_graph(network)
    for name, model in models.items():
        (folder / f"{name}.onnx").write_bytes(model)
        print(f"{folder / name}.onnx: {len(model)} bytes")


if __name__ == "__main__":
    main()
