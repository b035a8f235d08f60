//! The Ambiq Secure Bootloader: an image over a serial port.
//!
//! The host says HELLO, announces each block with its checksum, sends it in pieces that are acknowledged one by one,
//! and resets the board, upon which the loader puts the image in its place. Blocks go last first, because the first
//! one starts the installation. Whatever goes wrong on the line is sent again; whatever stays wrong is an error that
//! says in which state the board is.

pub mod blob;
pub mod frame;

use std::time::Duration;

use super::line::{Line, Replies, Stop};
use super::port::{Port, wire_time};
use super::transport::{BoardState, Event, Failed, Installed, Stage, TransportError, Watch};
use blob::Block;
use frame::{Reply, Scanner, kind, status};

/// The rates that boards are known to have, best first.
pub const BAUDS: [u32; 3] = [921_600, 460_800, 115_200];

/// How often a message is sent until its answer is given up.
const TRIES: u32 = 4;
/// How often a session is begun anew after the loader lost track of it.
const SESSIONS: u32 = 3;
/// How long a HELLO is waited for before the next rate is tried.
const HELLO_TIME: Duration = Duration::from_millis(400);
/// How long an answer is waited for.
const ANSWER_TIME: Duration = Duration::from_secs(5);
/// How long the answer to the last piece of a block is waited for: the loader writes the block before it answers.
const FLASH_TIME: Duration = Duration::from_secs(12);
/// How long the answer to RESET is waited for.
const RESET_TIME: Duration = Duration::from_secs(2);
/// What the loader takes to put the image in its place, at most: a start, and each page.
const INSTALL_TIME: Duration = Duration::from_secs(1);
const PAGE_TIME: Duration = Duration::from_millis(120);
/// After an answer that asks for a piece again, better ones may be under way.
const SETTLE_TIME: Duration = Duration::from_millis(150);

/// How a session is to go.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The rates to try, in this order.
    pub bauds: Vec<u32>,
    /// Whether DTR and RTS may be moved: on many adapters that resets the board into its loader.
    pub lines: bool,
    /// How long to ask for the loader before it is given up.
    pub wait: Duration,
    /// Image bytes in a block, a multiple of the page.
    pub split_bytes: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { bauds: BAUDS.to_vec(), lines: true, wait: Duration::from_secs(10), split_bytes: blob::SPLIT_BYTES }
    }
}

impl Settings {
    /// The longest that a session with an image of so many bytes may take, whatever happens.
    pub fn limit(&self, image_bytes: usize) -> Duration {
        let slowest = self.bauds.iter().copied().min().unwrap_or(115_200);
        self.wait * 2 + Duration::from_secs(150) + wire_time(image_bytes, slowest) * 2 * SESSIONS
    }
}

/// Installs the application, which starts at `load_address`, over `port`.
pub fn install(
    port: &mut dyn Port,
    load_address: u32,
    application: &[u8],
    settings: &Settings,
    watch: &mut dyn Watch,
) -> Result<Installed, Failed> {
    let image = blob::image(load_address, application);
    if image.len() > blob::MAXIMUM_BYTES as usize {
        let (needed, available) = (image.len() as u64, blob::MAXIMUM_BYTES.into());
        return Err(Failed { error: TransportError::TooLarge { needed, available }, state: BoardState::Untouched });
    }
    let line = Line::new(port, watch, settings.limit(image.len()));
    let mut session = Session { line, settings, state: BoardState::Untouched, described: false };
    let result = session.all(&image);
    let Session { line, state, described, .. } = session;
    if result.is_err() && described && state != BoardState::Unconfirmed {
        // Politeness: nobody waits for the answer.
        let _ = line.port.write(&frame::abort(false));
    }
    if settings.lines {
        let _ = line.port.set_lines(false);
    }
    match result {
        Ok(()) => Ok(line.finished()),
        Err(error) => Err(Failed { error, state }),
    }
}

/// What the loader made of a piece.
enum Piece {
    /// It has it, and expects the piece at this offset.
    Next(u32),
    /// It wants the piece at this offset.
    Again(u32),
    /// It said nothing.
    Silence,
}

fn gave_up(what: &str, tries: u32, damaged: u32, waited: Duration) -> Stop {
    let what = what.to_string();
    if damaged == tries {
        return Stop::Anew(TransportError::Damaged { what, tries });
    }
    Stop::Anew(TransportError::Silent { what, waited, tries })
}

struct Session<'s> {
    line: Line<'s, Scanner>,
    settings: &'s Settings,
    state: BoardState,
    described: bool,
}

impl Session<'_> {
    fn all(&mut self, image: &[u8]) -> Result<(), TransportError> {
        self.enter()?;
        loop {
            self.line.installed.sessions += 1;
            match self.session(image) {
                Ok(()) => return Ok(()),
                Err(Stop::Anew(error)) if self.line.installed.sessions < SESSIONS => {
                    self.line.watch.event(Event::Trouble(format!("{error}; starting anew")));
                    if self.state == BoardState::Unconfirmed {
                        // It may be putting the image in its place, which must not be disturbed.
                        let pages = image.len().div_ceil(blob::PAGE_BYTES as usize) as u32;
                        self.line.quiet(INSTALL_TIME + PAGE_TIME * pages)?;
                        self.enter()?;
                    }
                    self.line.quiet(SETTLE_TIME)?;
                }
                Err(Stop::Anew(error) | Stop::End(error)) => return Err(error),
            }
        }
    }

    /// Moves the lines that, on many adapters, reset the board into its loader.
    fn enter(&mut self) -> Result<(), TransportError> {
        if self.settings.lines {
            self.line.port.set_lines(false)?;
            self.line.port.sleep(Duration::from_millis(5));
            self.line.port.set_lines(true)?;
            self.line.port.sleep(Duration::from_millis(100));
        }
        Ok(self.line.port.discard()?)
    }

    fn session(&mut self, image: &[u8]) -> Result<(), Stop> {
        let maximum_bytes = self.connect()?;
        let mut split_bytes = self.settings.split_bytes;
        let room = maximum_bytes.saturating_sub(blob::BLOCK_HEAD_BYTES as u32) / blob::PAGE_BYTES * blob::PAGE_BYTES;
        if room > 0 {
            split_bytes = split_bytes.min(room);
        }
        let blocks = blob::blocks(image, split_bytes);
        let total: u64 = blocks.iter().map(|block| block.bytes.len() as u64).sum();
        self.command(kind::OTA_DESCRIPTOR, &frame::ota_descriptor(blob::DESCRIPTOR_ADDRESS), ANSWER_TIME, TRIES)?;
        self.described = true;
        self.line.watch.event(Event::Start { stage: Stage::Write, bytes: total });
        let mut done = 0;
        for block in blocks.iter().rev() {
            self.block(block, done)?;
            done += block.bytes.len() as u64;
        }
        self.line.watch.event(Event::End { stage: Stage::Write });
        self.line.watch.event(Event::Start { stage: Stage::Install, bytes: 0 });
        if self.settings.lines {
            // The line may hold the button down, which would keep the board in its loader.
            self.line.port.set_lines(false).map_err(TransportError::from)?;
            self.line.port.sleep(Duration::from_millis(5));
        }
        self.state = BoardState::Unconfirmed;
        // Once: a loader that answers only the second RESET may have forgotten what it was to install.
        self.command(kind::RESET, &frame::reset(), RESET_TIME, 1)?;
        self.line.watch.event(Event::End { stage: Stage::Install });
        Ok(())
    }

    /// Says HELLO until the loader answers. Gives the most bytes that it takes.
    fn connect(&mut self) -> Result<u32, TransportError> {
        let Settings { bauds, wait, .. } = self.settings;
        self.line.connect(bauds, *wait, |line, baud| {
            line.port.set_baud(baud)?;
            // A loader that listened at another rate has read rubbish; its complaint is a sign of life.
            for _ in 0..TRIES {
                line.replies.clear();
                line.send(&frame::hello())?;
                match line.reply(HELLO_TIME)? {
                    Some(Reply::Status { version, maximum_bytes }) => {
                        return Ok(Some((format!("Ambiq Secure Bootloader, version {version}"), maximum_bytes)));
                    }
                    Some(Reply::Ack { .. }) => line.quiet(SETTLE_TIME)?,
                    None => break,
                }
            }
            Ok(None)
        })
    }

    /// Sends a message until it is accepted, so many times.
    fn command(&mut self, of: u16, message: &[u8], time: Duration, tries: u32) -> Result<(), Stop> {
        let mut damaged = 0;
        for attempt in 0..tries {
            if attempt > 0 {
                self.line.installed.repeated += 1;
            }
            self.line.send(message)?;
            let until = self.line.port.now() + time;
            loop {
                let left = until.saturating_sub(self.line.port.now());
                match self.line.reply(left)? {
                    Some(Reply::Ack { of: answered, status: status::OK, .. }) if answered == of => return Ok(()),
                    Some(Reply::Ack { status: status::CRC, .. }) => {
                        damaged += 1;
                        self.line.quiet(SETTLE_TIME)?;
                        break;
                    }
                    Some(Reply::Ack { of: answered, status, .. }) if answered == of && status != status::OK => {
                        let (what, reason) = (frame::name(of).to_string(), frame::reason(status));
                        return Err(Stop::Anew(TransportError::Refused { what, reason }));
                    }
                    // A late answer to something else.
                    Some(_) => {}
                    None => break,
                }
            }
        }
        Err(gave_up(frame::name(of), tries, damaged, time))
    }

    /// Announces a block and sends it. `done` bytes of other blocks were sent before.
    fn block(&mut self, block: &Block, done: u64) -> Result<(), Stop> {
        let length = block.bytes.len() as u32;
        self.command(kind::UPDATE, &frame::update(length, block.checksum), ANSWER_TIME, TRIES)?;
        let (mut offset, mut furthest) = (0, 0);
        let (mut tries, mut damaged) = (0, 0);
        while offset < length {
            let end = length.min(offset + frame::MAXIMUM_DATA as u32);
            self.line.send(&frame::data(offset, &block.bytes[offset as usize..end as usize]))?;
            self.line.watch.event(Event::Receiving);
            if end == length {
                // From here on the loader writes to its flash.
                self.state = BoardState::Staged;
            }
            let time = if end == length { FLASH_TIME } else { ANSWER_TIME };
            match self.piece(offset, end, time)? {
                Piece::Next(next) => offset = next,
                Piece::Again(next) => {
                    offset = next;
                    damaged += 1;
                    tries += 1;
                }
                Piece::Silence => tries += 1,
            }
            if offset > furthest {
                furthest = offset;
                (tries, damaged) = (0, 0);
                self.line.watch.event(Event::Progress { stage: Stage::Write, bytes: done + u64::from(offset) });
            } else {
                self.line.installed.repeated += 1;
                self.line.watch.event(Event::Trouble(format!("sending again from byte {offset}")));
            }
            if tries == TRIES {
                return Err(gave_up("DATA", TRIES, damaged, time));
            }
        }
        Ok(())
    }

    /// What the loader makes of the piece from `offset` to before `end`.
    fn piece(&mut self, offset: u32, end: u32, time: Duration) -> Result<Piece, Stop> {
        let mut until = self.line.port.now() + time;
        let mut outcome = Piece::Silence;
        loop {
            let left = until.saturating_sub(self.line.port.now());
            let Some(reply) = self.line.reply(left)? else { return Ok(outcome) };
            let Reply::Ack { of, status, sequence } = reply else { continue };
            match status {
                status::OK if of == kind::DATA && sequence == end => return Ok(Piece::Next(end)),
                // It has less than was sent, or counts in its own way; unless a better answer comes.
                status::OK if of == kind::DATA && sequence > offset && sequence < end => {
                    outcome = Piece::Next(sequence);
                }
                status::OK if of == kind::DATA && sequence == 0 && offset > 0 => outcome = Piece::Next(end),
                status::OK => continue,
                // The answer before was lost: it has this piece.
                status::SEQUENCE if of == kind::DATA && sequence == end => return Ok(Piece::Next(end)),
                status::CRC | status::SEQUENCE if sequence < end => outcome = Piece::Again(sequence),
                status::CRC => outcome = Piece::Again(offset),
                status::SEQUENCE => continue,
                _ if of == kind::DATA => {
                    let reason = frame::reason(status);
                    return Err(Stop::Anew(TransportError::Refused { what: "DATA".to_string(), reason }));
                }
                _ => continue,
            }
            until = until.min(self.line.port.now() + SETTLE_TIME);
        }
    }
}
