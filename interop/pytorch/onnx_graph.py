"""Writes ONNX models without the `onnx` package: the few message types of onnx.proto that a network needs.

Field numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (IR version 8, operator set 17).
"""
import struct

import numpy as np

FLOAT, INT64, BOOL = 1, 7, 9
TYPES = {np.dtype(np.float32): FLOAT, np.dtype(np.int64): INT64, np.dtype(np.bool_): BOOL}


def varint(number):
    number &= (1 << 64) - 1
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number, value):
    """A field of a message: an integer, a float (as a one-element tuple), text, or bytes (also of a message)."""
    if isinstance(value, (bool, int, np.integer)):
        return varint(number << 3) + varint(int(value))
    if isinstance(value, tuple):
        return varint(number << 3 | 5) + struct.pack("<f", value[0])
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def tensor(name, numbers):
    numbers = np.array(numbers, order="C")
    dims = b"".join(field(1, size) for size in numbers.shape)
    return dims + field(2, TYPES[numbers.dtype]) + field(8, name) + field(9, numbers.tobytes())


def value_info(name, kind, shape):
    dims = b"".join(field(1, field(1, size)) for size in shape)
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, dims)))


def attribute(name, value):
    head = field(1, name)
    if isinstance(value, Graph):
        return head + field(6, value.encode()) + field(20, 5)
    if isinstance(value, float):
        return head + field(2, (value,)) + field(20, 1)
    if isinstance(value, int):
        return head + field(3, value) + field(20, 2)
    if isinstance(value, str):
        return head + field(4, value) + field(20, 3)
    return head + b"".join(field(8, item) for item in value) + field(20, 7)


class Graph:
    """A graph being built; values are known by their names. Graphs of loop bodies see the values around them."""

    count = 0

    def __init__(self, name):
        self.name, self.nodes, self.constants, self.inputs, self.outputs = name, [], [], [], []

    @staticmethod
    def fresh(kind):
        Graph.count += 1
        return f"{kind}_{Graph.count}"

    def input(self, name, kind, shape):
        self.inputs.append(value_info(name, kind, shape))
        return name

    def output(self, name, kind, shape):
        self.outputs.append(value_info(name, kind, shape))

    def constant(self, numbers):
        numbers = np.asarray(numbers)
        if numbers.dtype == np.float64:
            numbers = numbers.astype(np.float32)
        name = self.fresh("constant")
        self.constants.append(tensor(name, numbers))
        return name

    def node(self, kind, *inputs, outputs=1, names=None, **attributes):
        """Adds a node; its output's name, or a list of them."""
        names = names or [self.fresh(kind) for _ in range(outputs)]
        node = b"".join(field(1, name) for name in inputs) + b"".join(field(2, name) for name in names)
        node += field(3, self.fresh("node")) + field(4, kind)
        node += b"".join(field(5, attribute(key, value)) for key, value in attributes.items())
        self.nodes.append(node)
        return names[0] if len(names) == 1 else names

    def encode(self):
        parts = [(1, self.nodes), (2, [self.name]), (5, self.constants), (11, self.inputs), (12, self.outputs)]
        return b"".join(field(number, item) for number, items in parts for item in items)

    def model(self):
        """The file's content."""
        return field(1, 8) + field(8, field(1, "") + field(2, 17)) + field(2, "jangdan") + field(7, self.encode())
