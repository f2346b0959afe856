//! How loud a drum is in each octave, stroke by stroke, and how long each octave rings: what makes one drum unlike another.

/// Octave bands, 60 to 120 Hz up to 8 to 16 kHz.
pub(crate) const OCTAVES: usize = 8;

/// One number for each octave band.
pub(crate) type Octaves = [f32; OCTAVES];

/// Centre of the lowest band: 60 Hz and half an octave.
const LOWEST_HZ: f32 = 84.853;

/// The velocities that levels are given for.
const VELOCITIES: [f32; 3] = [0.3, 0.6, 0.9];

/// How far the lines through them are extended.
const BEYOND: (f32, f32) = (0.25, 0.95);

/// Levels and decays of one drum. The tables are fitted so that, with everything else in a voice, the sound comes out like the
/// medians that `interop/kit/measure.py` measures on recorded kits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Colour {
    /// Amplitudes at a stroke of .3, .6 and .9, dB.
    pub(crate) level_db: [Octaves; 3],
    /// Time to fall by 60 dB, seconds.
    pub(crate) t60_s: Octaves,
}

impl Colour {
    /// A colour that differs from this one by `db` in each octave, and by its decays.
    pub(crate) const fn but(self, db: Octaves, t60_s: Octaves) -> Self {
        let mut level_db = self.level_db;
        let mut octave = 0;
        while octave < OCTAVES {
            let mut velocity = 0;
            while velocity < level_db.len() {
                level_db[velocity][octave] += db[octave];
                velocity += 1;
            }
            octave += 1;
        }
        Self { level_db, t60_s }
    }

    /// Amplitudes of a stroke of `velocity`.
    pub(crate) fn levels(&self, velocity: f32) -> Octaves {
        let [soft, middle, hard] = VELOCITIES;
        let velocity = velocity.clamp(BEYOND.0, BEYOND.1);
        let (lower, upper, from, to) = if velocity < middle {
            (&self.level_db[0], &self.level_db[1], soft, middle)
        } else {
            (&self.level_db[1], &self.level_db[2], middle, hard)
        };
        let at = (velocity - from) / (to - from);
        std::array::from_fn(|octave| {
            let db = lower[octave] + at * (upper[octave] - lower[octave]);
            10_f32.powf(0.05 * db)
        })
    }

    /// Decay time at `hz`.
    pub(crate) fn t60_s(&self, hz: f32) -> f32 {
        Place::of(hz).read(&self.t60_s)
    }
}

/// Where a frequency lies between the centres of two octaves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    octave: usize,
    /// 0 at this octave's centre, 1 at the next one's.
    share: f32,
}

impl Place {
    pub(crate) fn of(hz: f32) -> Self {
        let position = (hz / LOWEST_HZ).log2().clamp(0.0, (OCTAVES - 1) as f32);
        let octave = (position as usize).min(OCTAVES - 2);
        Self { octave, share: position - octave as f32 }
    }

    #[inline]
    pub(crate) fn read(self, octaves: &Octaves) -> f32 {
        octaves[self.octave] + self.share * (octaves[self.octave + 1] - octaves[self.octave])
    }

    /// The octave whose centre is nearest.
    pub(crate) fn nearest(self) -> usize {
        self.octave + usize::from(self.share >= 0.5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_pass_through_the_table_and_decays_lie_between_their_neighbours() {
        let colour = Colour {
            level_db: [[-20.0; OCTAVES], [-10.0; OCTAVES], [-6.0; OCTAVES]],
            t60_s: std::array::from_fn(|octave| 8.0 - octave as f32),
        };
        for (velocity, db) in [(0.3, -20.0), (0.45, -15.0), (0.6, -10.0), (0.9, -6.0)] {
            let level = 20.0 * colour.levels(velocity)[3].log10();
            assert!((level - db).abs() < 1e-3, "{velocity}: {level}");
        }
        assert!((colour.t60_s(LOWEST_HZ) - 8.0).abs() < 1e-3);
        assert!((colour.t60_s(LOWEST_HZ * std::f32::consts::SQRT_2) - 7.5).abs() < 1e-3);
        assert_eq!(colour.t60_s(1.0), 8.0);
        assert_eq!(colour.t60_s(20_000.0), 1.0);
    }
}
