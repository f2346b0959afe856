//! The tensors that follow from a config: their names and shapes.

use groove::{BARS, INSTRUMENTS, STEPS, TOKENS};

use super::{
    ArticulationsConfig, Config, Drawn, EncoderConfig, LstmConfig, PriorConfig, StepModelConfig,
};
use crate::context::columns;

impl Config {
    /// Name and shape of every tensor trained on windows, in the network's order of use.
    ///
    /// The [prior's](Self::prior_parameters) are trained afterwards; the latent map's are not
    /// trained, see [`LATENT_MAP`](crate::weights::LATENT_MAP).
    pub fn parameters(&self) -> Vec<(String, Vec<usize>)> {
        let mut list = ParameterList(Vec::new());
        let (z, y) = (self.latent, self.summary());
        let EncoderConfig { layers, hidden, bar_summary, mix } = self.encoder;
        list.lstm("encoder", self.features(), hidden, layers, true);
        if bar_summary > 0 {
            list.linear("encoder_bar", 4 * hidden, bar_summary);
            list.linear("encoder_mix_0", BARS * bar_summary, mix);
            list.linear("encoder_mix_1", mix, mix);
        }
        if self.direct_path {
            list.linear("encoder_grid", STEPS * self.features(), y);
        }
        list.linear("mean", y, z);
        list.linear("sigma", y, z);

        let LstmConfig { layers, hidden } = self.conductor;
        list.linear("latent_to_state", z, 2 * layers * hidden);
        list.lstm("conductor", z, hidden, layers, false);
        list.linear("embed", hidden, self.embedding);
        if self.direct_path {
            list.linear("sketch", z, STEPS * INSTRUMENTS);
        }

        let LstmConfig { layers, hidden } = self.decoder;
        list.linear("bar_to_state", self.embedding, 2 * layers * hidden);
        list.lstm("decoder", self.decoder_input(), hidden, layers, false);
        list.linear("joint", hidden, TOKENS);
        if self.direct_path {
            list.linear("single", hidden, INSTRUMENTS);
            list.0.push(("sketch_gain".to_owned(), vec![1]));
        }
        if self.expression {
            list.linear("expression", hidden + INSTRUMENTS, 2 * INSTRUMENTS);
            if self.direct_path {
                list.linear("expression_sketch", z, STEPS * 2 * INSTRUMENTS);
            }
        }
        list.0
    }

    /// Name and shape of every tensor of the prior; empty without one.
    pub fn prior_parameters(&self) -> Vec<(String, Vec<usize>)> {
        let mut list = ParameterList(Vec::new());
        if let Some(prior) = &self.prior {
            let PriorConfig { hidden, blocks, .. } = *prior;
            list.linear("prior.input", self.latent, hidden);
            list.linear("prior.condition", prior.condition(), (blocks + 1) * hidden);
            for block in 0..blocks {
                list.linear(&format!("prior.block_{block}"), hidden, hidden);
            }
            list.linear("prior.output", hidden, self.latent);
        }
        list.0
    }
}

impl Config {
    /// Name and shape of every tensor of the step model that draws these bars; empty without one.
    pub fn step_model_parameters(&self, drawn: Drawn) -> Vec<(String, Vec<usize>)> {
        let mut list = ParameterList(Vec::new());
        if let Some(config) = self.drawn_by(drawn) {
            let StepModelConfig { input, hidden, ahead, heads, .. } = *config;
            let name = |part: &str| format!("{}.{part}", drawn.key());
            let columns = drawn.layout(config);
            list.lstm(&name("ahead"), columns.ahead(), ahead, 1, false);
            list.linear(&name("input"), columns.step() + ahead, input);
            list.lstm(&name("lower"), input, hidden, 1, false);
            list.lstm(&name("upper"), hidden, hidden, 1, false);
            list.linear(&name("joint"), hidden, TOKENS);
            list.linear(&name("single"), hidden + columns.step(), INSTRUMENTS);
            list.linear(&name("copy_0"), hidden + ahead + columns.copy(), heads);
            list.linear(&name("copy_1"), heads, columns::COPY_LABELS);
            list.linear(&name("velocity_0"), hidden + columns.velocity(), heads);
            list.linear(&name("velocity_1"), heads, columns::VELOCITIES);
            list.linear(&name("offset_0"), hidden + columns.offset(), heads);
            list.linear(&name("offset_1"), heads, columns::MICRO_OFFSETS);
        }
        list.0
    }
}

impl Config {
    /// Name and shape of every tensor of the critic; empty without one.
    pub fn critic_parameters(&self) -> Vec<(String, Vec<usize>)> {
        let mut list = ParameterList(Vec::new());
        let width = self.step_model.as_ref().map_or(0, |model| model.critic);
        if width > 0 {
            list.linear("critic_0", crate::critic::FEATURES, width);
            list.linear("critic_1", width, 1);
        }
        list.0
    }
}

impl Config {
    /// Name and shape of every tensor of the model of articulations; empty without one.
    pub fn articulation_parameters(&self) -> Vec<(String, Vec<usize>)> {
        let mut list = ParameterList(Vec::new());
        if let Some(ArticulationsConfig { hidden, styles }) = self.articulations {
            list.linear("articulation_0", columns::articulations::width(styles), hidden);
            list.linear("articulation_1", hidden, columns::articulations::CLASSES);
        }
        list.0
    }
}

/// Names and shapes being listed.
struct ParameterList(Vec<(String, Vec<usize>)>);

impl ParameterList {
    fn linear(&mut self, name: &str, input: usize, output: usize) {
        self.0.push((format!("{name}.weight"), vec![output, input]));
        self.0.push((format!("{name}.bias"), vec![output]));
    }

    fn lstm(
        &mut self,
        name: &str,
        input: usize,
        hidden: usize,
        layers: usize,
        is_bidirectional: bool,
    ) {
        let directions: &[&str] = if is_bidirectional { &["", "_reverse"] } else { &[""] };
        for layer in 0..layers {
            let input = if layer == 0 { input } else { hidden * directions.len() };
            for direction in directions {
                for (kind, shape) in [
                    ("weight_ih", vec![4 * hidden, input]),
                    ("weight_hh", vec![4 * hidden, hidden]),
                    ("bias_ih", vec![4 * hidden]),
                    ("bias_hh", vec![4 * hidden]),
                ] {
                    self.0.push((format!("{name}.{kind}_l{layer}{direction}"), shape));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compact_fits_sixteen_mebibytes_as_f16() {
        let count: usize =
            Config::compact().parameters().iter().map(|(_, s)| s.iter().product::<usize>()).sum();
        assert!(count * 2 < 15 << 20, "{count} parameters");
    }
}
