//! What goes wrong on a line, the same way for the same seed.

use std::time::Duration;

/// Numbers that look random and are not (SplitMix64).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A sequence of its own for each seed.
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5851_F42D_4C95_7F2D)
    }

    /// The next number.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// A number below `end`, or 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next_u64() % end.max(1)
    }

    /// Whether the one of `outcomes` came that counts.
    pub fn one_in(&mut self, outcomes: u64) -> bool {
        self.below(outcomes) == 0
    }

    /// So many bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count + 8);
        while bytes.len() < count {
            bytes.extend(self.next_u64().to_le_bytes());
        }
        bytes.truncate(count);
        bytes
    }
}

/// What becomes of a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It arrives.
    Arrives,
    /// It is lost.
    Lost,
    /// Bits of it are turned: those set here.
    Turned(u8),
    /// It arrives twice.
    Twice,
    /// It is held up, and all behind it.
    Late(Duration),
    /// This byte comes before it.
    Joined(u8),
}

/// The weather on a line.
#[derive(Clone, Debug)]
pub struct Faults {
    random: Random,
    /// One byte in so many has a [`Fate`] of its own; 0 for none.
    pub one_byte_in: u64,
    /// One answer in so many has a wrong checksum; 0 for none.
    pub one_answer_in: u64,
    /// The supply goes away when so many bytes have passed, in both directions together.
    pub power_off_after: Option<u64>,
    /// The board is reset when so many bytes have passed.
    pub reset_after: Option<u64>,
    /// At these rates nothing is heard.
    pub silent_bauds: Vec<u32>,
}

impl Faults {
    /// A line without faults.
    pub fn none() -> Faults {
        Faults {
            random: Random::new(0),
            one_byte_in: 0,
            one_answer_in: 0,
            power_off_after: None,
            reset_after: None,
            silent_bauds: Vec::new(),
        }
    }

    /// The weather of this seed, for a session of about `bytes` bytes.
    pub fn seeded(seed: u64, bytes: u64) -> Faults {
        let mut random = Random::new(seed);
        let one_byte_in = [0, 100_000, 10_000, 3_000, 1_000, 200, 30][random.below(7) as usize];
        let one_answer_in = [0, 0, 50, 10, 3][random.below(5) as usize];
        let moment =
            |random: &mut Random| random.one_in(6).then_some(()).map(|()| random.below(bytes + bytes / 4 + 64));
        let (power_off_after, reset_after) = (moment(&mut random), moment(&mut random));
        let silent_bauds = match random.below(6) {
            0 => vec![921_600],
            1 => vec![921_600, 460_800],
            _ => Vec::new(),
        };
        Faults { random, one_byte_in, one_answer_in, power_off_after, reset_after, silent_bauds }
    }

    /// Whether nothing will go wrong.
    pub fn is_none(&self) -> bool {
        self.one_byte_in == 0
            && self.one_answer_in == 0
            && self.power_off_after.is_none()
            && self.reset_after.is_none()
            && self.silent_bauds.is_empty()
    }

    /// What becomes of the next byte.
    pub fn fate(&mut self) -> Fate {
        if self.one_byte_in == 0 || !self.random.one_in(self.one_byte_in) {
            return Fate::Arrives;
        }
        match self.random.below(5) {
            0 => Fate::Lost,
            1 => Fate::Turned(1 << self.random.below(8)),
            2 => Fate::Twice,
            3 => Fate::Late(Duration::from_millis(1 + self.random.below(1500))),
            _ => Fate::Joined(self.random.next_u64() as u8),
        }
    }

    /// Whether the next answer has a wrong checksum.
    pub fn spoils_answer(&mut self) -> bool {
        self.one_answer_in != 0 && self.random.one_in(self.one_answer_in)
    }
}
