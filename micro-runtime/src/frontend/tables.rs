//! The numbers of the front end: micro_speech's, for 16 kHz, 30 ms windows, 20 ms strides and 40 channels.
//!
//! They are constants so that the chip spends neither start-up time nor floating-point code on them, in the fewest bytes
//! from which a few additions get them back: of what mirrors itself a half, of what changes slowly the changes. The tests
//! recompute every number from its formula.

use super::noise::NoiseReduction;
use super::pcan::GAIN_TABLE_LENGTH;
use super::{BINS, FFT_SIZE, WINDOW_SAMPLES};

/// Fractional bits of the window.
pub const WINDOW_SHIFT: u32 = 12;

/// The first frequency whose energy counts.
pub const FIRST_BIN: usize = 5;

/// One past the last frequency whose energy counts.
pub const END_BIN: usize = 241;

const _: () = assert!(END_BIN < BINS);

/// How noise is estimated and subtracted.
pub const NOISE: NoiseReduction = NoiseReduction {
    even_smoothing: 409,
    even_one_minus_smoothing: 15_975,
    odd_smoothing: 983,
    odd_one_minus_smoothing: 15_401,
    min_signal_remaining: 819,
    smoothing_bits: 10,
    fraction_bits: 14,
    clamping: false,
};

/// Right shift of signal times gain.
pub const GAIN_SHIFT: u32 = 6;

/// What a natural logarithm of 1 becomes.
pub const LOG_SCALE: u32 = 64;

/// Left shift before the logarithm.
pub const LOG_CORRECTION_BITS: u32 = 3;

/// By how much each weight of the window is greater than the one before, from 0 to the middle; the other half mirrors it.
pub static WINDOW_RISES: [u8; WINDOW_SAMPLES / 2] = [
    0, 0, 1, 1, 2, 1, 2, 3, 3, 3, 3, 4, 4, 5, 5, 5, 6, 5, 7, 6, 7, 8, 7, 8, 8, 9, 9, 9, 10, 10, 10, 11, 11, 11, 11, 12,
    12, 13, 13, 13, 13, 14, 14, 14, 15, 15, 15, 15, 16, 16, 16, 17, 17, 17, 17, 18, 18, 18, 19, 18, 19, 20, 19, 20, 20,
    20, 20, 21, 21, 21, 21, 21, 22, 22, 22, 22, 23, 23, 22, 23, 24, 23, 24, 23, 24, 24, 24, 25, 24, 25, 25, 25, 25, 25,
    25, 25, 26, 25, 26, 26, 26, 26, 26, 26, 26, 27, 26, 26, 27, 26, 27, 27, 26, 27, 27, 26, 27, 27, 27, 27, 26, 27, 27,
    27, 27, 26, 27, 27, 26, 27, 27, 26, 27, 26, 26, 27, 26, 26, 26, 26, 26, 26, 26, 25, 26, 25, 25, 25, 25, 25, 25, 25,
    24, 25, 24, 24, 24, 23, 24, 23, 24, 23, 22, 23, 23, 22, 22, 22, 22, 21, 21, 21, 21, 21, 20, 20, 20, 20, 19, 20, 19,
    18, 19, 18, 18, 18, 17, 17, 17, 17, 16, 16, 16, 15, 15, 15, 15, 14, 14, 14, 13, 13, 13, 13, 12, 12, 11, 11, 11, 11,
    10, 10, 10, 9, 9, 9, 8, 8, 7, 8, 7, 6, 7, 5, 6, 5, 5, 5, 4, 4, 3, 3, 3, 3, 2, 1, 2, 1, 1, 0,
];

/// Sines of a quarter turn in steps of the [`FFT_SIZE`]th part of a turn, with 15 fractional bits.
pub static SINES: [i16; FFT_SIZE / 4 + 1] = [
    0, 402, 804, 1206, 1608, 2009, 2410, 2811, 3212, 3612, 4011, 4410, 4808, 5205, 5602, 5998, 6393, 6786, 7179, 7571,
    7962, 8351, 8739, 9126, 9512, 9896, 10278, 10659, 11039, 11417, 11793, 12167, 12539, 12910, 13279, 13645, 14010,
    14372, 14732, 15090, 15446, 15800, 16151, 16499, 16846, 17189, 17530, 17869, 18204, 18537, 18868, 19195, 19519,
    19841, 20159, 20475, 20787, 21096, 21403, 21705, 22005, 22301, 22594, 22884, 23170, 23452, 23731, 24007, 24279,
    24547, 24811, 25072, 25329, 25582, 25832, 26077, 26319, 26556, 26790, 27019, 27245, 27466, 27683, 27896, 28105,
    28310, 28510, 28706, 28898, 29085, 29268, 29447, 29621, 29791, 29956, 30117, 30273, 30424, 30571, 30714, 30852,
    30985, 31113, 31237, 31356, 31470, 31580, 31685, 31785, 31880, 31971, 32057, 32137, 32213, 32285, 32351, 32412,
    32469, 32521, 32567, 32609, 32646, 32678, 32705, 32728, 32745, 32757, 32765, 32767,
];

/// Where [`FIRST_BIN`] lies on the mel scale: how far below the upper end of the filter bank, in bands with 12 fractional
/// bits. The whole part counts the bands above its own, the fraction is its weight on the rising side of its band.
pub const FIRST_POSITION: u32 = 165_217;

/// From there to the position of the next bin, downwards.
pub const FIRST_STEP: u32 = 2_622;

/// By how much the step from each bin to the next is greater than the step behind it. (The last two are never used up.)
pub static STEP_CHANGES: [u8; END_BIN - FIRST_BIN] = [
    92, 84, 79, 75, 69, 65, 63, 58, 55, 52, 50, 48, 44, 42, 42, 38, 37, 36, 33, 34, 30, 31, 28, 28, 27, 25, 25, 24, 22,
    23, 22, 20, 20, 20, 18, 19, 17, 17, 17, 16, 16, 15, 14, 15, 14, 13, 14, 13, 12, 12, 12, 12, 11, 11, 11, 10, 11, 10,
    9, 10, 10, 8, 10, 8, 9, 8, 9, 7, 8, 8, 8, 7, 7, 8, 6, 7, 7, 6, 7, 7, 5, 7, 5, 7, 5, 6, 6, 5, 5, 6, 5, 5, 5, 5, 5,
    5, 4, 6, 3, 6, 3, 5, 5, 3, 5, 4, 4, 4, 4, 3, 5, 3, 4, 4, 3, 4, 3, 4, 3, 4, 3, 3, 3, 4, 2, 4, 3, 3, 3, 3, 3, 2, 4,
    2, 3, 3, 3, 2, 3, 2, 3, 3, 2, 3, 2, 2, 3, 2, 3, 2, 2, 3, 1, 3, 3, 1, 2, 3, 2, 2, 1, 3, 2, 2, 2, 2, 2, 2, 1, 3, 1,
    2, 2, 2, 2, 1, 2, 2, 1, 3, 1, 1, 3, 0, 3, 1, 2, 1, 2, 1, 2, 2, 1, 1, 2, 1, 2, 2, 0, 2, 2, 1, 1, 2, 1, 1, 2, 1, 1,
    2, 1, 1, 1, 2, 1, 1, 2, 0, 2, 1, 1, 2, 0, 2, 1, 1, 1, 1, 1, 2, 0, 2, 1, 1, 0, 0,
];

/// `log2(1 + i / 128) - i / 128` with 16 fractional bits: what the logarithm has more than the straight line.
pub static LOG2_CORRECTIONS: [u16; 129] = [
    0, 224, 442, 654, 861, 1063, 1259, 1450, 1636, 1817, 1992, 2163, 2329, 2490, 2646, 2797, 2944, 3087, 3224, 3358,
    3487, 3611, 3732, 3848, 3960, 4068, 4172, 4272, 4368, 4460, 4549, 4633, 4714, 4791, 4864, 4934, 5001, 5063, 5123,
    5178, 5231, 5280, 5326, 5368, 5408, 5444, 5477, 5507, 5533, 5557, 5578, 5595, 5610, 5622, 5631, 5637, 5640, 5641,
    5638, 5633, 5626, 5615, 5602, 5586, 5568, 5547, 5524, 5498, 5470, 5439, 5406, 5370, 5332, 5291, 5249, 5203, 5156,
    5106, 5054, 5000, 4944, 4885, 4825, 4762, 4697, 4630, 4561, 4490, 4416, 4341, 4264, 4184, 4103, 4020, 3935, 3848,
    3759, 3668, 3575, 3481, 3384, 3286, 3186, 3084, 2981, 2875, 2768, 2659, 2549, 2437, 2323, 2207, 2090, 1971, 1851,
    1729, 1605, 1480, 1353, 1224, 1094, 963, 830, 695, 559, 421, 282, 142, 0,
];

/// `(noise + 80)^-0.95` with 21 fractional bits, over noise with 7 fractional bits: see [`super::pcan::gain_for`].
pub static GAINS: [i16; GAIN_TABLE_LENGTH] = [
    32636, 32633, 32630, -6, 0, 0, 32624, -12, 0, 0, 32612, -23, -2, 0, 32587, -48, 0, 0, 32539, -96, 0, 0, 32443,
    -190, 0, 0, 32253, -378, 4, 0, 31879, -739, 18, 0, 31158, -1409, 62, 0, 29811, -2567, 202, 0, 27446, -4301, 562, 0,
    23707, -6265, 1230, 0, 18672, -7458, 1952, 0, 13166, -7030, 2212, 0, 8348, -5342, 1868, 0, 4874, -3459, 1282, 0,
    2697, -2025, 774, 0, 1446, -1120, 436, 0, 762, -596, 232, 0, 398, -313, 122, 0, 207, -164, 64, 0, 107, -85, 34, 0,
    56, -45, 18, 0, 29, -22, 8, 0, 15, -13, 6, 0, 8, -8, 4, 0, 4, -2, 0, 0, 2, -3, 2, 0, 1, 0, 0, 0, 1, -3, 2, 0, 0, 0,
    0,
];
