//! The audio thread and the main thread at work at once, as CLAP allows it: each does its own, neither waits.

use std::sync::Barrier;

use super::*;

#[test]
fn blocks_go_on_while_the_main_thread_saves_loads_and_reads() {
    let mut random = Random(14);
    let mut host = inactive();
    let scrambled = scramble(&mut host, &mut random);
    let infos = infos(&mut host);
    host.activate(RATE, 512).unwrap();
    let start = Barrier::new(2);
    host.process_beside(
        |audio| {
            start.wait();
            for block in 0..3000 {
                let position = f64::from(block) * 512.0 / 24_000.0;
                let offset = random.below(512);
                let info = random.of(&infos);
                let inputs = [
                    Input::Parameter { offset, id: info.id, value: info.any(&mut random) },
                    Input::NoteOn { offset, key: random.below(128) as u8, velocity: 0.5 },
                ];
                if block % 50 == 49 {
                    audio.pause().unwrap();
                }
                if block % 70 == 69 {
                    audio.reset().unwrap();
                }
                let transport = Transport::playing(position, 120.0);
                audio.process(512, Some(&transport), &inputs).unwrap();
            }
        },
        |host| {
            start.wait();
            let mut states = vec![host.save_state().unwrap()];
            for round in 0..60 {
                states.push(host.save_state().unwrap());
                host.load_state(&states[round / 2]).unwrap();
                assert!(host.parameters().unwrap().iter().all(|p| p.value.is_finite()));
                host.set_offline(false).unwrap();
                host.answer_requests();
            }
        },
    );
    host.flush(&scrambled).unwrap();
    hush(&mut host);
}
