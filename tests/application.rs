//! The keyword application on this machine: what firmware does with samples, lights, log and a Program that is not right.

mod support;

use std::path::Path;

use app::{End, Light, Problem};
use micro_runtime::frontend::SAMPLE_RATE;
use micro_runtime::log::Event;
use micro_runtime::program::record::CHECKED_FROM;
use support::board::{Noted, Play};
use tinyml::aligned::AlignedBytes;
use tinyml::compile::{Options, compile};
use tinyml::host::builtin;
use tinyml::host::sound::{Settings, listen};
use tinyml::model::Model;

fn samples(name: &str) -> Vec<i16> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/wav").join(name);
    hound::WavReader::open(path).unwrap().samples::<i16>().map(Result::unwrap).collect()
}

fn keyword_program(options: &Options) -> Vec<u8> {
    compile(&Model::read(builtin::KEYWORD_MODEL).unwrap(), options).unwrap().bytes.to_vec()
}

/// A file of the conformance corpus, compiled.
fn compiled(bytes: &[u8]) -> Vec<u8> {
    compile(&Model::read(bytes).unwrap(), &Options::default()).unwrap().bytes.to_vec()
}

/// With its checksum made right again.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let checksum = micro_runtime::program::crc32(&bytes[CHECKED_FROM..]);
    bytes[CHECKED_FROM - 4..CHECKED_FROM].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

fn refusal(slot: &[u8], memory: usize) -> (Problem, String, Noted) {
    let silence = vec![0; SAMPLE_RATE];
    let (board, end) = Play { memory, ..Play::new(&silence) }.run(slot);
    let End::Refused(problem) = end else { panic!("not refused") };
    let message = board.events().into_iter().find_map(|event| match event {
        Event::Refused { code, message } => {
            assert_eq!(code, problem.code());
            Some(message.to_string())
        }
        _ => None,
    });
    (problem, message.expect("a line says why"), board)
}

#[test]
fn it_hears_what_the_host_hears() {
    let program = keyword_program(&builtin::chip_options());
    let aligned = AlignedBytes::from(program.as_slice());
    let parsed = micro_runtime::program::Program::parse(&aligned, micro_runtime::kernels::all).unwrap();
    let listening = micro_runtime::pipeline::Listening::of(&parsed).unwrap();
    let mut words = 0;
    for name in ["yes.wav", "no.wav", "yes_awb.wav", "no_rms.wav", "seven.wav", "talk.wav"] {
        let samples = samples(name);
        let stride_ms = listening.stride_rows * micro_runtime::pipeline::ROW_MS;
        let settings = Settings { detector: listening.detector, stride_ms, tail_ms: 1000 };
        let on_host = listen(parsed, &samples, &settings).unwrap();
        let wanted: Vec<(String, u32, u32)> = on_host
            .detections
            .iter()
            .map(|found| {
                (parsed.labels().nth(found.label.into()).unwrap().to_string(), found.score.into(), found.time_ms)
            })
            .collect();
        for slice in if name == "yes.wav" { [1, 480] } else { [320, 777] } {
            let (board, end) = Play { slice, ..Play::new(&samples) }.run(&program);
            assert_eq!(end, End::Silence);
            let found: Vec<_> =
                board.heard().iter().map(|&(label, score, ms)| (label.to_string(), score, ms)).collect();
            assert_eq!(found, wanted, "{name} in slices of {slice}");
        }
        words += wanted.len();
    }
    assert!(words >= 6, "{words} words heard");
}

#[test]
fn yes_lights_the_yellow_light_for_a_second_and_no_the_red_one() {
    let program = keyword_program(&builtin::chip_options());
    for (name, word, light, other) in
        [("yes.wav", "yes", Light::Yes, Light::No), ("no.wav", "no", Light::No, Light::Yes)]
    {
        let (board, _) = Play::new(&[samples(name), vec![0; SAMPLE_RATE]].concat()).run(&program);
        let [(label, _, heard_ms)] = board.heard()[..] else { panic!("one word in {name}") };
        assert_eq!(label, word);
        let switched: Vec<_> = board.lights.iter().filter(|(when, which, _)| *when > 0 && *which == light).collect();
        let [(on, _, true), (off, _, false)] = switched[..] else { panic!("{switched:?}") };
        assert!((*on as i64 / 16 - i64::from(heard_ms)).abs() <= 20);
        assert_eq!(off - on, SAMPLE_RATE);
        assert!(!board.lights.iter().any(|(when, which, _)| *when > 0 && *which == other));
    }
}

#[test]
fn the_heart_beats_once_a_second() {
    let program = keyword_program(&builtin::chip_options());
    let (board, _) = Play::new(&vec![0; 9 * SAMPLE_RATE]).run(&program);
    let beats = board.lights.iter().filter(|(_, light, is_on)| *light == Light::Heartbeat && *is_on);
    let times: Vec<usize> = beats.map(|(when, ..)| *when / SAMPLE_RATE).collect();
    assert_eq!(times, (1..=10).collect::<Vec<_>>());
    let ends = board.lights.iter().filter(|(when, light, is_on)| *when > 0 && *light == Light::Heartbeat && !is_on);
    assert_eq!(ends.count(), 9, "the last flash lasts longer than the sound");
}

#[test]
fn the_report_comes_once_and_again_when_asked_for() {
    let program = keyword_program(&builtin::chip_options());
    let silence = vec![0; SAMPLE_RATE];
    let reports = |commands| {
        let (board, _) = Play { commands, commands_after: 16_000, ..Play::new(&silence) }.run(&program);
        let boots = board.events().iter().filter(|event| matches!(event, Event::Boot { .. })).count();
        let labels: Vec<String> = board
            .events()
            .iter()
            .filter_map(|event| match event {
                Event::Label { name, .. } => Some(name.to_string()),
                _ => None,
            })
            .collect();
        let is_listening = board.events().iter().any(|event| {
            matches!(event, Event::Listening { window_ms: 990, stride_ms: 160, average_ms: 400, threshold: 210 })
        });
        assert!(is_listening, "{}", board.log);
        (boots, labels.join(","))
    };
    assert_eq!(reports(b""), (1, "silence,unknown,yes,no".to_string()));
    assert_eq!(reports(b"xr").0, 2);
}

#[test]
fn the_verbose_mode_shows_every_result_until_it_is_switched_off() {
    let program = keyword_program(&builtin::chip_options());
    let clip = samples("yes.wav");
    let results = |commands| {
        let (board, _) = Play { commands, ..Play::new(&clip) }.run(&program);
        let scores = |event: &Event<'_>| match event {
            Event::Scores { now, average, peak, .. } => Some((now.iter().count(), average.iter().count(), *peak)),
            _ => None,
        };
        board.events().iter().filter_map(scores).collect::<Vec<_>>()
    };
    let verbose = results(b"v");
    assert!(verbose.len() >= 6 && verbose.iter().all(|(now, ..)| *now == 4), "{verbose:?}");
    assert!(verbose.iter().any(|(_, average, _)| *average == 4) && verbose[0].2 > 1000, "{verbose:?}");
    assert!(results(b"").is_empty() && results(b"vq").is_empty());
}

#[test]
fn lost_samples_are_reported() {
    let program = keyword_program(&builtin::chip_options());
    let (board, _) = Play { lost: 640, ..Play::new(&[0; 4000]) }.run(&program);
    assert_eq!(board.events().iter().filter(|event| **event == Event::Lost { samples: 640 }).count(), 1);
}

#[test]
fn a_missing_program_is_said_and_blinked() {
    for slot in [vec![0xff; 4096], vec![0; 4096]] {
        let (problem, message, board) = refusal(&slot, 1 << 20);
        assert_eq!(problem, Problem::Missing);
        assert!(message.contains("no Program"), "{message}");
        let blinks = board.lights.iter().filter(|(_, light, is_on)| *light == Light::No && *is_on).count();
        assert!(blinks >= 2);
        let boots = board.events().iter().filter(|event| matches!(event, Event::Boot { .. })).count();
        assert_eq!(boots, 1);
    }
}

#[test]
fn a_damaged_program_is_found_wherever_it_is_damaged_and_never_run() {
    let program = keyword_program(&builtin::chip_options());
    for place in (CHECKED_FROM..program.len()).step_by(997).chain([program.len() - 1]) {
        let mut slot = program.clone();
        slot[place] ^= 0x40;
        let (problem, message, board) = refusal(&slot, 1 << 20);
        assert_eq!(problem, Problem::Damaged, "byte {place}: {message}");
        assert!(message.contains("CRC-32"), "byte {place}: {message}");
        assert!(board.heard().is_empty());
    }
}

#[test]
fn a_program_that_is_cut_short_is_damaged() {
    let program = keyword_program(&builtin::chip_options());
    let (problem, message, _) = refusal(&program[..program.len() / 2], 1 << 20);
    assert_eq!(problem, Problem::Damaged);
    assert!(message.contains("cut short"), "{message}");
}

#[test]
fn other_bytes_and_other_formats_are_told_apart_from_damage() {
    let mut program = keyword_program(&builtin::chip_options());
    program[4] = 77;
    let (problem, message, _) = refusal(&program, 1 << 20);
    assert_eq!(problem, Problem::Format);
    assert!(message.contains("format 77"), "{message}");
    let other = b"MZ\x90 this is something else entirely".repeat(10);
    assert_eq!(refusal(&other, 1 << 20).0, Problem::Format);
}

#[test]
fn a_program_for_other_kernels_names_the_one_that_is_missing() {
    let mut program = keyword_program(&builtin::chip_options());
    let kernel_set = 20;
    program[kernel_set] = 9;
    assert_eq!(refusal(&sealed(program.clone()), 1 << 20).0, Problem::Kernels);
    program[kernel_set] = 0;
    let header: micro_runtime::program::record::Header =
        bytemuck::pod_read_unaligned(&program[..size_of::<micro_runtime::program::record::Header>()]);
    let unknown = 0x7fff_0001u32;
    program[header.ops.offset as usize..][..4].copy_from_slice(&unknown.to_le_bytes());
    let (problem, message, _) = refusal(&sealed(program), 1 << 20);
    assert_eq!(problem, Problem::Kernels);
    assert!(message.contains("0x7fff0001"), "{message}");
}

#[test]
fn too_little_memory_is_said_in_bytes() {
    let program = keyword_program(&builtin::chip_options());
    let (problem, message, _) = refusal(&program, 4096);
    assert_eq!(problem, Problem::Memory);
    assert!(message.contains("there are 4096"), "{message}");
}

#[test]
fn a_model_that_takes_no_sound_is_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ops");
    let case = support::cases::load(&folder).into_iter().find(|case| case.op == "FULLY_CONNECTED").unwrap();
    let (problem, message, _) = refusal(&compiled(&case.model()), 1 << 20);
    assert_eq!(problem, Problem::NotForSound, "{message}");
}

#[test]
fn settings_that_the_program_does_not_say_are_those_of_most_models() {
    let options = Options { labels: builtin::chip_options().labels, ..Options::default() };
    let (board, _) = Play::new(&samples("yes.wav")).run(&keyword_program(&options));
    let usual = Event::Listening { window_ms: 990, stride_ms: 100, average_ms: 1000, threshold: 200 };
    assert!(board.events().contains(&usual), "{}", board.log);
    assert_eq!(board.heard().len(), 1);
    // Background is not reported, although nothing but the names says that it is background.
    let (board, _) = Play::new(&samples("noise.wav")).run(&keyword_program(&options));
    assert!(board.heard().is_empty(), "{}", board.log);
}
