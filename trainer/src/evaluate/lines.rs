//! Measures grooves that are played to lines made from performances: how many onsets of a line kick or snare answer, and how
//! much is played, beside the true drummer; and how many onsets are found in audio of a bass or a guitar that plays the
//! line.

use groove::{Hit, Instrument, Pattern, STEPS, Token};
use musicvae::context::Locks;
use musicvae::infer::{GrooveModel, Scratch, Start};
use musicvae::recipe::Recipe;

use super::synthetic_players::{Matches, Note, Player, heard};
use super::table::table;
use crate::data::Windows;

/// The fewest onsets of a line that is measured.
const FEWEST: usize = 4;

/// Tempos at which audio is made of lines, in quarter notes a minute, and noise below it, in decibels.
const TEMPOS: [f32; 4] = [70.0, 100.0, 130.0, 190.0];
const NOISES_DB: [Option<f32>; 3] = [None, Some(20.0), Some(10.0)];

/// The tempo of the audio that is followed.
const FOLLOWED_TEMPO: f32 = 110.0;

/// Which line is made of a performance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Kick,
    SnareAndKick,
    All,
    Bass,
}

impl Line {
    const ALL: [Self; 4] = [Self::Kick, Self::SnareAndKick, Self::All, Self::Bass];

    const fn name(self) -> &'static str {
        match self {
            Self::Kick => "kick",
            Self::SnareAndKick => "snare and kick",
            Self::All => "all onsets",
            Self::Bass => "bass along the kick",
        }
    }

    /// This line of `pattern`, number `i`. The bass plays five of six notes with the kick, and one of four 8ths between them.
    fn of(self, pattern: &Pattern, i: usize) -> Pattern {
        let mut line = Pattern::EMPTY;
        let draw = |step: usize, of: usize| (i * 7919 + step * 104_729) / 13 % of;
        for step in 0..STEPS {
            let kick = pattern.hit(step, Instrument::Kick);
            let hit = match self {
                Self::Kick => kick,
                Self::SnareAndKick => kick.or(pattern.hit(step, Instrument::Snare)),
                Self::All => Instrument::ALL.into_iter().find_map(|i| pattern.hit(step, i)),
                Self::Bass if kick.is_some() => kick.filter(|_| draw(step, 6) > 0),
                Self::Bass => (step % 2 == 0 && draw(step, 4) == 0).then(|| Hit::new(0.6, 0.0)),
            };
            let is_low = kick.is_some() || self == Self::Bass;
            let instrument = if is_low { Instrument::Kick } else { Instrument::Snare };
            line.set(step, instrument, hit);
        }
        line
    }
}

/// The share of the onsets of `line` at which one of `with` is struck in `pattern`.
fn answered(line: &Pattern, pattern: &Pattern, with: &[Instrument]) -> f64 {
    let (line, tokens) = (line.tokens(), pattern.tokens());
    let onsets = || (0..STEPS).filter(|&step| line[step] != Token::SILENCE);
    let is_answered = |&step: &usize| with.iter().any(|i| tokens[step].contains(*i));
    onsets().filter(is_answered).count() as f64 / onsets().count().max(1) as f64
}

/// The notes of a line at `tempo`.
fn notes(line: &Pattern, tempo: f32) -> Vec<Note> {
    let step_s = 15.0 / tempo;
    let note = |(step, _, hit): (usize, Instrument, Hit)| {
        let at = (step as f32 + hit.micro_offset()) * step_s;
        (at.max(0.0), 0.3 + 0.7 * hit.velocity())
    };
    line.iter().map(note).collect()
}

/// What is heard of `sound` as a rhythm on the grid at `tempo`.
fn rhythm(sound: &[f32], tempo: f32) -> Pattern {
    let mut rhythm = Pattern::EMPTY;
    for (at, is_low) in heard(sound) {
        let place = at / (15.0 / tempo);
        let step = place.round();
        if (0.0..STEPS as f32).contains(&step) {
            let instrument = if is_low { Instrument::Kick } else { Instrument::Snare };
            rhythm.set(step as usize, instrument, Some(Hit::new(0.8, place - step)));
        }
    }
    rhythm
}

/// Steps of rest from which on a player makes a stop: a beat.
const STOP: usize = 4;

/// The steps of `line` that lie in stops, after its first onset.
fn stops(line: &Pattern) -> Vec<usize> {
    let mut onsets: Vec<usize> = line.iter().map(|(step, ..)| step).collect();
    onsets.push(STEPS);
    let rests = onsets.windows(2).map(|pair| pair[0] + 1..pair[1]);
    rests.filter(|rest| rest.len() >= STOP).flatten().collect()
}

/// Sums of what was measured of lines, and how many there were of each.
#[derive(Default)]
struct Means([(f64, u32); 14]);

impl Means {
    fn add(&mut self, measured: [Option<f64>; 14]) {
        for ((sum, count), value) in self.0.iter_mut().zip(measured) {
            (*sum, *count) = (*sum + value.unwrap_or(0.0), *count + u32::from(value.is_some()));
        }
    }

    fn texts(&self, places: std::ops::Range<usize>) -> impl Iterator<Item = String> {
        let mean = |&(sum, count): &(f64, u32)| match count {
            0 => "-".to_owned(),
            count => format!("{:.3}", sum / f64::from(count)),
        };
        self.0[places].iter().map(mean).collect::<Vec<_>>().into_iter()
    }
}

/// Measures `count` of `windows`, and prints tables; those of onsets in audio only if wanted.
pub(crate) fn print(model: &GrooveModel, windows: &Windows, count: usize, finds_onsets: bool) {
    let every = windows.len().div_ceil(count).max(1);
    let patterns: Vec<Pattern> =
        (0..windows.len()).step_by(every).map(|i| windows.pattern(i)).collect();
    let kick_or_snare = [Instrument::Kick, Instrument::Snare];
    let mut scratch = Scratch::new();
    let (mut answers, mut amounts) = (Vec::new(), Vec::new());
    for line in Line::ALL {
        let mut means = Means::default();
        let mut lines = 0;
        for (i, pattern) in patterns.iter().enumerate() {
            let rhythm_of = line.of(pattern, i);
            if rhythm_of.count() < FEWEST {
                continue;
            }
            let sound = Player::Bass.play(&notes(&rhythm_of, FOLLOWED_TEMPO), Some(30.0), i as u64);
            let from_audio = rhythm(&sound, FOLLOWED_TEMPO);
            let recipe = Recipe { seed: i as u64, ..Recipe::default() };
            let mut draw = |start| model.groove(start, &Locks::default(), &recipe, 0, &mut scratch);
            let [notes, audio, alone] =
                [draw(Start::Line(&rhythm_of)), draw(Start::Line(&from_audio)), draw(Start::Seed)];
            let answer = |played| Some(answered(&rhythm_of, played, &kick_or_snare));
            let low = low_of(&rhythm_of);
            let kick =
                |played| (low.count() > 0).then(|| answered(&low, played, &[Instrument::Kick]));
            let hits = |played: &Pattern| played.count() as f64 / groove::BARS as f64;
            let off = |played| Some((hits(played) - hits(pattern)).abs());
            let stops = stops(&rhythm_of);
            let in_stops = |played: &Pattern| {
                let hits = played.iter().filter(|(step, ..)| stops.contains(step)).count();
                (!stops.is_empty()).then(|| hits as f64 / stops.len() as f64)
            };
            let odds = |played| model.log_odds(played).map(f64::from);
            means.add([
                answer(pattern),
                answer(&notes),
                answer(&audio),
                answer(&alone),
                kick(pattern),
                kick(&notes),
                kick(&audio),
                off(&notes),
                off(&alone),
                in_stops(pattern),
                in_stops(&notes),
                in_stops(&alone),
                odds(&notes),
                odds(&alone),
            ]);
            lines += 1;
        }
        let row = || vec![line.name().to_owned(), lines.to_string()];
        answers.push(row().into_iter().chain(means.texts(0..7)).collect());
        amounts.push(row().into_iter().chain(means.texts(7..14)).collect());
    }
    let header = [
        "line",
        "lines",
        "drummer",
        "follows notes",
        "follows audio",
        "plays alone",
        "drummer's kick",
        "kick, notes",
        "kick, audio",
    ];
    println!(
        "Share of a line's onsets that kick or snare answer, and of its low ones that the kick does\n"
    );
    println!("{}", table(&header, &answers));
    let header = [
        "line",
        "lines",
        "hits off by",
        "off alone",
        "in stops: drummer",
        "follows",
        "alone",
        "log odds",
        "alone",
    ];
    println!(
        "Hits a bar, beside the drummer's; hits a step where the line rests a beat; the critic's log odds\n"
    );
    println!("{}", table(&header, &amounts));
    if finds_onsets {
        print_onsets(&patterns);
    }
}

/// The low onsets of `line`.
fn low_of(line: &Pattern) -> Pattern {
    let mut low = Pattern::EMPTY;
    for (step, instrument, hit) in line.iter().filter(|hit| hit.1 == Instrument::Kick) {
        low.set(step, instrument, Some(hit));
    }
    low
}

fn print_onsets(patterns: &[Pattern]) {
    println!("Onsets found in audio, F1 at 30 ms\n");
    let mut rows = Vec::new();
    for player in [Player::Bass, Player::Guitar] {
        for noise_db in NOISES_DB {
            let of = |tempo| {
                let mut matches = Matches::default();
                for (i, pattern) in patterns.iter().enumerate() {
                    let notes = notes(&Line::Bass.of(pattern, i), tempo);
                    if notes.len() >= FEWEST {
                        matches.add(&heard(&player.play(&notes, noise_db, i as u64)), &notes);
                    }
                }
                format!("{:.3}", matches.f1())
            };
            let noise = noise_db.map_or("none".to_owned(), |db| format!("{db:.0} dB below"));
            let mut row = vec![format!("{player:?}"), noise];
            row.extend(TEMPOS.map(of));
            rows.push(row);
        }
    }
    let tempos = TEMPOS.map(|tempo| format!("{tempo:.0} BPM"));
    let mut header = vec!["player", "noise"];
    header.extend(tempos.iter().map(String::as_str));
    print!("{}", table(&header, &rows));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_bass_plays_of_a_line_is_heard_as_that_line() {
        let mut pattern = Pattern::EMPTY;
        for step in [0, 3, 6, 10, 16, 19, 24, 26, 32, 48, 56, 62] {
            pattern.set(step, Instrument::Kick, Some(Hit::new(0.7, 0.1)));
        }
        let line = Line::Kick.of(&pattern, 0);
        let heard = rhythm(&Player::Bass.play(&notes(&line, 110.0), Some(30.0), 3), 110.0);
        let steps = |pattern: &Pattern| pattern.iter().map(|(step, ..)| step).collect::<Vec<_>>();
        assert_eq!(steps(&heard), steps(&line));
        assert_eq!(answered(&line, &pattern, &[Instrument::Kick]), 1.0);
        assert_eq!(answered(&line, &Pattern::EMPTY, &[Instrument::Kick]), 0.0);
    }
}
