//! The SparkFun Variable Loader: an image over a serial port.
//!
//! Opening the port resets the board. The loader listens for a moment, measures the rate of one byte, and then takes
//! frames, each of which it asks for. Frames carry no number, so an answer that may belong to another frame is never
//! trusted: then the whole session starts anew, and the first frame overwrites what there was.

pub mod packet;

use std::time::Duration;

use super::port::{Port, wire_time};
use super::transport::{BoardState, Event, Failed, Installed, Stage, TransportError, Watch};
use packet::{Reply, Scanner, command};

/// The rates that the loader understands, best first.
pub const BAUDS: [u32; 4] = [921_600, 460_800, 230_400, 115_200];

/// How often a frame is sent until the line is given up.
const TRIES: u32 = 4;
/// How often a session is begun anew after it was under way.
const SESSIONS: u32 = 5;
/// After the reset, for the loader to start; it then listens for 200 ms, older ones for 50 ms.
const START_TIMES: [Duration; 3] = [Duration::from_millis(150), Duration::from_millis(100), Duration::from_millis(190)];
/// How long the version is waited for.
const VERSION_TIME: Duration = Duration::from_millis(400);
/// How long an answer is waited for: pages are erased before some.
const ANSWER_TIME: Duration = Duration::from_millis(1500);
/// A RETRY later than this after the end of its frame may mean that a NEXT was lost.
const RETRY_TIME: Duration = Duration::from_millis(450);
/// A RETRY comes 180 ms after the end of the frame that was damaged; one that comes sooner is about something else.
const EARLY_TIME: Duration = Duration::from_millis(150);
/// After a RETRY, another answer may be right behind it.
const SETTLE_TIME: Duration = Duration::from_millis(40);
/// After DONE, the time in which a loader that did not get it complains.
const DONE_TIME: Duration = Duration::from_millis(900);
/// The longest single wait, so that a wish to stop is heard.
const SLICE: Duration = Duration::from_millis(100);

/// How a session is to go.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The rates to try, in this order.
    pub bauds: Vec<u32>,
    /// Whether DTR and RTS may be moved: they reset the board.
    pub lines: bool,
    /// How long to ask for the loader before it is given up.
    pub wait: Duration,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { bauds: BAUDS.to_vec(), lines: true, wait: Duration::from_secs(10) }
    }
}

impl Settings {
    /// The longest that a session with an image of so many bytes may take, whatever happens.
    pub fn limit(&self, image_bytes: usize) -> Duration {
        let slowest = self.bauds.iter().copied().min().unwrap_or(115_200);
        let frames = image_bytes.div_ceil(packet::MAXIMUM_FRAME) as u32;
        self.wait * 2
            + Duration::from_secs(60)
            + (wire_time(image_bytes, slowest) + Duration::from_millis(300) * frames) * SESSIONS
    }
}

/// Installs the application over `port`. The loader itself knows where it starts.
pub fn install(
    port: &mut dyn Port,
    application: &[u8],
    settings: &Settings,
    watch: &mut dyn Watch,
) -> Result<Installed, Failed> {
    let started = port.now();
    let mut session = Session {
        port,
        settings,
        watch,
        scanner: Scanner::default(),
        started,
        limit: settings.limit(application.len()),
        state: BoardState::Untouched,
        installed: Installed::default(),
        resets: 0,
    };
    match session.all(application) {
        Ok(()) => Ok(Installed { time: session.port.now().saturating_sub(started), ..session.installed }),
        Err(error) => Err(Failed { error, state: session.state }),
    }
}

/// What became of a frame.
enum Outcome {
    /// It is in the flash.
    Written,
    /// The loader wants it again.
    Damaged,
}

/// Why the way on is barred.
enum Stop {
    /// A new session may help.
    Anew(TransportError),
    /// Nothing helps.
    End(TransportError),
}

impl From<TransportError> for Stop {
    fn from(error: TransportError) -> Stop {
        Stop::End(error)
    }
}

struct Session<'s> {
    port: &'s mut dyn Port,
    settings: &'s Settings,
    watch: &'s mut dyn Watch,
    scanner: Scanner,
    started: Duration,
    limit: Duration,
    state: BoardState,
    installed: Installed,
    resets: usize,
}

impl Session<'_> {
    fn all(&mut self, application: &[u8]) -> Result<(), TransportError> {
        loop {
            self.installed.sessions += 1;
            match self.session(application) {
                Ok(()) => return Ok(()),
                Err(Stop::Anew(error)) if self.installed.sessions < SESSIONS => {
                    self.watch.event(Event::Trouble(format!("{error}; starting anew")));
                }
                Err(Stop::Anew(error) | Stop::End(error)) => return Err(error),
            }
        }
    }

    fn session(&mut self, application: &[u8]) -> Result<(), Stop> {
        self.connect()?;
        self.watch.event(Event::Start { stage: Stage::Write, bytes: application.len() as u64 });
        let mut done = 0;
        for piece in application.chunks(packet::MAXIMUM_FRAME) {
            // The first frame erases the first page.
            self.state = BoardState::Incomplete;
            self.frame(&packet::frame(piece))?;
            done += piece.len() as u64;
            self.watch.event(Event::Progress { stage: Stage::Write, bytes: done });
        }
        self.watch.event(Event::End { stage: Stage::Write });
        self.watch.event(Event::Start { stage: Stage::Install, bytes: 0 });
        self.state = BoardState::Unconfirmed;
        self.done()?;
        self.watch.event(Event::End { stage: Stage::Install });
        Ok(())
    }

    /// Resets the board and greets its loader, at one rate after the other.
    fn connect(&mut self) -> Result<(), TransportError> {
        self.watch.event(Event::Start { stage: Stage::Connect, bytes: 0 });
        let begun = self.port.now();
        let mut bauds = self.settings.bauds.clone();
        if let Some(position) = bauds.iter().position(|&baud| baud == self.installed.baud) {
            bauds.swap(0, position);
        }
        loop {
            for &baud in &bauds {
                let waited = self.port.now().saturating_sub(begun);
                if waited >= self.settings.wait {
                    return Err(TransportError::NoAnswer { waited: self.settings.wait, bauds });
                }
                self.watch.event(Event::Waiting { waited, limit: self.settings.wait, baud });
                if let Some(version) = self.greet(baud)? {
                    self.installed.baud = baud;
                    let loader = format!("SparkFun Variable Loader, version {version}");
                    self.watch.event(Event::Connected { loader, baud });
                    self.watch.event(Event::End { stage: Stage::Connect });
                    return Ok(());
                }
            }
        }
    }

    /// Resets the board; gives the version of the loader when it is ready for the first frame.
    fn greet(&mut self, baud: u32) -> Result<Option<u8>, TransportError> {
        if self.resets > 0 {
            self.port.reopen()?;
        }
        self.port.set_baud(baud)?;
        if self.settings.lines {
            self.port.set_lines(false)?;
            self.port.sleep(Duration::from_millis(5));
            self.port.set_lines(true)?;
        }
        // Where each cycle of rates is over, the moment changes too.
        let cycle = self.resets / self.settings.bauds.len().max(1);
        self.port.sleep(START_TIMES[cycle % START_TIMES.len()]);
        self.resets += 1;
        self.port.discard()?;
        self.scanner.clear();
        self.send(&[packet::RATE_PROBE])?;
        let Some(Reply::Version(version)) =
            self.reply_where(VERSION_TIME, |reply| matches!(reply, Reply::Version(_)))?
        else {
            return Ok(None);
        };
        self.send(&packet::packet(command::BOOTLOAD, &[]))?;
        let next = self.reply_where(VERSION_TIME, |reply| reply == Reply::Next)?;
        Ok(next.map(|_| version))
    }

    /// Sends a frame until the loader wants the next one.
    fn frame(&mut self, frame: &[u8]) -> Result<(), Stop> {
        for attempt in 0..TRIES {
            if attempt > 0 {
                self.installed.repeated += 1;
                self.watch.event(Event::Trouble("the board asks for a frame again".to_string()));
            }
            // An answer that is here already answers nothing that is still to be sent.
            self.port.discard().map_err(TransportError::from)?;
            self.scanner.clear();
            let begun = self.port.now();
            self.send(frame)?;
            match self.outcome(begun, frame.len(), attempt + 1)? {
                Outcome::Written => return Ok(()),
                Outcome::Damaged => {}
            }
        }
        Err(Stop::Anew(TransportError::Damaged { what: "a frame".to_string(), tries: TRIES }))
    }

    /// What became of a frame, whose sending began at `begun` and is over.
    fn outcome(&mut self, begun: Duration, bytes: usize, tries: u32) -> Result<Outcome, Stop> {
        let sent = self.port.now();
        let end = sent.max(begun + wire_time(bytes, self.installed.baud));
        let silent = |waited| Stop::Anew(TransportError::Silent { what: "a frame".to_string(), waited, tries });
        loop {
            let left = (sent + ANSWER_TIME).saturating_sub(self.port.now());
            let Some(reply) = self.reply_where(left, |_| true)? else { return Err(silent(ANSWER_TIME)) };
            let now = self.port.now();
            match reply {
                Reply::Next => return Ok(Outcome::Written),
                // It was under way before: it is about what came before this frame.
                Reply::Retry if now < sent + EARLY_TIME => {}
                // Something else came, too: perhaps the greeting of a loader that was reset, damaged.
                Reply::Retry if self.scanner.passed_over() > 0 => {
                    return Err(Stop::Anew(TransportError::Damaged { what: "an answer".to_string(), tries: 1 }));
                }
                Reply::Retry if now <= end + RETRY_TIME => {
                    // An answer right behind it is the one that counts.
                    let next = self.reply_where(SETTLE_TIME, |reply| reply == Reply::Next)?;
                    return Ok(if next.is_some() { Outcome::Written } else { Outcome::Damaged });
                }
                Reply::Retry => return Err(silent(RETRY_TIME)),
                // The board has been reset.
                Reply::Version(_) => return Err(silent(Duration::ZERO)),
            }
        }
    }

    /// Says that this was all. A loader that heard it says nothing more; one that did not asks again.
    fn done(&mut self) -> Result<(), Stop> {
        for attempt in 0..TRIES {
            self.installed.repeated += u32::from(attempt > 0);
            self.port.discard().map_err(TransportError::from)?;
            self.scanner.clear();
            self.send(&packet::packet(command::DONE, &[]))?;
            if self.reply_where(DONE_TIME, |reply| reply == Reply::Retry)?.is_none() {
                return Ok(());
            }
        }
        Err(Stop::End(TransportError::Damaged { what: "DONE".to_string(), tries: TRIES }))
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        self.check()?;
        self.port.write(bytes)?;
        self.installed.bytes_sent += bytes.len() as u64;
        Ok(())
    }

    /// That nobody wants to stop, and that there is time left.
    fn check(&self) -> Result<(), TransportError> {
        if self.watch.stopped() {
            return Err(TransportError::Interrupted);
        }
        if self.port.now().saturating_sub(self.started) >= self.limit {
            return Err(TransportError::Limit { limit: self.limit });
        }
        Ok(())
    }

    /// The next reply that is one of those wanted, if one comes within `time`.
    fn reply_where(&mut self, time: Duration, wanted: fn(Reply) -> bool) -> Result<Option<Reply>, TransportError> {
        let until = self.port.now() + time;
        let mut bytes = [0; 64];
        loop {
            while let Some(reply) = self.scanner.next_reply() {
                if wanted(reply) {
                    return Ok(Some(reply));
                }
            }
            self.check()?;
            let left = until.saturating_sub(self.port.now());
            if left.is_zero() {
                return Ok(None);
            }
            let count = self.port.read(&mut bytes, left.min(SLICE))?;
            self.scanner.push(&bytes[..count]);
        }
    }
}
