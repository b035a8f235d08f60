//! A session's line to a serial loader: what goes out and comes back, within the session's time and until somebody
//! stops it. What is said over it is the loader's own file.

use std::time::Duration;

use super::port::Port;
use super::transport::{Event, Installed, Stage, TransportError, Watch};

/// The longest single wait, so that a wish to stop is heard.
const SLICE: Duration = Duration::from_millis(100);

/// Finds a loader's replies in what comes over the line.
pub trait Replies: Default {
    /// What a loader can say.
    type Reply;

    /// Takes bytes from the line.
    fn push(&mut self, bytes: &[u8]);

    /// Forgets what came and was not read.
    fn clear(&mut self);

    /// The next whole reply.
    fn next_reply(&mut self) -> Option<Self::Reply>;
}

/// Why a session cannot go on.
pub enum Stop {
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

/// The line, from the first session to the last.
pub struct Line<'s, R> {
    /// What the line goes through.
    pub port: &'s mut dyn Port,
    /// Who sees what happens.
    pub watch: &'s mut dyn Watch,
    /// Finds the replies.
    pub replies: R,
    /// What it took so far.
    pub installed: Installed,
    started: Duration,
    limit: Duration,
}

impl<'s, R: Replies> Line<'s, R> {
    /// A line that is given up after `limit`, counted from now.
    pub fn new(port: &'s mut dyn Port, watch: &'s mut dyn Watch, limit: Duration) -> Line<'s, R> {
        let started = port.now();
        Line { port, watch, replies: R::default(), installed: Installed::default(), started, limit }
    }

    /// What it took, now that all is done.
    pub fn finished(self) -> Installed {
        Installed { time: self.port.now().saturating_sub(self.started), ..self.installed }
    }

    /// Sends bytes.
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        self.check()?;
        self.port.write(bytes)?;
        self.installed.bytes_sent += bytes.len() as u64;
        Ok(())
    }

    /// Forgets what has come so far, read or not.
    pub fn discard(&mut self) -> Result<(), TransportError> {
        self.port.discard()?;
        self.replies.clear();
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
    pub fn reply(&mut self, time: Duration) -> Result<Option<R::Reply>, TransportError> {
        self.reply_where(time, |_| true)
    }

    /// The next reply that is one of those wanted, if one comes within `time`; others are passed over.
    pub fn reply_where(
        &mut self,
        time: Duration,
        wanted: impl Fn(&R::Reply) -> bool,
    ) -> Result<Option<R::Reply>, TransportError> {
        let until = self.port.now() + time;
        let mut bytes = [0; 256];
        loop {
            while let Some(reply) = self.replies.next_reply() {
                if wanted(&reply) {
                    return Ok(Some(reply));
                }
            }
            self.check()?;
            let left = until.saturating_sub(self.port.now());
            if left.is_zero() {
                return Ok(None);
            }
            let count = self.port.read(&mut bytes, left.min(SLICE))?;
            self.replies.push(&bytes[..count]);
        }
    }

    /// Waits until nothing has come for so long, at most four times as long, and forgets what came.
    pub fn quiet(&mut self, time: Duration) -> Result<(), TransportError> {
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
        self.replies.clear();
        Ok(())
    }

    /// Greets the loader at one rate after the other, the one that worked before first, until it answers or `wait` is
    /// over. `greet` tries one rate, and gives the loader's name and what it said.
    pub fn connect<T>(
        &mut self,
        bauds: &[u32],
        wait: Duration,
        mut greet: impl FnMut(&mut Self, u32) -> Result<Option<(String, T)>, TransportError>,
    ) -> Result<T, TransportError> {
        self.watch.event(Event::Start { stage: Stage::Connect, bytes: 0 });
        let begun = self.port.now();
        let mut bauds = bauds.to_vec();
        if let Some(position) = bauds.iter().position(|&baud| baud == self.installed.baud) {
            bauds.swap(0, position);
        }
        loop {
            for &baud in &bauds {
                let waited = self.port.now().saturating_sub(begun);
                if waited >= wait {
                    return Err(TransportError::NoAnswer { waited: wait, bauds });
                }
                self.watch.event(Event::Waiting { waited, limit: wait, baud });
                if let Some((loader, said)) = greet(self, baud)? {
                    self.installed.baud = baud;
                    self.watch.event(Event::Connected { loader, baud });
                    self.watch.event(Event::End { stage: Stage::Connect });
                    return Ok(said);
                }
            }
        }
    }
}
