//! The firmware of the SparkFun Edge and its successor, as it ships, in a model of the boards: the image that
//! `tinyml flash` sends runs instruction by instruction, hears recordings through the microphone, and lights its lights.

mod chip;
mod engine;
mod machine;
mod scene;

use std::path::Path;

use micro_runtime::log::Event;
use micro_runtime::program::KernelSet;
use tinyml::aligned::AlignedBytes;
use tinyml::compile::{Options, compile};
use tinyml::host::builtin;
use tinyml::model::Model;

use chip::Setup;
use machine::{HandOver, Ran};
use scene::{Device, EDGE, EDGE2, Hearing, Script, Word, clip, fixture, library, root};

/// From the end of the word to the light.
const LATEST: f64 = 1.0;
/// Of sound, front end and inferences together.
const MOST_INSTRUCTIONS_PER_SECOND: f64 = 10e6;
const LEAST_SLEEP: f64 = 0.5;
const AMBIQ: HandOver = HandOver::Ambiq { masked: false };

/// The built-in model, for the kernels that the firmware prefers.
fn program() -> AlignedBytes {
    let model = Model::read(builtin::KEYWORD_MODEL).unwrap();
    let options = Options { kernel_set: KernelSet::Armv7em, ..builtin::chip_options() };
    compile(&model, &options).unwrap().bytes
}

/// Silence, "yes", silence, "no", silence.
fn yes_and_no(yes: &[i16], no: &[i16]) -> Script {
    Script::default().silence(1.0).yes(yes).silence(2.0).no(no).silence(1.5)
}

/// Silence, "yes", silence.
fn only_yes(yes: &[i16]) -> Script {
    Script::default().silence(0.6).yes(yes).silence(1.2)
}

/// What must hold whatever is heard.
fn assert_sound(ran: &Ran, about: &str) {
    assert_eq!(ran.ended, None, "{about}\n{}", ran.log);
    assert!(ran.violations.is_empty(), "{about}: {:?}\n{}", ran.violations, ran.log);
    assert_eq!(ran.missed_conversions, 0, "{about}: conversions without a buffer");
    assert!(!ran.log.contains("lost "), "{about}: lost sound\n{}", ran.log);
    assert!(ran.log.contains("boot "), "{about}: no report\n{}", ran.log);
    assert_eq!(ran.core_hertz, 48_000_000, "{about}");
}

/// A light goes on once for each word, not before the word has begun and in time, and goes off again.
fn assert_lit(ran: &Ran, pad: u32, words: &[(f64, f64)], about: &str) {
    let rises = ran.rises(pad);
    assert_eq!(rises.len(), words.len(), "{about}: pad {pad} went on at {rises:?}, words at {words:?}\n{}", ran.log);
    for (rise, (start, end)) in rises.iter().zip(words) {
        assert!((*start..=end + LATEST).contains(rise), "{about}: pad {pad} at {rise:.3}, word {start:.2}-{end:.2}");
    }
    for rise in rises {
        let falls = ran.falls(pad).into_iter().find(|fall| *fall > rise);
        let seconds = falls.map_or(ran.seconds() - rise, |fall| fall - rise);
        assert!((0.05..2.0).contains(&seconds), "{about}: pad {pad} stayed on for {seconds:.3} s");
    }
}

/// The log has exactly the words that the host hears in the same sound: label, score and time. The last buffer may not
/// have been heard to the end.
fn assert_same_words(ran: &Ran, expected: &[Word], about: &str) {
    let words: Vec<Word> = ran
        .log
        .lines()
        .filter_map(|line| match Event::read(line) {
            Some(Event::Heard { index, score, time_ms, .. }) => Some(Word { index, score, time_ms }),
            _ => None,
        })
        .collect();
    let surely = expected.iter().filter(|word| f64::from(word.time_ms) / 1000.0 < ran.seconds() - 0.2).count();
    assert!(
        words.len() >= surely && words[..] == expected[..words.len()],
        "{about}: {words:?}, on the host {expected:?}"
    );
}

fn check(library: &Path, setup: Setup, from: HandOver, hearing: Hearing, script: &Script, about: &str) -> Ran {
    check_on(&EDGE, library, setup, from, hearing, script, about)
}

fn check_on(
    device: &Device,
    library: &Path,
    setup: Setup,
    from: HandOver,
    hearing: Hearing,
    script: &Script,
    about: &str,
) -> Ran {
    let program = program();
    let ran = device.run(library, setup, from, &program, hearing, script);
    assert_sound(&ran, about);
    assert_same_words(&ran, &device.words_on_the_host(&program, hearing, script), about);
    assert_lit(&ran, device.yes, &script.yes, about);
    ran
}

#[test]
fn yes_lights_yellow_and_no_lights_red_while_it_mostly_sleeps() {
    let Some(library) = library() else { return };
    let script = yes_and_no(&fixture("yes"), &fixture("no"));
    let ran = check(&library, Setup::default(), AMBIQ, EDGE.hearing, &script, "yes, no");
    let (work, sleep) = (ran.instructions_per_second(), ran.sleep_share());
    println!(
        "{:.2} M instructions for each second of sound, asleep {:.1} %, boot {} instructions in {:.1} ms, longest work \
         {} instructions, stack {} bytes, light {:.0} ms after the clip",
        work / 1e6,
        100.0 * sleep,
        ran.boot_instructions,
        ran.started as f64 / 1e9,
        ran.longest_work,
        ran.stack_used,
        1000.0 * (ran.rises(EDGE.yes)[0] - script.yes[0].1),
    );
    assert!(work <= MOST_INSTRUCTIONS_PER_SECOND, "{work:.0} instructions for each second of sound");
    assert!(sleep >= LEAST_SLEEP, "asleep for {:.1} % of the time", 100.0 * sleep);
    assert_lit(&ran, EDGE.no, &script.no, "yes, no");
    assert_eq!(ran.light_sleep, 0, "sleep is deep");
    assert_eq!(ran.sleep_memory & 0x7FF8, 0x7FF8, "what is not needed beyond 64 KB, and the flash, lose power");
    assert_eq!(ran.buffers, (ran.seconds() / 0.064) as u64, "buffers follow each other without a gap");
    assert!((ran.baud / 115_200.0 - 1.0).abs() < 0.02, "{} baud", ran.baud);
    assert_eq!(ran.log.lines().filter(|line| line.starts_with("heard ")).count(), 2, "{}", ran.log);
}

#[test]
fn a_digital_microphone_hears_the_same() {
    let Some(library) = library() else { return };
    let check = |setup, hearing, script: &Script, about: &str| {
        check_on(&EDGE2, &library, setup, HandOver::Sparkfun, hearing, script, about)
    };
    let script = yes_and_no(&fixture("yes"), &fixture("no"));
    let ran = check(Setup::default(), EDGE2.hearing, &script, "yes, no");
    assert_lit(&ran, EDGE2.no, &script.no, "yes, no");
    let (work, sleep) = (ran.instructions_per_second(), ran.sleep_share());
    println!("{:.2} M instructions for each second of sound, asleep {:.1} %", work / 1e6, 100.0 * sleep);
    assert!(work <= MOST_INSTRUCTIONS_PER_SECOND, "{work:.0} instructions for each second of sound");
    assert!(sleep >= LEAST_SLEEP && ran.light_sleep == 0, "asleep for {:.1} % of the time", 100.0 * sleep);
    assert_eq!(
        ran.buffers,
        (ran.seconds() / (1024.0 * 94.0 / 1.5e6)) as u64,
        "buffers follow each other without a gap"
    );
    for (gain, resting) in [(0.003, 0.0), (0.02, -90.0), (0.2, 40.0), (1.0, 0.0)] {
        let hearing = Hearing { gain, resting, ..EDGE2.hearing };
        check(Setup::default(), hearing, &only_yes(&fixture("yes")), &format!("{hearing:?}"));
    }
    for name in ["noise", "silence", "seven", "marvin", "no_rms"] {
        let script = Script::default().silence(0.5).sound(&fixture(name)).silence(1.0);
        check(Setup::default(), EDGE2.hearing, &script, name);
    }
}

#[test]
fn every_boot_loader_will_do() {
    let Some(library) = library() else { return };
    let script = only_yes(&fixture("yes"));
    for from in [HandOver::Ambiq { masked: true }, HandOver::Sparkfun] {
        check(&library, Setup::default(), from, EDGE.hearing, &script, &format!("{from:?}"));
    }
    // Serial port and iom blocks left on.
    let setup = Setup { powered: 0x01FF, ..Setup::default() };
    check(&library, setup, AMBIQ, EDGE.hearing, &script, "blocks left on");
}

#[test]
fn loudness_and_resting_level_do_not_matter() {
    let Some(library) = library() else { return };
    let script = only_yes(&fixture("yes"));
    let plain = EDGE.hearing;
    for hearing in [
        Hearing { gain: 0.005, ..plain },
        Hearing { gain: 0.02, resting: 5100.0, ..plain },
        Hearing { gain: 0.3, resting: 6500.0, ..plain },
        Hearing { resting: 5625.0, drift: 120.0, ..plain },
        Hearing { resting: 6400.0, drift: -120.0, noise: 3.0, ..plain },
    ] {
        check(&library, Setup::default(), AMBIQ, hearing, &script, &format!("{hearing:?}"));
    }
}

#[test]
fn every_voice_is_heard_and_other_sounds_are_not() {
    let Some(library) = library() else { return };
    for name in ["yes_awb", "yes_kal16", "yes_rms"] {
        check(&library, Setup::default(), AMBIQ, EDGE.hearing, &only_yes(&fixture(name)), name);
    }
    for name in ["noise", "silence", "seven", "marvin", "no_rms"] {
        let script = Script::default().silence(0.5).sound(&fixture(name)).silence(1.0);
        check(&library, Setup::default(), AMBIQ, EDGE.hearing, &script, name);
    }
}

#[test]
fn recordings_of_the_conformance_corpus_are_heard() {
    let Some(library) = library() else { return };
    let folder = root().join("../shared/conformance/signal/wav");
    if !folder.exists() {
        println!("skipped: no {}", folder.display());
        return;
    }
    let (yes, no) = (clip(&folder.join("yes_1000ms.wav")), clip(&folder.join("no_1000ms.wav")));
    let ran = check(&library, Setup::default(), AMBIQ, EDGE.hearing, &yes_and_no(&yes, &no), "yes and no");
    assert!(ran.sleep_share() >= LEAST_SLEEP);
    for name in ["noise_1000ms", "silence_1000ms", "chirp", "square_full_scale", "tone_bursts", "impulse"] {
        let script = Script::default().silence(0.5).sound(&clip(&folder.join(name).with_extension("wav"))).silence(1.0);
        check(&library, Setup::default(), AMBIQ, EDGE.hearing, &script, name);
    }
}

#[test]
fn other_specimens_will_do() {
    let Some(library) = library() else { return };
    let script = only_yes(&fixture("yes"));
    let setup = Setup { timer_extra: 1, instant_uart: true, ..Setup::default() };
    check(&library, setup, AMBIQ, EDGE.hearing, &script, "a timer of 751 ticks");
    let setup = Setup { millicycles: 1700, ..Setup::default() };
    check(&library, setup, AMBIQ, EDGE.hearing, &script, "1.7 cycles for an instruction");
}

#[test]
fn status_bits_that_never_come_cost_time_only() {
    let Some(library) = library() else { return };
    let setup = Setup { dead_status: true, ..Setup::default() };
    let script = Script::default().silence(0.2);
    let ran = EDGE.run(&library, setup, AMBIQ, &program(), EDGE.hearing, &script);
    assert_eq!(ran.ended, None);
    assert!(ran.rises(EDGE.yes).is_empty());
}

#[test]
fn a_processor_that_is_too_slow_says_what_it_loses() {
    let Some(library) = library() else { return };
    let setup = Setup { millicycles: 12_000, ..Setup::default() };
    let script = Script::default().silence(4.0);
    let ran = EDGE.run(&library, setup, AMBIQ, &program(), EDGE.hearing, &script);
    assert_eq!((ran.ended.clone(), ran.violations.clone()), (None, Vec::new()));
    assert!(ran.log.contains("lost samples="), "{}", ran.log);
    assert_eq!(ran.missed_conversions, 0, "the interrupt is in time all the same");
}

#[test]
fn a_byte_on_the_wire_asks_for_scores() {
    let Some(library) = library() else { return };
    let setup = Setup { sent: vec![(0, b'v')], ..Setup::default() };
    let script = Script::default().silence(1.6);
    let ran = check(&library, setup, AMBIQ, EDGE.hearing, &script, "verbose");
    assert!(ran.log.lines().any(|line| line.starts_with("scores time_ms=")), "{}", ran.log);
}

#[test]
fn without_a_sound_program_the_light_says_so() {
    let Some(library) = library() else { return };
    let program = program();
    let mut damaged = program.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 4;
    let script = Script::default().silence(2.5);
    let mut codes = Vec::new();
    for (about, program) in [("missing", &[][..]), ("damaged", &damaged)] {
        let ran = EDGE.run(&library, Setup::default(), AMBIQ, program, EDGE.hearing, &script);
        assert_eq!((ran.ended.clone(), ran.violations.clone()), (None, Vec::new()), "{about}");
        let refused = ran.log.lines().find(|line| line.starts_with("refused ")).unwrap_or_default().to_string();
        assert!(refused.contains(" code="), "{about}: {}", ran.log);
        assert!(!ran.rises(EDGE.no).is_empty() && ran.rises(EDGE.yes).is_empty(), "{about}: {:?}", ran.lights);
        codes.push(refused);
    }
    assert_ne!(codes[0], codes[1]);
}
