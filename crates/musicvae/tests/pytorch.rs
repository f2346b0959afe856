//! The whole network, values and gradients, held against PyTorch.
//!
//! Both sides make the same weights and windows by formula, so no file passes between them. The
//! PyTorch lines that printed the expected numbers:
//!
//! ```python
//! import math, torch, torch.nn as nn, torch.nn.functional as F
//! def shapes(c):  # names and shapes in the order of Config::parameters
//!     out, z = [], c["z"]
//!     lin = lambda name, i, o: out.extend([(name + ".weight", (o, i)), (name + ".bias", (o,))])
//!     def lstm(name, i, h, layers, dirs):
//!         for l in range(layers):
//!             for d in dirs:
//!                 n = i if l == 0 else h * len(dirs)
//!                 out.extend((f"{name}.{k}_l{l}{d}", s) for k, s in (("weight_ih", (4 * h, n)), ("weight_hh", (4 * h, h)),
//!                            ("bias_ih", (4 * h,)), ("bias_hh", (4 * h,))))
//!     (el, eh, bar, mix), (cl, ch), (dl, dh), e, w, f = c["enc"], c["con"], c["dec"], c["e"], c["w"], c["f"]
//!     y = mix or 2 * eh
//!     lstm("encoder", f, eh, el, ["", "_reverse"])
//!     if bar: lin("encoder_bar", 4 * eh, bar); lin("encoder_mix_0", 4 * bar, mix); lin("encoder_mix_1", mix, mix)
//!     if c["direct"]: lin("encoder_grid", 64 * f, y)
//!     lin("mean", y, z); lin("sigma", y, z); lin("latent_to_state", z, 2 * cl * ch)
//!     lstm("conductor", z, ch, cl, [""]); lin("embed", ch, e)
//!     if c["direct"]: lin("sketch", z, 576)
//!     lin("bar_to_state", e, 2 * dl * dh); lstm("decoder", w + 9 * (len(c["back"]) + c["direct"]) + e, dh, dl, [""]); lin("joint", dh, 512)
//!     if c["direct"]: lin("single", dh, 9); out.append(("sketch_gain", (1,)))
//!     if c["expression"]: lin("expression", dh + 9, 18); lin("expression_sketch", z, 64 * 18)
//!     return out
//! def run(c):
//!     wave = lambda n, k: torch.sin(torch.arange(n, dtype=torch.float64) * 0.37 + k)
//!     P = {n: (0.3 * wave(math.prod(s), k)).float().reshape(s).requires_grad_() for k, (n, s) in enumerate(shapes(c))}
//!     lin = lambda name, x: F.linear(x, P[name + ".weight"], P[name + ".bias"])
//!     def lstm(name, x, state, h, layers, bi):
//!         m = nn.LSTM(x.shape[2], h, layers, batch_first=True, bidirectional=bi)
//!         flat = {n: P[f"{name}.{n}"] for n, _ in m.named_parameters()}
//!         return torch.func.functional_call(m, flat, (x, state) if state else (x,))[0]
//!     split = lambda s, layers: [p.reshape(len(s), layers, -1).transpose(0, 1).contiguous() for p in s.chunk(2, 1)]
//!     b, t, i = torch.arange(2)[:, None, None], torch.arange(64)[None, :, None], torch.arange(9)[None, None]
//!     tokens = ((b * 97 + t * t * 31) % 512)[..., 0]
//!     bits = ((tokens[..., None] >> (8 - i)) & 1).float()
//!     velocity, offset = bits * (0.2 + 0.1 * ((b + t + i) % 8)), bits * (((t + 2 * i + b) % 9) - 4) / 10
//!     columns = F.one_hot(tokens, 512).float() if c["w"] == 512 else bits
//!     x = torch.cat([columns, velocity, 2 * offset], 2) if c["expression"] else columns
//!     (el, eh, bar, mix), (cl, ch), (dl, dh) = c["enc"], c["con"], c["dec"]
//!     ends = lambda o: torch.cat([o[:, -1, :eh], o[:, 0, eh:]], 1)
//!     if bar:
//!         o = lstm("encoder", x.reshape(8, 16, -1), None, eh, el, True)
//!         y = F.gelu(lin("encoder_bar", torch.cat([ends(o), o.mean(1)], 1))).reshape(2, -1)
//!         y = F.gelu(lin("encoder_mix_1", F.gelu(lin("encoder_mix_0", y))))
//!     else:
//!         y = ends(lstm("encoder", x, None, eh, el, True))
//!     if c["direct"]: y = y + lin("encoder_grid", x.flatten(1))
//!     mean, sigma = lin("mean", y), F.softplus(lin("sigma", y)) + 1e-4
//!     z = mean + sigma * wave(2 * c["z"], 5).float().reshape(2, -1)
//!     o = lstm("conductor", z[:, None].expand(-1, 4, -1), split(torch.tanh(lin("latent_to_state", z)), cl), ch, cl, False)
//!     bars = torch.tanh(lin("embed", o))
//!     previous = torch.cat([torch.zeros_like(columns[:, :1]), columns[:, :-1]], 1).clone()
//!     if c["independent"]: previous[:, ::16] = 0
//!     parts, flat = [previous.reshape(8, 16, -1)], bars.reshape(8, -1)
//!     parts += [F.pad(bits, (0, 0, ago, 0))[:, :64].reshape(8, 16, 9) for ago in c["back"]]
//!     if c["direct"]: sketch = lin("sketch", z).reshape(2, 64, 9); parts.append(torch.sigmoid(sketch).reshape(8, 16, 9))
//!     parts.append(flat[:, None].expand(-1, 16, -1))
//!     o = lstm("decoder", torch.cat(parts, 2), split(torch.tanh(lin("bar_to_state", flat)), dl), dh, dl, False).reshape(2, 64, -1)
//!     logits = lin("joint", o)
//!     table = ((torch.arange(512)[:, None] >> (8 - i[0])) & 1).float()
//!     if c["direct"]: logits = logits + (lin("single", o) + P["sketch_gain"] * sketch) @ table.T
//!     ce = F.cross_entropy(logits.reshape(-1, 512), tokens.reshape(-1), reduction="sum") / 2
//!     kl = torch.distributions.kl_divergence(torch.distributions.Normal(mean, sigma), torch.distributions.Normal(0, 1)).sum(1)
//!     published = F.binary_cross_entropy(logits.softmax(2), F.one_hot(tokens, 512).float(), reduction="sum") / 2 + 0.3 * kl.mean()
//!     loss = ce + kl.mean()
//!     if c["expression"]:
//!         e = lin("expression", torch.cat([o, bits], 2)) + lin("expression_sketch", z).reshape(2, 64, 18)
//!         v, m = torch.sigmoid(e[..., :9]), torch.tanh(e[..., 9:]) / 2
//!         ev, em = (bits * (v - velocity) ** 2).sum() / 2, (bits * (m - offset) ** 2).sum() / 2
//!         loss = loss + ev + em
//!         show("velocity", v[1, 20, :4]); show("micro_offset", m[1, 20, :4]); show("expression_loss", torch.stack([ev, em]))
//!     loss.backward()
//!     show("mean", mean[1]); show("sigma", sigma[1]); show("bars", bars[1, 2]); show("logits", logits[1, 33, 200:206])
//!     show("losses", torch.stack([ce, kl.mean(), published]))
//!     gradients = [(n, p.grad.norm(), (p.grad.flatten() * wave(p.numel(), 0).float()).sum()) for n, p in P.items()]
//!     print("gradients", [(n, float(f"{a:.6g}"), float(f"{b:.6g}")) for n, a, b in gradients])
//! def show(name, x): print(name, [float(f"{v:.7g}") for v in x.flatten().tolist()])
//! print("== compact"); run(dict(z=6, enc=(1, 5, 4, 7), con=(1, 5), dec=(1, 8), e=6, w=9, f=27, direct=True, independent=False, back=(17, 16, 15, 14, 32, 48), expression=True))
//! print("== paper"); run(dict(z=6, enc=(2, 5, 0, 0), con=(2, 5), dec=(2, 7), e=6, w=512, f=512, direct=False, independent=False, back=(), expression=False))
//! ```

use candle_core::{Device, Tensor};
use groove::{Hit, Pattern, STEPS, Token};
use musicvae::config::{EncoderConfig, LstmConfig, TokenInput};
use musicvae::{Batch, Config, Network, Parameters, RawTensor, loss};

/// sin(0.37 i + k), in double precision.
fn wave(count: usize, k: usize) -> Vec<f64> {
    (0..count).map(|i| (i as f64 * 0.37 + k as f64).sin()).collect()
}

fn parameters(config: &Config) -> Parameters {
    let tensors = config.parameters().into_iter().enumerate().map(|(k, (name, shape))| {
        let data = wave(shape.iter().product(), k).into_iter().map(|x| (0.3 * x) as f32).collect();
        (name, RawTensor { shape, data })
    });
    Parameters::from_numbers(config.parameters(), &tensors.collect(), &Device::Cpu).unwrap()
}

fn batch() -> Batch {
    let window = |b: usize| {
        let mut pattern = Pattern::EMPTY;
        for t in 0..STEPS {
            let token = Token::new(((b * 97 + t * t * 31) % 512) as u16).unwrap();
            for instrument in token.instruments() {
                let i = instrument.index();
                let velocity = 0.2 + 0.1 * ((b + t + i) % 8) as f32;
                let offset = (((t + 2 * i + b) % 9) as f32 - 4.0) / 10.0;
                pattern.set(t, instrument, Some(Hit::new(velocity, offset)));
            }
        }
        pattern
    };
    Batch::from_patterns(&[window(0), window(1)])
}

struct Expected {
    mean: [f64; 6],
    sigma: [f64; 6],
    bars: [f64; 6],
    logits: [f64; 6],
    /// Cross-entropy, divergence, published loss.
    losses: [f64; 3],
    expression: Option<ExpectedExpression>,
    /// Of the sum of all but the published loss: tensor, norm, projection on a wave.
    gradients: &'static [(&'static str, f64, f64)],
}

struct ExpectedExpression {
    velocity: [f64; 4],
    micro_offset: [f64; 4],
    loss: [f64; 2],
}

fn check(config: &Config, expected: &Expected) {
    let near = |what: &str, found: &Tensor, expected: &[f64]| {
        let found = found.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        assert_eq!(found.len(), expected.len(), "{what}");
        for (a, b) in found.iter().zip(expected) {
            let tolerance = 1e-5 * b.abs().max(1.0);
            assert!((f64::from(*a) - b).abs() <= tolerance, "{what}: {found:?}, {expected:?}");
        }
    };
    let parameters = parameters(config);
    let network = Network::new(config, &parameters).unwrap();
    let batch = batch();

    let posterior = network.encode(&batch, None).unwrap();
    near("mean", &posterior.mean.get(1).unwrap(), &expected.mean);
    near("sigma", &posterior.sigma.get(1).unwrap(), &expected.sigma);
    let eps: Vec<f32> = wave(2 * config.latent, 5).into_iter().map(|x| x as f32).collect();
    let eps = Tensor::from_vec(eps, (2, config.latent), &Device::Cpu).unwrap();
    let z = (&posterior.mean + (&posterior.sigma * eps).unwrap()).unwrap();
    let plan = network.conductor().forward(&z).unwrap();
    near("bars", &plan.bars.get(1).unwrap().get(2).unwrap(), &expected.bars);

    let decoded = network.decode_teacher_forced(&z, &batch, None).unwrap();
    let logits = decoded.logits().unwrap();
    let some = logits.get(1).unwrap().get(33).unwrap().narrow(0, 200, 6).unwrap();
    near("logits", &some, &expected.logits);
    let fused = decoded.cross_entropy(&batch).unwrap();
    near("cross-entropy in one operation", &fused, &expected.losses[..1]);
    let plain = loss::cross_entropy(&logits, &batch).unwrap();
    near("cross-entropy of the logits", &plain, &expected.losses[..1]);
    let divergence = loss::divergence(&posterior).unwrap().mean_all().unwrap();
    near("divergence", &divergence, &expected.losses[1..2]);
    let published = loss::published(&logits, &batch, &posterior).unwrap();
    near("published loss", &published, &expected.losses[2..]);

    let mut total = (fused + divergence).unwrap();
    assert_eq!(decoded.expression().is_some(), expected.expression.is_some());
    if let (Some(found), Some(expected)) = (decoded.expression(), &expected.expression) {
        let some = |x: &Tensor| x.get(1).unwrap().get(20).unwrap().narrow(0, 0, 4).unwrap();
        near("velocity", &some(&found.velocity), &expected.velocity);
        near("micro-offset", &some(&found.micro_offset), &expected.micro_offset);
        let error = loss::expression(found, &batch).unwrap();
        near("velocity loss", &error.velocity, &expected.loss[..1]);
        near("micro-offset loss", &error.micro_offset, &expected.loss[1..]);
        total = ((total + error.velocity).unwrap() + error.micro_offset).unwrap();
    }

    let gradients = total.backward().unwrap();
    assert_eq!(expected.gradients.len(), parameters.variables().len());
    for &(name, norm, projection) in expected.gradients {
        let gradient = gradients.get(parameters.variables()[name].as_tensor()).expect(name);
        let gradient = gradient.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let sum = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
            gradient.iter().zip(wave(gradient.len(), 0)).map(|(&g, w)| f(g.into(), w)).sum()
        };
        // Float32 sums over hundreds of steps, in another order.
        let tolerance = 5e-5 * norm.max(1e-3);
        let found = (sum(&|g, _| g * g).sqrt(), sum(&|g, w| g * w));
        assert!(
            (found.0 - norm).abs() <= tolerance && (found.1 - projection).abs() <= 4.0 * tolerance,
            "{name}: {found:?}, expected {:?}",
            (norm, projection)
        );
    }
}

#[test]
fn a_network_like_compact_agrees_with_pytorch() {
    let config = Config {
        latent: 6,
        input: TokenInput::MultiHot,
        encoder: EncoderConfig { layers: 1, hidden: 5, bar_summary: 4, mix: 7 },
        conductor: LstmConfig { layers: 1, hidden: 5 },
        embedding: 6,
        decoder: LstmConfig { layers: 1, hidden: 8 },
        ..Config::compact()
    };
    let expected = Expected {
        mean: [-0.4130119, -0.6218208, 0.4062517, -1.028735, 0.6246633, -0.4219388],
        sigma: [0.4208807, 1.296779, 0.4800726, 1.090005, 0.8807479, 0.5983348],
        bars: [0.1418521, 0.3374099, 0.22915, -0.1102112, -0.05368082, -0.007730896],
        logits: [0.6258641, 0.8319058, 0.6641296, 0.8695093, 0.3167901, 0.4271921],
        losses: [412.9595, 1.343216, 477.3248],
        expression: Some(ExpectedExpression {
            velocity: [0.836259, 0.6973431, 0.6442772, 0.8384328],
            micro_offset: [0.4518675, 0.1774902, 0.4350921, 0.4342902],
            loss: [28.45164, 64.02678],
        }),
        gradients: &[
            ("encoder.weight_ih_l0", 0.0145041, 0.0101014),
            ("encoder.weight_hh_l0", 0.00154482, -0.000770335),
            ("encoder.bias_ih_l0", 0.00362707, 0.00490914),
            ("encoder.bias_hh_l0", 0.00362707, 0.00490914),
            ("encoder.weight_ih_l0_reverse", 0.015727, -0.00107497),
            ("encoder.weight_hh_l0_reverse", 0.00278194, 0.00461813),
            ("encoder.bias_ih_l0_reverse", 0.0048499, 0.000413006),
            ("encoder.bias_hh_l0_reverse", 0.0048499, 0.000413006),
            ("encoder_bar.weight", 0.0201501, -0.00944923),
            ("encoder_bar.bias", 0.0136629, -0.00911994),
            ("encoder_mix_0.weight", 0.0549383, -0.0120576),
            ("encoder_mix_0.bias", 0.123545, 0.188349),
            ("encoder_mix_1.weight", 0.190052, 0.016068),
            ("encoder_mix_1.bias", 0.804002, 0.0116346),
            ("encoder_grid.weight", 23.1945, 1.74054),
            ("encoder_grid.bias", 1.25384, -0.0696773),
            ("mean.weight", 5.42705, -3.13374),
            ("mean.bias", 2.11508, -3.25507),
            ("sigma.weight", 2.6877, 1.10252),
            ("sigma.bias", 1.35129, -1.76167),
            ("latent_to_state.weight", 0.0551613, -0.0585335),
            ("latent_to_state.bias", 0.0486187, -0.0596989),
            ("conductor.weight_ih_l0", 0.177791, -0.00168996),
            ("conductor.weight_hh_l0", 0.0619792, 0.0309232),
            ("conductor.bias_ih_l0", 0.135939, 0.223072),
            ("conductor.bias_hh_l0", 0.135939, 0.223072),
            ("embed.weight", 1.41201, 0.743082),
            ("embed.bias", 3.82084, -4.79515),
            ("sketch.weight", 3.26741, -3.17367),
            ("sketch.bias", 1.8041, -1.23111),
            ("bar_to_state.weight", 1.07661, -0.883282),
            ("bar_to_state.bias", 2.40055, 4.49099),
            ("decoder.weight_ih_l0", 45.4182, 10.2514),
            ("decoder.weight_hh_l0", 10.1061, 3.57698),
            ("decoder.bias_ih_l0", 14.1189, -33.8705),
            ("decoder.bias_hh_l0", 14.1189, -33.8705),
            ("joint.weight", 5.42252, 0.293782),
            ("joint.bias", 6.48659, 6.20405),
            ("single.weight", 20.3897, 45.2322),
            ("single.bias", 25.7038, 3.40123),
            ("sketch_gain", 6.21215, 0.0),
            ("expression.weight", 20.7398, -173.247),
            ("expression.bias", 10.6192, -7.91466),
            ("expression_sketch.weight", 3.5901, -4.94663),
            ("expression_sketch.bias", 2.44942, -0.124628),
        ],
    };
    check(&config, &expected);
}

#[test]
fn a_network_like_paper_agrees_with_pytorch() {
    let config = Config {
        latent: 6,
        encoder: EncoderConfig { layers: 2, hidden: 5, bar_summary: 0, mix: 0 },
        conductor: LstmConfig { layers: 2, hidden: 5 },
        embedding: 6,
        decoder: LstmConfig { layers: 2, hidden: 7 },
        ..Config::paper()
    };
    let expected = Expected {
        mean: [-0.2799628, -0.2753794, -0.3167517, -0.1439712, -0.1590063, 0.02782199],
        sigma: [0.6877741, 0.7916505, 0.8111301, 0.8337216, 0.8815702, 0.8062897],
        bars: [-0.2326588, 0.1433327, 0.1235407, 0.01801144, 0.3180715, 0.408701],
        logits: [-0.1557503, -0.251465, -0.3844904, -0.1614111, -0.3630803, -0.05895264],
        losses: [401.0077, 0.4313275, 465.0776],
        expression: None,
        gradients: &[
            ("encoder.weight_ih_l0", 0.00964576, -0.0111541),
            ("encoder.weight_hh_l0", 0.00402386, 0.00246161),
            ("encoder.bias_ih_l0", 0.00831357, -0.00881364),
            ("encoder.bias_hh_l0", 0.00831357, -0.00881364),
            ("encoder.weight_ih_l0_reverse", 0.00943907, -0.0120069),
            ("encoder.weight_hh_l0_reverse", 0.0137201, -0.00694044),
            ("encoder.bias_ih_l0_reverse", 0.0166176, -0.0322703),
            ("encoder.bias_hh_l0_reverse", 0.0166176, -0.0322703),
            ("encoder.weight_ih_l1", 0.028952, -0.0222921),
            ("encoder.weight_hh_l1", 0.0233725, 0.00733659),
            ("encoder.bias_ih_l1", 0.0587627, -0.0339515),
            ("encoder.bias_hh_l1", 0.0587627, -0.0339515),
            ("encoder.weight_ih_l1_reverse", 0.10257, -0.0817179),
            ("encoder.weight_hh_l1_reverse", 0.0657127, 0.00997095),
            ("encoder.bias_ih_l1_reverse", 0.165963, 0.253091),
            ("encoder.bias_hh_l1_reverse", 0.165963, 0.253091),
            ("mean.weight", 0.290717, -0.0171601),
            ("mean.bias", 0.549419, -0.574791),
            ("sigma.weight", 0.330002, 0.0502731),
            ("sigma.bias", 0.623665, -0.814759),
            ("latent_to_state.weight", 0.000488363, -0.000693574),
            ("latent_to_state.bias", 0.000689735, 0.00013945),
            ("conductor.weight_ih_l0", 4.97436e-05, 1.34894e-05),
            ("conductor.weight_hh_l0", 4.93961e-05, -8.72662e-06),
            ("conductor.bias_ih_l0", 3.81591e-05, 4.11561e-06),
            ("conductor.bias_hh_l0", 3.81591e-05, 4.11561e-06),
            ("conductor.weight_ih_l1", 0.00014118, 0.000171688),
            ("conductor.weight_hh_l1", 0.00058617, -3.80406e-05),
            ("conductor.bias_ih_l1", 0.000338401, -8.35811e-05),
            ("conductor.bias_hh_l1", 0.000338401, -8.35811e-05),
            ("embed.weight", 0.00313267, -0.00102171),
            ("embed.bias", 0.00726499, 0.0118377),
            ("bar_to_state.weight", 0.0255432, 0.0244194),
            ("bar_to_state.bias", 0.0501016, 0.0650143),
            ("decoder.weight_ih_l0", 0.0546871, 0.0129363),
            ("decoder.weight_hh_l0", 0.0237949, 0.0154736),
            ("decoder.bias_ih_l0", 0.0704123, 0.131571),
            ("decoder.bias_hh_l0", 0.0704123, 0.131571),
            ("decoder.weight_ih_l1", 0.428337, 0.18163),
            ("decoder.weight_hh_l1", 0.23878, -0.120069),
            ("decoder.bias_ih_l1", 0.814636, -0.265136),
            ("decoder.bias_hh_l1", 0.814636, -0.265136),
            ("joint.weight", 2.02362, 0.0516969),
            ("joint.bias", 6.27611, 4.97521),
        ],
    };
    check(&config, &expected);
}
