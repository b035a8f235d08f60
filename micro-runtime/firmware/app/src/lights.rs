//! Which light a word lights, and when lights go out again.

use micro_runtime::detect::background_labels;

use crate::{Board, Light};

/// How long the light of a word stays on.
const WORD_MS: u32 = 1000;
/// From one flash of the heartbeat to the next.
const HEARTBEAT_MS: u32 = 1000;
/// How long a flash lasts; it ends with the first samples behind it.
const FLASH_MS: u32 = 20;

/// The lights as they are now.
#[derive(Default)]
pub struct Lights {
    word: Option<(Light, u32)>,
    heartbeat: Option<u32>,
    beat_ms: u32,
}

impl Lights {
    /// Lights the light of a word, if it has one, instead of that of the word before.
    pub fn word(&mut self, board: &mut impl Board, light: Option<Light>, now_ms: u32) {
        let Some(light) = light else { return };
        if let Some((lit, _)) = self.word.take() {
            board.light(lit, false);
        }
        board.light(light, true);
        self.word = Some((light, now_ms));
    }

    /// Switches what is due. Times wrap around.
    pub fn pass(&mut self, board: &mut impl Board, now_ms: u32) {
        if let Some((light, since_ms)) = self.word
            && now_ms.wrapping_sub(since_ms) >= WORD_MS
        {
            board.light(light, false);
            self.word = None;
        }
        match self.heartbeat {
            Some(since_ms) if now_ms.wrapping_sub(since_ms) >= FLASH_MS => {
                board.light(Light::Heartbeat, false);
                self.heartbeat = None;
            }
            None if now_ms.wrapping_sub(self.beat_ms) >= HEARTBEAT_MS => {
                board.light(Light::Heartbeat, true);
                self.heartbeat = Some(now_ms);
                self.beat_ms = self.beat_ms.wrapping_add(HEARTBEAT_MS);
            }
            _ => {}
        }
    }
}

/// The light of label `index`: yellow for "yes" and red for "no", in any case of letters. When the labels have
/// neither, yellow for the first and red for the second that stands for a word.
pub fn light_of<'a>(labels: impl Iterator<Item = &'a str> + Clone, index: u32) -> Option<Light> {
    let named = |name: &str| match name {
        name if name.eq_ignore_ascii_case("yes") => Some(Light::Yes),
        name if name.eq_ignore_ascii_case("no") => Some(Light::No),
        _ => None,
    };
    if labels.clone().any(|name| named(name).is_some()) {
        return labels.clone().nth(index as usize).and_then(named);
    }
    let background = background_labels(labels);
    if background >> index & 1 == 1 {
        return None;
    }
    let words_before = index - (background & ((1 << index) - 1)).count_ones();
    match words_before {
        0 => Some(Light::Yes),
        1 => Some(Light::No),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lights<const LABELS: usize>(labels: [&str; LABELS]) -> [Option<Light>; LABELS] {
        core::array::from_fn(|index| light_of(labels.into_iter(), index as u32))
    }

    #[test]
    fn yes_and_no_have_their_lights_wherever_they_stand() {
        assert_eq!(lights(["silence", "unknown", "yes", "no"]), [None, None, Some(Light::Yes), Some(Light::No)]);
        assert_eq!(lights(["NO", "up", "Yes"]), [Some(Light::No), None, Some(Light::Yes)]);
        assert_eq!(lights(["up", "down", "no"]), [None, None, Some(Light::No)]);
    }

    #[test]
    fn other_words_take_the_lights_in_their_order() {
        assert_eq!(
            lights(["_silence_", "up", "unknown", "down", "left"]),
            [None, Some(Light::Yes), None, Some(Light::No), None]
        );
        assert_eq!(light_of([].into_iter(), 1), Some(Light::No));
        assert_eq!(light_of([].into_iter(), 31), None);
    }
}
