//! Sessions with simulated boards over bad lines: no false success, no hang, and a later attempt succeeds.

use std::time::Duration;

use rayon::prelude::*;
use tinyml::flash::sim::apollo3::Flash;
use tinyml::flash::sim::asb::{self, AsbBoard};
use tinyml::flash::sim::faults::{Faults, Random};
use tinyml::flash::sim::line::Line;
use tinyml::flash::sim::svl::{self, SvlBoard};
use tinyml::flash::transport::{Event, Failed, Installed, Unwatched, Watch};

/// Sessions for each protocol.
const SESSIONS: u64 = 10_000;

const ASB_APPLICATION: u32 = 0xC000;

/// Mostly small images, so that many sessions fit into a test; some have many frames, pages and blocks.
fn application(random: &mut Random) -> Vec<u8> {
    let most = if random.one_in(20) { 25_000 } else { 2_000 };
    let bytes = 1 + random.below(most) as usize;
    random.bytes(bytes)
}

/// A chip that ran something else before.
fn used_flash(random: &mut Random) -> Flash {
    let mut flash = Flash::default();
    for page in (ASB_APPLICATION..0x2_8000).step_by(8192) {
        if random.one_in(2) {
            flash.program_bytes(page, &random.bytes(64));
        }
    }
    flash
}

/// Tells what happens when a single seed is asked for.
struct Told;

impl Watch for Told {
    fn event(&mut self, event: Event) {
        if std::env::var_os("SEED").is_some() {
            println!("{event:?}");
        }
    }
}

fn asb_settings(random: &mut Random) -> tinyml::flash::asb::Settings {
    let split_bytes = if random.one_in(2) { 8192 } else { tinyml::flash::asb::blob::SPLIT_BYTES };
    tinyml::flash::asb::Settings { split_bytes, wait: Duration::from_secs(5), ..Default::default() }
}

fn asb_session(
    board: &mut AsbBoard,
    faults: Faults,
    application: &[u8],
    settings: &tinyml::flash::asb::Settings,
) -> (Result<Installed, Failed>, Duration) {
    use tinyml::flash::port::Port;
    let mut line = Line::new(board, faults);
    let result = tinyml::flash::asb::install(&mut line, ASB_APPLICATION, application, settings, &mut Told);
    let time = line.now();
    // What the board still has to do: it installs after its last answer.
    line.sleep(Duration::from_secs(30));
    (result, time)
}

fn svl_session(
    board: &mut SvlBoard,
    faults: Faults,
    application: &[u8],
    settings: &tinyml::flash::svl::Settings,
) -> (Result<Installed, Failed>, Duration) {
    use tinyml::flash::port::Port;
    let mut line = Line::new(board, faults);
    let result = tinyml::flash::svl::install(&mut line, application, settings, &mut Told);
    let time = line.now();
    line.sleep(Duration::from_secs(30));
    (result, time)
}

/// Sums of what happened.
#[derive(Default)]
struct Tally {
    succeeded: u64,
    succeeded_with_faults: u64,
    errors: std::collections::BTreeMap<String, u64>,
    simulated: Duration,
}

impl Tally {
    fn add(mut self, other: Tally) -> Tally {
        self.succeeded += other.succeeded;
        self.succeeded_with_faults += other.succeeded_with_faults;
        self.simulated += other.simulated;
        for (name, count) in other.errors {
            *self.errors.entry(name).or_default() += count;
        }
        self
    }

    fn of(result: &Result<Installed, Failed>, faults: &Faults, simulated: Duration) -> Tally {
        let mut tally = Tally { simulated, ..Tally::default() };
        match result {
            Ok(_) => {
                tally.succeeded = 1;
                tally.succeeded_with_faults = (!faults.is_none()).into();
            }
            Err(failed) => {
                let text = format!("{:?}", failed.error);
                let name = text.split([' ', '(', '{']).next().unwrap_or_default().to_string();
                tally.errors.insert(format!("{name}, {:?}", failed.state), 1);
            }
        }
        tally
    }

    fn print(&self, protocol: &str) {
        println!(
            "{protocol}: {SESSIONS} sessions, {} s of simulated time; {} succeeded, {} of them in spite of faults; {:?}",
            self.simulated.as_secs(),
            self.succeeded,
            self.succeeded_with_faults,
            self.errors
        );
    }
}

fn asb_seed(seed: u64) -> Tally {
    let mut random = Random::new(seed ^ 0xA5B);
    let application = application(&mut random);
    let settings = asb_settings(&mut random);
    let baud = tinyml::flash::asb::BAUDS[random.below(3) as usize];
    let mut board = AsbBoard::new(used_flash(&mut random), baud);
    board.has_dtr = random.one_in(2);
    let faults = Faults::seeded(seed, application.len() as u64 + 1000);
    let clean = faults.is_none();
    let (result, time) = asb_session(&mut board, faults.clone(), &application, &settings);
    let limit = settings.limit(application.len() + 128) + Duration::from_secs(15);
    assert!(time <= limit, "seed {seed}: took {time:?}, at most {limit:?}");
    let installed = board.flash.read(ASB_APPLICATION, application.len()) == application;
    assert!(result.is_err() || installed, "seed {seed}: success was reported, but the image is not on the chip");
    assert!(result.is_ok() || !clean, "seed {seed}: failed without a fault: {result:?}");
    board.button = true;
    board.power_on();
    let (again, _) = asb_session(&mut board, Faults::none(), &application, &settings);
    assert!(again.is_ok(), "seed {seed}: the second attempt failed: {again:?}");
    assert!(board.flash.read(ASB_APPLICATION, application.len()) == application, "seed {seed}: second attempt");
    assert_eq!(board.flash.offences(), [] as [String; 0], "seed {seed}");
    Tally::of(&result, &faults, time)
}

fn svl_seed(seed: u64) -> Tally {
    let mut random = Random::new(seed ^ 0x57E);
    let application = application(&mut random);
    let settings = tinyml::flash::svl::Settings { wait: Duration::from_secs(5), ..Default::default() };
    let mut board = SvlBoard::new(used_flash(&mut random));
    board.has_junk = random.one_in(2);
    let faults = Faults::seeded(seed, application.len() as u64 + 100);
    let clean = faults.is_none();
    let (result, time) = svl_session(&mut board, faults.clone(), &application, &settings);
    let limit = settings.limit(application.len()) + Duration::from_secs(8);
    assert!(time <= limit, "seed {seed}: took {time:?}, at most {limit:?}");
    let installed = board.flash.read(svl::APPLICATION, application.len()) == application;
    assert!(result.is_err() || installed, "seed {seed}: success was reported, but the image is not on the chip");
    assert!(result.is_ok() || !clean, "seed {seed}: failed without a fault: {result:?}");
    board.power_on();
    let (again, _) = svl_session(&mut board, Faults::none(), &application, &settings);
    assert!(again.is_ok(), "seed {seed}: the second attempt failed: {again:?}");
    assert!(board.flash.read(svl::APPLICATION, application.len()) == application, "seed {seed}: second attempt");
    assert_eq!(board.flash.offences(), [] as [String; 0], "seed {seed}");
    Tally::of(&result, &faults, time)
}

fn seeds() -> std::ops::Range<u64> {
    match std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()) {
        Some(seed) => seed..seed + 1,
        None => 0..SESSIONS,
    }
}

#[test]
fn no_fault_makes_an_ambiq_session_lie_or_hang() {
    let tally = seeds().into_par_iter().map(asb_seed).reduce(Tally::default, Tally::add);
    tally.print("ASB");
    assert!(seeds().count() == 1 || tally.succeeded > SESSIONS / 3 && tally.succeeded_with_faults > SESSIONS / 4);
}

#[test]
fn no_fault_makes_a_sparkfun_session_lie_or_hang() {
    let tally = seeds().into_par_iter().map(svl_seed).reduce(Tally::default, Tally::add);
    tally.print("SVL");
    assert!(seeds().count() == 1 || tally.succeeded > SESSIONS / 3 && tally.succeeded_with_faults > SESSIONS / 4);
}

#[test]
fn an_ambiq_session_at_115200_baud_sends_two_percent_at_most_beyond_what_it_must() {
    let application = Random::new(1).bytes(99_832);
    let mut board = AsbBoard::new(Flash::default(), 115_200);
    let settings = tinyml::flash::asb::Settings::default();
    let (result, _) = asb_session(&mut board, Faults::none(), &application, &settings);
    let sent = result.unwrap().bytes_sent;
    // Image, both heads; twelve bytes around each piece; HELLO, OTADESC, UPDATE and RESET once each.
    let payload = application.len() as u64 + 128 + 96;
    let framing = payload.div_ceil(8180) * 12 + 8 + 12 + 20 + 12;
    assert!(sent >= payload + framing, "{sent} sent of {payload} + {framing}");
    let beyond = sent - payload - framing;
    println!("{sent} bytes sent: {payload} payload, {framing} framing, {beyond} beyond");
    assert!(beyond * 100 <= (payload + framing) * 2, "{beyond} bytes beyond {payload} + {framing}");
}

#[test]
fn the_application_runs_after_a_session_even_when_dtr_holds_the_button() {
    let mut board = AsbBoard::new(Flash::default(), 921_600);
    board.has_dtr = true;
    board.button = false;
    board.running = asb::Running::Application;
    let application = [7; 100];
    let (result, _) = asb_session(&mut board, Faults::none(), &application, &tinyml::flash::asb::Settings::default());
    assert_eq!(result.map(|installed| installed.sessions), Ok(1));
    assert_eq!(board.running, asb::Running::Application);
    assert_eq!(board.flash.read(ASB_APPLICATION, 101), [&application[..], &[0xFF]].concat());
}

#[test]
fn an_image_larger_than_the_loader_can_collect_is_refused_before_anything_is_sent() {
    let application = vec![0; 909_312 - 128 + 1];
    let mut board = AsbBoard::new(Flash::default(), 921_600);
    let mut line = Line::new(&mut board, Faults::none());
    let settings = tinyml::flash::asb::Settings::default();
    let failed =
        tinyml::flash::asb::install(&mut line, ASB_APPLICATION, &application, &settings, &mut Unwatched).unwrap_err();
    assert_eq!(failed.to_string(), "909,316 bytes needed, the bootloader receives 909,312 bytes at most");
    assert_eq!(line.sent, 0);
}

#[test]
fn a_board_that_takes_smaller_blocks_gets_smaller_blocks() {
    let application = Random::new(2).bytes(40_000);
    let mut board = AsbBoard::new(Flash::default(), 921_600);
    board.maximum_block = 20_000;
    let (result, _) = asb_session(&mut board, Faults::none(), &application, &tinyml::flash::asb::Settings::default());
    assert!(result.is_ok(), "{result:?}");
    assert!(board.flash.read(ASB_APPLICATION, application.len()) == application);
}

#[test]
fn a_board_without_a_loader_is_given_up_in_time() {
    let settings = tinyml::flash::asb::Settings::default();
    let mut board = AsbBoard::new(Flash::default(), 921_600);
    board.running = asb::Running::Nothing;
    let (result, time) = asb_session(&mut board, Faults::none(), &[0; 64], &settings);
    let text = result.unwrap_err().to_string();
    assert_eq!(text, "no bootloader answered within 10 s at 921600, 460800 and 115200 baud");
    assert!(time < Duration::from_secs(12), "{time:?}");
}
