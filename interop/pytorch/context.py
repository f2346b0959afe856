"""What the step models read: bars of any metre and grid, grooves, what is known of one, and the columns of all that.

T steps, D = 9 instruments. The columns are those of crates/musicvae/src/context/columns.rs; NETWORK.md lists them.
"""
import dataclasses

import numpy as np

from groove_vae import D

QUARTER = 24  # clocks, of which MIDI counts 24 to the quarter
MOST_STEPS, SIXTEENTHS, BARS = 96, 16, 4
COPIES = BARS - 1
VELOCITIES, OFFSETS, SHARES, RANGES = 127, 50, 12, 8
# The metres: numerator, denominator, and the lengths of the beats in eighths.
METRES = (
    (2, 2, (4, 4)), (2, 4, (2, 2)), (3, 4, (2, 2, 2)), (4, 4, (2,) * 4), (5, 4, (2,) * 5), (6, 4, (2,) * 6), (7, 4, (2,) * 7),
    (12, 4, (2,) * 12), (3, 8, (3,)), (5, 8, (3, 2)), (6, 8, (3, 3)), (7, 8, (2, 2, 3)), (9, 8, (3,) * 3), (10, 8, (3, 2, 3, 2)),
    (12, 8, (3,) * 4),
)
GRIDS = {"8": 12, "16": 6, "8t": 8, "16t": 4}  # clocks of a step
PLACE = len(METRES) + len(GRIDS) + 12 + 18
# For each step of a beat the 16th of a beat of 4/4 that is played there, if any.
DIVISIONS = {("8", 2): (0, 2), ("8", 3): (0, 1, 2), ("16", 2): (0, 1, 2, 3), ("16", 3): (0, None, 1, None, 2, 3),
             ("8t", 2): (0, 1, 2), ("16t", 2): (0, None, 1, 2, None, 3)}


@dataclasses.dataclass(frozen=True)
class Bar:
    """A bar of `metre` (as "6/8") in steps of `grid` (a key of GRIDS)."""
    metre: str = "4/4"
    grid: str = "16"

    def signature(self):
        return next(found for found in METRES if f"{found[0]}/{found[1]}" == self.metre)

    @property
    def clocks(self):
        numerator, denominator, _ = self.signature()
        return numerator * 4 * QUARTER // denominator

    @property
    def steps(self):
        return self.clocks // GRIDS[self.grid]

    @property
    def bars(self):
        return {0: 1, 1: 1, 2: 2, 3: 2}.get(MOST_STEPS // self.steps, 4)

    def is_common(self):
        return self.metre in ("4/4", "2/2") and self.grid == "16"

    def beats(self):
        """The lengths of the beats in clocks; where the metre counts halves, of quarters."""
        _, denominator, eighths = self.signature()
        return [QUARTER] * (self.clocks // QUARTER) if denominator < 8 else [QUARTER // 2 * n for n in eighths]

    def beat_of_four(self, beat):
        """Which beat of a bar of 4/4 is played there."""
        count = len(self.beats())
        if count <= 2:
            return beat
        return {(3, 2): 3, (5, 2): 1, (5, 3): 2, (5, 4): 3, (6, 4): 2, (6, 5): 3, (7, 6): 3}.get((count, beat), beat % 4)

    def place(self, step):
        """The beat of step `step` of a bar, its clock in the beat, and the 16th of a bar of 4/4 that it is like."""
        clock, beat = step * GRIDS[self.grid], 0
        beats = self.beats()
        while clock >= beats[beat]:
            clock, beat = clock - beats[beat], beat + 1
        division = DIVISIONS[self.grid, 3 if self.signature()[1] == 8 and beats[beat] > QUARTER else 2]
        own = [sixteenth for sixteenth in division[:clock // GRIDS[self.grid] + 1] if sixteenth is not None][-1]
        return beat, clock, 4 * self.beat_of_four(beat) + own

    def step_of_beat(self, beat):
        """The first step of a beat, of this bar or a later one."""
        beats = self.beats()
        bars, beat = divmod(beat, len(beats))
        return bars * self.steps + sum(beats[:beat]) // GRIDS[self.grid]

    def distances(self):
        """How far back at onsets, and ahead at known cells, a model looks."""
        beat, beats, steps = self.step_of_beat(1), self.step_of_beat(2), self.steps
        back = [1, 2, 3, beat, beats, max(steps - 2, 1), max(steps - 1, 1), steps, steps + 1, steps + 2, 2 * steps, 3 * steps]
        return back, [1, 2, beat, steps, 2 * steps, 3 * steps]


class Groove:
    """Arrays [T, D]: what is struck, its velocity in [0, 1], its micro-offset in [-1/2, 1/2) steps, its articulation."""

    def __init__(self, bar=Bar()):
        shape = bar.steps * bar.bars, D
        self.bar, self.struck = bar, np.zeros(shape, bool)
        self.velocity, self.micro_offset = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        self.articulation = np.zeros(shape, int)

    def __len__(self):
        return len(self.struck)

    def bar_of(self, bar, instrument):
        """The onsets of one instrument in one bar."""
        return self.struck[bar * self.bar.steps:(bar + 1) * self.bar.steps, instrument]

    def copies(self):
        """How many bars ago each instrument played the same onsets as in each bar [bars, D]; 0: it did not."""
        copies = np.zeros((self.bar.bars, D), int)
        for bar, instrument in np.ndindex(*copies.shape):
            own = self.bar_of(bar, instrument)
            same = (ago for ago in range(1, bar + 1) if (self.bar_of(bar - ago, instrument) == own).all())
            copies[bar, instrument] = next(same, 0)
        return copies


class Context:
    """What is known: cells `known [T, D]` of `groove`, a `line [T]` of onsets and which of them are `low`, what each bar is for
    (None, "groove" or "fill"), the style as its place among the file's, density in hits a bar, intensity in [0, 1]."""

    def __init__(self, groove=None, known=None, line=None, low=None, kinds=(None,) * BARS, style=None, density=None, intensity=None):
        self.groove = Groove() if groove is None else groove
        self.known = np.zeros_like(self.groove.struck) if known is None else known
        self.line, self.low, self.kinds, self.style, self.density, self.intensity = line, low, kinds, style, density, intensity

    @property
    def bar(self):
        return self.groove.bar

    def allows(self, groove, bar, instrument, ago):
        """Whether an instrument may play in `bar` what it played `ago` bars before, and not since."""
        if ago > bar or any((groove.bar_of(bar - near, instrument) == groove.bar_of(bar - ago, instrument)).all() for near in range(1, ago)):
            return False
        part = slice(bar * self.bar.steps, (bar + 1) * self.bar.steps)
        known = self.known[part, instrument]
        return (groove.bar_of(bar - ago, instrument)[known] == self.groove.struck[part, instrument][known]).all()

    def forced(self, groove, copies, step):
        """Of each instrument whether its cell is decided, and whether it is struck then."""
        ago = copies[step // self.bar.steps]
        source = groove.struck[step - ago * self.bar.steps, np.arange(D)] & (ago > 0)
        known = self.known[step]
        return known | (ago > 0), np.where(known, self.groove.struck[step], source)


def one_of(count, index):
    row = np.zeros(count, np.float32)
    row[index] = 1
    return row


class Columns:
    """The input columns of a step model, part after part; with `any_bar` they end with what the bar is."""

    def __init__(self, styles, any_bar):
        self.styles, self.any_bar = styles, any_bar

    @staticmethod
    def bar_columns(bar):
        if bar.is_common():
            return np.zeros(len(METRES) + len(GRIDS), np.float32)
        metre = METRES.index(Bar("4/4" if bar.metre == "2/2" else bar.metre).signature())
        return np.concatenate([one_of(len(METRES), metre), one_of(len(GRIDS), list(GRIDS).index(bar.grid))])

    @classmethod
    def place_columns(cls, bar, step):
        if bar.is_common():
            return np.zeros(PLACE, np.float32)
        beat, clock, _ = bar.place(step % bar.steps)
        return np.concatenate([cls.bar_columns(bar), one_of(12, beat), one_of(18, clock // 2)])

    def row(self, parts, place):
        return np.concatenate([np.atleast_1d(np.asarray(part, np.float32)) for part in parts] + ([place] if self.any_bar else []))

    @staticmethod
    def of_bar(context, step):
        """Line and kind at a step, its 16th and its bar."""
        bar, kind = context.bar, context.kinds[step // context.bar.steps]
        line = [context.line is not None, context.line is not None and context.line[step]]
        sixteenth = bar.place(step % bar.steps)[2]
        return [line, one_of(3, (None, "groove", "fill").index(kind)), one_of(SIXTEENTHS, sixteenth), one_of(BARS, step // bar.steps)]

    @staticmethod
    def known(context, step):
        return [context.known[step], context.known[step] & context.groove.struck[step]]

    def ahead(self, context, step):
        known = self.known(context, step)
        parts = [*known, context.groove.velocity[step] * known[1], *self.of_bar(context, step)]
        return self.row(parts, self.place_columns(context.bar, step))

    def step(self, groove, copies, context, step):
        bar, (back, ahead) = groove.bar, groove.bar.distances()
        parts = [groove.struck[step - ago] if step >= ago else np.zeros(D) for ago in back]
        parts += [one_of(COPIES + 1, ago) for ago in copies[step // bar.steps]]
        parts += [np.stack(context.forced(groove, copies, step), 1).ravel(), *self.of_bar(context, step)]
        style = context.style if context.style is not None and context.style < self.styles else None
        parts.append(one_of(self.styles + 1, 0 if style is None else style + 1))
        for number, unit in ((context.density, 32 * bar.clocks / (4 * QUARTER)), (context.intensity, 1)):
            parts += [number is not None, 0 if number is None else number / unit]
        for distance in ahead:
            parts += self.known(context, step + distance) if step + distance < len(groove) else [np.zeros(2 * D)]
        return self.row(parts, self.place_columns(bar, step))

    def copy(self, groove, copies, context, bar, instrument):
        steps = groove.bar.steps
        own = {ago: groove.bar_of(bar - ago, instrument) for ago in range(1, COPIES + 1) if ago <= bar}
        parts = [one_of(COPIES + 1, copies[bar, other]) if other < instrument else np.zeros(COPIES + 1) for other in range(D)]
        parts += [one_of(D, instrument), groove.struck[(bar - 1) * steps:bar * steps].any(0), one_of(BARS, bar)]
        parts.append(one_of(3, (None, "groove", "fill").index(context.kinds[bar])))
        for ago in range(1, COPIES + 1):
            there = ago in own
            parts += [there, there and not own[ago].any(), there and context.allows(groove, bar, instrument, ago),
                      own[ago].sum() / steps if there else 0]
        parts += [b in own and (own[a] == own[b]).all() for a, b in ((1, 2), (1, 3), (2, 3))]
        parts.append(context.known[bar * steps:(bar + 1) * steps, instrument].sum() / steps)
        parts.append(one_of(COPIES + 1, copies[bar - 1, instrument]))
        return self.row(parts, self.bar_columns(groove.bar))

    def velocity(self, groove, copies, context, step, instrument):
        bar, struck, velocity, offset = groove.bar, groove.struck, groove.velocity, 2 * groove.micro_offset
        seen = struck[step] & (np.arange(D) != instrument) & ((np.arange(D) < instrument) | context.known[step])
        parts = [one_of(D, instrument), struck[step], velocity[step] * seen, offset[step] * seen]
        parts.append(one_of(COPIES + 1, copies[step // bar.steps, instrument]))
        for ago in range(1, COPIES + 1):
            at = step - ago * bar.steps
            parts.append([1, velocity[at, instrument], offset[at, instrument]] if at >= 0 and struck[at, instrument] else np.zeros(3))
        last = [np.flatnonzero(struck[:step, other])[-1:] for other in range(D)]
        if len(last[instrument]):
            at = last[instrument][0]
            parts.append([GRIDS["16"] / ((step - at) * GRIDS[bar.grid]), velocity[at, instrument], offset[at, instrument]])
        else:
            parts.append(np.zeros(3))
        parts += [one_of(SIXTEENTHS, bar.place(step % bar.steps)[2]), context.intensity is not None, context.intensity or 0]
        for other, at in enumerate(last):
            parts.append([velocity[at[0], other], offset[at[0], other]] if len(at) else np.zeros(2))
        clock = bar.place(step % bar.steps)[1]
        for alike in (lambda at: bar.place(at)[1] == clock, lambda at: at == step % bar.steps):
            at = [before for before in range(step) if alike(before % bar.steps)]
            hits = offset[at][struck[at]]
            parts.append([1, hits.mean()] if len(hits) else np.zeros(2))
        before = velocity[:step, instrument][struck[:step, instrument]]
        shares = np.bincount(np.minimum((before * SHARES).astype(int), SHARES - 1), minlength=SHARES)
        return self.row([*parts, shares / max(len(before), 1)], self.place_columns(bar, step))

    @staticmethod
    def offset(velocity):
        """What follows the columns of a hit's velocity for its micro-offset; the velocity as its place among MIDI's."""
        return np.concatenate([[(velocity + 1) / VELOCITIES], one_of(RANGES, velocity * RANGES // VELOCITIES)]).astype(np.float32)
