//! The Ambiq Secure Bootloader: an image over a serial port.
//!
//! The host says HELLO, announces each block with its checksum, sends it in pieces that are acknowledged one by one,
//! and resets the board, upon which the loader puts the image in its place. Blocks go last first, because the first
//! one starts the installation. Whatever goes wrong on the line is sent again; whatever stays wrong is an error that
//! says in which state the board is.

pub mod blob;
pub mod frame;

use std::time::Duration;

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
/// The longest single wait, so that a wish to stop is heard.
const SLICE: Duration = Duration::from_millis(100);

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
    let started = port.now();
    let limit = settings.limit(image.len());
    let mut session = Session {
        port,
        settings,
        watch,
        scanner: Scanner::default(),
        started,
        limit,
        state: BoardState::Untouched,
        described: false,
        installed: Installed::default(),
    };
    let result = session.all(&image);
    if result.is_err() && session.described && session.state != BoardState::Unconfirmed {
        // Politeness: nobody waits for the answer.
        let _ = session.port.write(&frame::abort(false));
    }
    if session.settings.lines {
        let _ = session.port.set_lines(false);
    }
    match result {
        Ok(()) => Ok(Installed { time: session.port.now().saturating_sub(started), ..session.installed }),
        Err(error) => Err(Failed { error, state: session.state }),
    }
}

/// Why the way on is barred.
enum Stop {
    /// The loader lost track; a new session may help.
    Anew(TransportError),
    /// Nothing helps.
    End(TransportError),
}

impl From<TransportError> for Stop {
    fn from(error: TransportError) -> Stop {
        Stop::End(error)
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
    port: &'s mut dyn Port,
    settings: &'s Settings,
    watch: &'s mut dyn Watch,
    scanner: Scanner,
    started: Duration,
    limit: Duration,
    state: BoardState,
    described: bool,
    installed: Installed,
}

impl Session<'_> {
    fn all(&mut self, image: &[u8]) -> Result<(), TransportError> {
        self.enter()?;
        loop {
            self.installed.sessions += 1;
            match self.session(image) {
                Ok(()) => return Ok(()),
                Err(Stop::Anew(error)) if self.installed.sessions < SESSIONS => {
                    self.watch.event(Event::Trouble(format!("{error}; starting anew")));
                    if self.state == BoardState::Unconfirmed {
                        // It may be putting the image in its place, which must not be disturbed.
                        let pages = image.len().div_ceil(blob::PAGE_BYTES as usize) as u32;
                        self.quiet(INSTALL_TIME + PAGE_TIME * pages)?;
                        self.enter()?;
                    }
                    self.quiet(SETTLE_TIME)?;
                }
                Err(Stop::Anew(error) | Stop::End(error)) => return Err(error),
            }
        }
    }

    /// Moves the lines that, on many adapters, reset the board into its loader.
    fn enter(&mut self) -> Result<(), TransportError> {
        if self.settings.lines {
            self.port.set_lines(false)?;
            self.port.sleep(Duration::from_millis(5));
            self.port.set_lines(true)?;
            self.port.sleep(Duration::from_millis(100));
        }
        Ok(self.port.discard()?)
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
        self.watch.event(Event::Start { stage: Stage::Write, bytes: total });
        let mut done = 0;
        for block in blocks.iter().rev() {
            self.block(block, done)?;
            done += block.bytes.len() as u64;
        }
        self.watch.event(Event::End { stage: Stage::Write });
        self.watch.event(Event::Start { stage: Stage::Install, bytes: 0 });
        if self.settings.lines {
            // The line may hold the button down, which would keep the board in its loader.
            self.port.set_lines(false).map_err(TransportError::from)?;
            self.port.sleep(Duration::from_millis(5));
        }
        self.state = BoardState::Unconfirmed;
        // Once: a loader that answers only the second RESET may have forgotten what it was to install.
        self.command(kind::RESET, &frame::reset(), RESET_TIME, 1)?;
        self.watch.event(Event::End { stage: Stage::Install });
        Ok(())
    }

    /// Says HELLO at one rate after the other until the loader answers. Gives the most bytes that it takes.
    fn connect(&mut self) -> Result<u32, TransportError> {
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
                self.port.set_baud(baud)?;
                // A loader that listened at another rate has read rubbish; its complaint is a sign of life.
                for _ in 0..TRIES {
                    self.scanner.clear();
                    self.send(&frame::hello())?;
                    match self.reply(HELLO_TIME)? {
                        Some(Reply::Status { version, maximum_bytes }) => {
                            self.installed.baud = baud;
                            let loader = format!("Ambiq Secure Bootloader, version {version}");
                            self.watch.event(Event::Connected { loader, baud });
                            self.watch.event(Event::End { stage: Stage::Connect });
                            return Ok(maximum_bytes);
                        }
                        Some(Reply::Ack { .. }) => self.quiet(SETTLE_TIME)?,
                        None => break,
                    }
                }
            }
        }
    }

    /// Sends a message until it is accepted, so many times.
    fn command(&mut self, of: u16, message: &[u8], time: Duration, tries: u32) -> Result<(), Stop> {
        let mut damaged = 0;
        for attempt in 0..tries {
            if attempt > 0 {
                self.installed.repeated += 1;
            }
            self.send(message)?;
            let until = self.port.now() + time;
            loop {
                let left = until.saturating_sub(self.port.now());
                match self.reply(left)? {
                    Some(Reply::Ack { of: answered, status: status::OK, .. }) if answered == of => return Ok(()),
                    Some(Reply::Ack { status: status::CRC, .. }) => {
                        damaged += 1;
                        self.quiet(SETTLE_TIME)?;
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
            self.send(&frame::data(offset, &block.bytes[offset as usize..end as usize]))?;
            self.watch.event(Event::Receiving);
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
                self.watch.event(Event::Progress { stage: Stage::Write, bytes: done + u64::from(offset) });
            } else {
                self.installed.repeated += 1;
                self.watch.event(Event::Trouble(format!("sending again from byte {offset}")));
            }
            if tries == TRIES {
                return Err(gave_up("DATA", TRIES, damaged, time));
            }
        }
        Ok(())
    }

    /// What the loader makes of the piece from `offset` to before `end`.
    fn piece(&mut self, offset: u32, end: u32, time: Duration) -> Result<Piece, Stop> {
        let mut until = self.port.now() + time;
        let mut outcome = Piece::Silence;
        loop {
            let left = until.saturating_sub(self.port.now());
            let Some(reply) = self.reply(left)? else { return Ok(outcome) };
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
            until = until.min(self.port.now() + SETTLE_TIME);
        }
    }

    fn send(&mut self, message: &[u8]) -> Result<(), TransportError> {
        self.check()?;
        self.port.write(message)?;
        self.installed.bytes_sent += message.len() as u64;
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

    /// The next reply, if one comes within `time`.
    fn reply(&mut self, time: Duration) -> Result<Option<Reply>, TransportError> {
        let until = self.port.now() + time;
        let mut bytes = [0; 256];
        loop {
            if let Some(reply) = self.scanner.next_reply() {
                return Ok(Some(reply));
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

    /// Waits until nothing has come for so long, though not for ever, and forgets what came.
    fn quiet(&mut self, time: Duration) -> Result<(), TransportError> {
        let mut bytes = [0; 256];
        let limit = self.port.now() + time * 4;
        let mut until = self.port.now() + time;
        while self.port.now() < until.min(limit) {
            self.check()?;
            let left = until.saturating_sub(self.port.now());
            if self.port.read(&mut bytes, left.min(SLICE))? > 0 {
                until = self.port.now() + time;
            }
        }
        self.scanner.clear();
        Ok(())
    }
}
