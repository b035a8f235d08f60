//! The front end against TFLM's results: every stage with the values that flow through it, the transforms at other
//! sizes, whole signals and a stream.

mod plain;

use std::fs;
use std::path::{Path, PathBuf};

use micro_runtime::arena::{Input, Output};
use micro_runtime::frontend::fft::{self, Direction, Sample};
use micro_runtime::frontend::tables::{GAIN_SHIFT, GAINS, LOG_CORRECTION_BITS, LOG_SCALE, NOISE, WINDOW_SHIFT};
use micro_runtime::frontend::{self, CHANNELS, FrontEnd, STRIDE_SAMPLES, WINDOW_SAMPLES, filterbank};
use plain::Tables;
use serde_json::Value;

/// A folder of the conformance data, or `None` and a line that says so.
fn conformance(folder: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("TINYML_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"));
    let path = shared.join("conformance").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: no {} (set TINYML_SHARED to the folder that holds conformance/)", path.display());
    None
}

fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))).unwrap()
}

/// Element types that the binary files hold, little-endian.
trait FromBytes: Copy + PartialEq + std::fmt::Debug {
    fn list(bytes: &[u8]) -> Vec<Self>;
}

macro_rules! from_bytes {
    ($($element:ty)*) => {$(
        impl FromBytes for $element {
            fn list(bytes: &[u8]) -> Vec<Self> {
                bytes.chunks_exact(size_of::<Self>()).map(|chunk| Self::from_le_bytes(chunk.try_into().unwrap())).collect()
            }
        }
    )*};
}

from_bytes!(i8 i16 i32 u32 u64 f32);

/// One invocation of a case: references to its tensors.
struct Step<'a> {
    folder: &'a Path,
    step: &'a Value,
}

impl Step<'_> {
    fn load<T: FromBytes>(&self, side: &str, index: usize) -> Vec<T> {
        let reference = &self.step[side][index];
        let number = |key: &str| reference[key].as_u64().unwrap() as usize;
        let file = fs::read(self.folder.join(reference["file"].as_str().unwrap())).unwrap();
        T::list(&file[number("offset")..][..number("length")])
    }

    fn input<T: FromBytes>(&self, index: usize) -> Vec<T> {
        self.load("inputs", index)
    }

    fn output<T: FromBytes>(&self, index: usize) -> Vec<T> {
        self.load("outputs", index)
    }
}

/// Calls `check(operator, shape, step)` for the steps of every case in an index; returns how many there were.
fn for_each_step(folder: &Path, index: &str, mut check: impl FnMut(&Value, &Step<'_>)) -> usize {
    let mut steps = 0;
    for case in read_json(&folder.join(index))["cases"].as_array().unwrap() {
        for step in case["steps"].as_array().unwrap().iter().filter(|step| step["inputs"].is_array()) {
            check(case, &Step { folder, step });
            steps += 1;
        }
    }
    steps
}

fn last_dimension(case: &Value, side: &str) -> usize {
    case[side][0]["shape"].as_array().unwrap().last().unwrap().as_u64().unwrap() as usize
}

fn view<T: Copy>(slice: &[T]) -> Input<'_, T> {
    Input::from(slice)
}

fn twiddles<T: Sample>(size: usize, direction: Direction) -> Vec<T> {
    let mut table = vec![T::ZERO; fft::twiddle_length(size)];
    fft::fill_twiddles(size, direction, Output::from(&mut table[..]));
    table
}

/// Runs `stage` on `length` elements of output and returns them.
fn run<T: Copy + Default>(length: usize, stage: impl FnOnce(Output<'_, T>)) -> Vec<T> {
    let mut output = vec![T::default(); length];
    stage(Output::from(&mut output[..]));
    output
}

#[test]
fn every_stage_of_the_preprocessor_is_exact() {
    let Some(folder) = conformance("signal") else { return };
    let tables = Tables::new();
    let mut estimate = [0u32; CHANNELS];
    let mut signal = String::new();
    let mut quantised: Vec<i8> = Vec::new();
    let mut checked = 0;
    for_each_step(&folder, "ops.json", |case, step| {
        let name = case["name"].as_str().unwrap();
        let operator = &name[name.rfind('/').unwrap() + 4..];
        if signal != name {
            signal = name.to_string();
            estimate = [0; CHANNELS];
        }
        match operator {
            "SignalWindow" => {
                let samples = step.input::<i16>(0);
                let weights = view(&tables.window[..]);
                let got = run(WINDOW_SAMPLES, |output| {
                    frontend::window::apply_window(view(&samples), weights, WINDOW_SHIFT, output)
                });
                assert_eq!(got, step.output::<i16>(0), "{name}");
            }
            "SignalFftAutoScale" => {
                let samples = step.input::<i16>(0);
                let mut shift = 0;
                let got = run(WINDOW_SAMPLES, |output| {
                    shift = frontend::auto_scale::auto_scale(view(&samples), output);
                });
                assert_eq!((got, vec![shift]), (step.output::<i16>(0), step.output::<i32>(1)), "{name}");
            }
            "SignalRfft" => {
                let samples = step.input::<i16>(0);
                let table = twiddles(512, Direction::Forward);
                let got = run(514, |output| fft::rfft(512, view(&samples), view(&table), output));
                assert_eq!(got, step.output::<i16>(0), "{name}");
            }
            "SignalEnergy" => {
                let spectrum = step.input::<i16>(0);
                let (first, end) = (tables.first_bin, tables.end_bin);
                let got = run(257, |output| frontend::energy::energies(view(&spectrum), first, end, output));
                assert_eq!(got[first..end], step.output::<u32>(0)[first..end], "{name}");
            }
            "SignalFilterBank" => {
                let energy = step.input::<u32>(0);
                let got = run(CHANNELS, |output| filterbank::accumulate(&tables.bands(), view(&energy), output));
                assert_eq!(got, step.output::<u64>(0), "{name}");
            }
            "SignalFilterBankSquareRoot" => {
                let (sums, shift) = (step.input::<u64>(0), step.input::<i32>(1)[0]);
                let got = run(CHANNELS, |output| filterbank::square_roots(view(&sums), shift as u32, output));
                assert_eq!(got, step.output::<u32>(0), "{name}");
            }
            "SignalFilterBankSpectralSubtraction" => {
                let levels = step.input::<u32>(0);
                let noise = Output::from(&mut estimate[..]);
                let got = run(CHANNELS, |output| frontend::noise::subtract_noise(&NOISE, view(&levels), noise, output));
                assert_eq!((got, estimate.to_vec()), (step.output::<u32>(0), step.output::<u32>(1)), "{name}");
            }
            "SignalPCAN" => {
                let (levels, noise) = (step.input::<u32>(0), step.input::<u32>(1));
                let gains = view(&GAINS[..]);
                let got = run(CHANNELS, |output| {
                    frontend::pcan::apply_gain(gains, GAIN_SHIFT, view(&levels), view(&noise), output)
                });
                assert_eq!(got, step.output::<u32>(0), "{name}");
            }
            "SignalFilterBankLog" => {
                let levels = step.input::<u32>(0);
                let (scale, bits) = (LOG_SCALE, LOG_CORRECTION_BITS);
                let got = run(CHANNELS, |output| frontend::log::logarithms(view(&levels), scale, bits, output));
                assert_eq!(got, step.output::<i16>(0), "{name}");
                quantised.extend(run(CHANNELS, |output| frontend::scale::features_to_int8(view(&got), output)));
            }
            // The last of the operators that `features_to_int8` stands for.
            "CAST" if case["outputs"][0]["dtype"] == "int8" => {
                let row: Vec<i8> = quantised.drain(..CHANNELS).collect();
                assert_eq!(row, step.output::<i8>(0), "{name}");
            }
            _ => return,
        }
        checked += 1;
    });
    assert_eq!(checked, 2 * 10 * 10, "two signals, ten operators, ten frames");
}

/// A float is as good as the reference's when it differs by what sines of another library explain.
fn close(got: f32, want: f32) -> bool {
    got.to_bits() == want.to_bits() || (got - want).abs() <= 1e-6 + 1e-5 * want.abs()
}

fn check_transforms<T: Sample + FromBytes + Default>(case: &Value, step: &Step<'_>, same: impl Fn(T, T) -> bool) {
    let name = case["name"].as_str().unwrap();
    let (taken, given) = (last_dimension(case, "inputs"), last_dimension(case, "outputs"));
    let inputs = step.input::<T>(0);
    let wanted = step.output::<T>(0);
    for (input, wanted) in inputs.chunks_exact(taken).zip(wanted.chunks_exact(given)) {
        let got = if case["op"] == "SignalRfft" {
            let table = twiddles(given - 2, Direction::Forward);
            run(given, |output| fft::rfft(given - 2, view(input), view(&table), output))
        } else {
            let table = twiddles(given, Direction::Inverse);
            run(given, |output| fft::irfft(given, view(input), view(&table), output))
        };
        for (index, (got, wanted)) in got.iter().zip(wanted).enumerate() {
            assert!(same(*got, *wanted), "{name}, element {index}: {got:?} instead of {wanted:?}");
        }
    }
}

#[test]
fn transforms_of_every_type_agree_at_every_size() {
    let Some(folder) = conformance("ops") else { return };
    for index in ["SignalRfft.json", "SignalIrfft.json"] {
        let steps = for_each_step(&folder, index, |case, step| match case["dtype"].as_str().unwrap() {
            "int16" => check_transforms::<i16>(case, step, |got, wanted| got == wanted),
            "int32" => check_transforms::<i32>(case, step, |got, wanted| got == wanted),
            "float32" => check_transforms::<f32>(case, step, close),
            other => panic!("{}: no transform of {other}", case["name"]),
        });
        assert!(steps > 0, "{index} holds no steps");
    }
}

#[test]
fn stages_without_parameters_are_exact() {
    let Some(folder) = conformance("ops") else { return };
    for_each_step(&folder, "SignalFftAutoScale.json", |case, step| {
        let samples = step.input::<i16>(0);
        let mut shift = 0;
        let got = run(samples.len(), |output| shift = frontend::auto_scale::auto_scale(view(&samples), output));
        assert_eq!((got, vec![shift]), (step.output::<i16>(0), step.output::<i32>(1)), "{}", case["name"]);
    });
    for_each_step(&folder, "SignalFilterBankSquareRoot.json", |case, step| {
        let (sums, shift) = (step.input::<u64>(0), step.input::<i32>(1)[0]);
        let got = run(sums.len(), |output| filterbank::square_roots(view(&sums), shift as u32, output));
        assert_eq!(got, step.output::<u32>(0), "{}", case["name"]);
    });
    for_each_step(&folder, "SignalEnergy.json", |case, step| {
        if case["outputs"][0]["dtype"] == "uint32" {
            let spectrum = step.input::<i16>(0);
            let bins = spectrum.len() / 2;
            let got = run(bins, |output| frontend::energy::energies(view(&spectrum), 0, bins, output));
            assert_eq!(got, step.output::<u32>(0), "{}", case["name"]);
        }
    });
}

/// The samples of a 16-bit mono WAV file.
fn wav_samples(path: &Path) -> Vec<i16> {
    let bytes = fs::read(path).unwrap();
    let mut chunk = 12;
    loop {
        let length = u32::from_le_bytes(bytes[chunk + 4..][..4].try_into().unwrap()) as usize;
        if &bytes[chunk..][..4] == b"data" {
            return i16::list(&bytes[chunk + 8..][..length]);
        }
        chunk += 8 + length.next_multiple_of(2);
    }
}

/// All rows of a signal that arrives in slices of `slice` samples.
fn rows(front_end: &mut FrontEnd, samples: &[i16], slice: usize) -> Vec<[i8; CHANNELS]> {
    let mut rows = Vec::new();
    for mut part in samples.chunks(slice) {
        while let Some(row) = front_end.push(&mut part) {
            rows.push(row);
        }
        assert!(part.is_empty());
    }
    rows
}

#[test]
fn whole_signals_are_exact() {
    let Some(folder) = conformance("signal") else { return };
    let mut front_end = FrontEnd::new();
    let mut signals = 0;
    for case in read_json(&folder.join("frontend.json"))["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let Some(signal) = name.strip_prefix("frontend/int8/") else { continue };
        let samples = wav_samples(&folder.join("wav").join(format!("{signal}.wav")));
        front_end.reset();
        let got = rows(&mut front_end, &samples, 16_000);
        let steps = case["steps"].as_array().unwrap();
        assert_eq!(got.len(), steps.len(), "{name}");
        for (frame, (row, step)) in got.iter().zip(steps).enumerate() {
            let step = Step { folder: &folder, step };
            assert_eq!(samples[frame * STRIDE_SAMPLES..][..WINDOW_SAMPLES], step.input::<i16>(0), "{name} {frame}");
            assert_eq!(row[..], step.output::<i8>(0), "{name} frame {frame}");
        }
        signals += 1;
    }
    assert_eq!(signals, 11);
}

#[test]
fn a_stream_is_exact_however_it_is_cut() {
    let Some(folder) = conformance("signal") else { return };
    for stream in read_json(&folder.join("streaming.json"))["streams"].as_array().unwrap() {
        let samples = wav_samples(&folder.join(stream["wav"].as_str().unwrap()));
        let wanted = i8::list(&fs::read(folder.join(stream["features"]["file"].as_str().unwrap())).unwrap());
        for slice in [1, 7, 160, 320, 480, 1000, usize::MAX] {
            let got = rows(&mut FrontEnd::new(), &samples, slice);
            assert_eq!(got.concat(), wanted, "slices of {slice}");
        }
    }
}

#[test]
fn a_row_comes_as_soon_as_its_last_sample_and_reset_starts_over() {
    let mut front_end = FrontEnd::new();
    let tone: Vec<i16> = (0..2000).map(|index| if index % 16 < 8 { 9000 } else { -9000 }).collect();
    assert_eq!(front_end.samples_needed(), 480);
    assert_eq!(front_end.push(&mut &tone[..479]), None);
    assert_eq!(front_end.samples_needed(), 1);
    let mut rest = &tone[479..];
    let first = front_end.push(&mut rest).expect("480 samples make a row");
    assert_eq!(rest.len(), tone.len() - 480);
    assert_eq!(front_end.samples_needed(), 320);
    let second = front_end.push(&mut rest).expect("320 more make the next");
    assert_ne!(first, second, "the noise estimate has moved");
    front_end.reset();
    assert_eq!(rows(&mut front_end, &tone, 100)[..2], [first, second]);
}
