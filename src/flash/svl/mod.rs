//! The SparkFun Variable Loader: an image over a serial port.
//!
//! Opening the port resets the board. The loader listens for a moment, measures the rate of one byte, and then takes
//! frames, each of which it asks for. Frames carry no number, so an answer that may belong to another frame is never
//! trusted: then the whole session starts anew, and the first frame overwrites what there was.

pub mod packet;

use std::time::Duration;

use super::line::{Line, Stop};
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
    let line = Line::new(port, watch, settings.limit(application.len()));
    let mut session = Session { line, settings, state: BoardState::Untouched, resets: 0 };
    match session.all(application) {
        Ok(()) => Ok(session.line.finished()),
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

struct Session<'s> {
    line: Line<'s, Scanner>,
    settings: &'s Settings,
    state: BoardState,
    resets: usize,
}

impl Session<'_> {
    fn all(&mut self, application: &[u8]) -> Result<(), TransportError> {
        loop {
            self.line.installed.sessions += 1;
            match self.session(application) {
                Ok(()) => return Ok(()),
                Err(Stop::Anew(error)) if self.line.installed.sessions < SESSIONS => {
                    self.line.watch.event(Event::Trouble(format!("{error}; starting anew")));
                }
                Err(Stop::Anew(error) | Stop::End(error)) => return Err(error),
            }
        }
    }

    fn session(&mut self, application: &[u8]) -> Result<(), Stop> {
        self.connect()?;
        self.line.watch.event(Event::Start { stage: Stage::Write, bytes: application.len() as u64 });
        let mut done = 0;
        for piece in application.chunks(packet::MAXIMUM_FRAME) {
            // The first frame erases the first page.
            self.state = BoardState::Incomplete;
            self.frame(&packet::frame(piece))?;
            done += piece.len() as u64;
            self.line.watch.event(Event::Progress { stage: Stage::Write, bytes: done });
        }
        self.line.watch.event(Event::End { stage: Stage::Write });
        self.line.watch.event(Event::Start { stage: Stage::Install, bytes: 0 });
        self.state = BoardState::Unconfirmed;
        self.done()?;
        self.line.watch.event(Event::End { stage: Stage::Install });
        Ok(())
    }

    /// Resets the board and greets its loader until it is ready for the first frame.
    fn connect(&mut self) -> Result<(), TransportError> {
        let Settings { bauds, lines, wait } = self.settings;
        let resets = &mut self.resets;
        self.line.connect(bauds, *wait, |line, baud| {
            if *resets > 0 {
                line.port.reopen()?;
            }
            line.port.set_baud(baud)?;
            if *lines {
                line.port.set_lines(false)?;
                line.port.sleep(Duration::from_millis(5));
                line.port.set_lines(true)?;
            }
            // Where each cycle of rates is over, the moment changes too.
            let cycle = *resets / bauds.len().max(1);
            line.port.sleep(START_TIMES[cycle % START_TIMES.len()]);
            *resets += 1;
            line.discard()?;
            line.send(&[packet::RATE_PROBE])?;
            let Some(Reply::Version(version)) =
                line.reply_where(VERSION_TIME, |reply| matches!(reply, Reply::Version(_)))?
            else {
                return Ok(None);
            };
            line.send(&packet::packet(command::BOOTLOAD, &[]))?;
            let next = line.reply_where(VERSION_TIME, |reply| *reply == Reply::Next)?;
            Ok(next.map(|_| (format!("SparkFun Variable Loader, version {version}"), ())))
        })
    }

    /// Sends a frame until the loader wants the next one.
    fn frame(&mut self, frame: &[u8]) -> Result<(), Stop> {
        for attempt in 0..TRIES {
            if attempt > 0 {
                self.line.installed.repeated += 1;
                self.line.watch.event(Event::Trouble("the board asks for a frame again".to_string()));
            }
            // An answer that is here already answers nothing that is still to be sent.
            self.line.discard()?;
            let begun = self.line.port.now();
            self.line.send(frame)?;
            match self.outcome(begun, frame.len(), attempt + 1)? {
                Outcome::Written => return Ok(()),
                Outcome::Damaged => {}
            }
        }
        Err(Stop::Anew(TransportError::Damaged { what: "a frame".to_string(), tries: TRIES }))
    }

    /// What became of a frame, whose sending began at `begun` and is over.
    fn outcome(&mut self, begun: Duration, bytes: usize, tries: u32) -> Result<Outcome, Stop> {
        let sent = self.line.port.now();
        let end = sent.max(begun + wire_time(bytes, self.line.installed.baud));
        let silent = |waited| Stop::Anew(TransportError::Silent { what: "a frame".to_string(), waited, tries });
        loop {
            let left = (sent + ANSWER_TIME).saturating_sub(self.line.port.now());
            let Some(reply) = self.line.reply(left)? else { return Err(silent(ANSWER_TIME)) };
            let now = self.line.port.now();
            match reply {
                Reply::Next => return Ok(Outcome::Written),
                // It was under way before: it is about what came before this frame.
                Reply::Retry if now < sent + EARLY_TIME => {}
                // Something else came, too: perhaps the greeting of a loader that was reset, damaged.
                Reply::Retry if self.line.replies.passed_over() > 0 => {
                    return Err(Stop::Anew(TransportError::Damaged { what: "an answer".to_string(), tries: 1 }));
                }
                Reply::Retry if now <= end + RETRY_TIME => {
                    // An answer right behind it is the one that counts.
                    let next = self.line.reply_where(SETTLE_TIME, |reply| *reply == Reply::Next)?;
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
            self.line.installed.repeated += u32::from(attempt > 0);
            self.line.discard()?;
            self.line.send(&packet::packet(command::DONE, &[]))?;
            if self.line.reply_where(DONE_TIME, |reply| *reply == Reply::Retry)?.is_none() {
                return Ok(());
            }
        }
        Err(Stop::End(TransportError::Damaged { what: "DONE".to_string(), tries: TRIES }))
    }
}
