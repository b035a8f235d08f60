//! Files that recorded cases use beside the fixtures, made anew for each run: odd recordings, odd models, tensors.

use std::fs;
use std::path::Path;

use tinyml::model::Model;

/// The bytes of a 16-bit WAV file.
pub fn wav(rate: u32, channels: u16, samples: impl IntoIterator<Item = i16>) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    let spec =
        hound::WavSpec { channels, sample_rate: rate, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::new(&mut file, spec).unwrap();
    samples.into_iter().for_each(|sample| writer.write_sample(sample).unwrap());
    writer.finalize().unwrap();
    file.into_inner()
}

/// A triangle wave, the same on every machine.
pub fn triangle(length: usize) -> impl Iterator<Item = i16> {
    (0..length).map(|index| ((index % 64) as i16 - 32).abs() * 400 - 6400)
}

/// An `.npy` file of version 1.
fn npy(description: &str, shape: &str, elements: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{description}', 'fortran_order': False, 'shape': {shape}, }}");
    header.push_str(&" ".repeat(127 - (10 + header.len()) % 128));
    header.push('\n');
    [&b"\x93NUMPY\x01\0"[..], &(header.len() as u16).to_le_bytes(), header.as_bytes(), elements].concat()
}

/// The keyword model with its SOFTMAX turned into an operator that has no kernel.
fn unsupported(model: &[u8]) -> Vec<u8> {
    const SOFTMAX: u8 = 25;
    const EMBEDDING_LOOKUP_SPARSE: u8 = 33;
    let code = [SOFTMAX, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, SOFTMAX];
    let place = model.windows(code.len()).rposition(|window| window == code).expect("the model has a SOFTMAX");
    let mut model = model.to_vec();
    model[place] = EMBEDDING_LOOKUP_SPARSE;
    model[place + code.len() - 1] = EMBEDDING_LOOKUP_SPARSE;
    model
}

/// Truth files: the first is `fixtures/wav/talk.wav` as somebody wrote it down who mistook two words and slept at last.
const TRUTHS: [(&str, &str); 6] = [
    (
        "talk_mistaken.json",
        r#"{"schema_version": 1, "words": [
            {"label": "yes", "start_ms": 3147, "end_ms": 3827}, {"label": "yes", "start_ms": 8478, "end_ms": 8898},
            {"label": "snow", "start_ms": 17385, "end_ms": 17845}, {"label": "yes", "start_ms": 18795, "end_ms": 19445}]}"#,
    ),
    ("no_words.json", r#"{"schema_version": 1, "words": []}"#),
    ("truth_backwards.json", r#"{"schema_version": 1, "words": [{"label": "no", "start_ms": 900, "end_ms": 100}]}"#),
    ("truth_version.json", r#"{"schema_version": 7, "words": []}"#),
    ("truth_form.json", r#"{"words": [["no", 1, 2]]}"#),
    ("truth_cut.json", r#"{"schema_version": 1, "words": ["#),
];

/// Where a part of `whole` begins.
fn start(whole: &[u8], part: &[u8]) -> usize {
    part.as_ptr() as usize - whole.as_ptr() as usize
}

/// The keyword model with faults in its quantisation: a dead channel, a weight of -128, a clamped bias, biases in a wrong
/// unit, an output that is not that of SOFTMAX.
fn faulty(model: &[u8]) -> Vec<u8> {
    let read = Model::read(model).unwrap();
    let graph = &read.subgraphs[0];
    let data = |operator: usize, input: usize| {
        let tensor = graph.operators[operator].inputs[input].unwrap();
        start(model, graph.tensors[tensor].data.unwrap())
    };
    let scales = |tensor: usize| {
        let root = tinyml::model::schema::root_as_model(model).unwrap();
        let tensor = root.subgraphs().unwrap().get(0).tensors().unwrap().get(tensor);
        start(model, tensor.quantization().unwrap().scale().unwrap().bytes())
    };
    let mut changed = model.to_vec();
    let filter = 3 * 3 * 8;
    changed[data(2, 1)..][filter..2 * filter].fill(0);
    changed[data(3, 1) + 5] = 0x80;
    changed[data(3, 2) + 4..][..4].copy_from_slice(&(1i32 << 30).to_le_bytes());
    changed[scales(graph.operators[2].inputs[2].unwrap()) + 8..][..4].copy_from_slice(&0.5f32.to_le_bytes());
    changed[scales(graph.outputs[0])..][..4].copy_from_slice(&(1.0f32 / 255.0).to_le_bytes());
    changed
}

/// The keyword model with a bias whose shape asks for one value less than there are.
fn damaged(model: &[u8]) -> Vec<u8> {
    let read = Model::read(model).unwrap();
    let bias = read.subgraphs[0].operators[2].inputs[2].unwrap();
    let root = tinyml::model::schema::root_as_model(model).unwrap();
    let tensor = root.subgraphs().unwrap().get(0).tensors().unwrap().get(bias);
    let mut changed = model.to_vec();
    changed[start(model, tensor.shape().unwrap().bytes())] -= 1;
    changed
}

/// The keyword model with a label less than scores.
fn three_labels(model: &[u8]) -> Vec<u8> {
    let read = Model::read(model).unwrap();
    let labels = read.metadata_named("tinyml.labels").unwrap();
    let comma = labels.iter().position(|byte| *byte == b'\n').expect("one label a line");
    let mut changed = model.to_vec();
    changed[start(model, labels) + comma] = b' ';
    changed
}

/// Firmware: files that are sound, and files that are not.
fn firmware(folder: &Path, model: &[u8]) {
    use micro_runtime::board::firmware::FirmwareRecord;
    use micro_runtime::board::{ARTEMIS, SPARKFUN_EDGE};
    let plain = super::firmware::plain(0xC000, 0x1006_0000, 5000);
    let options = tinyml::compile::Options::default();
    let loaded = tinyml::host::loaded::Loaded::load(model, &options).unwrap();
    let kernels: Vec<u32> = loaded.program().ops().iter().map(|op| op.kernel).collect();
    let facts = super::firmware::facts(&SPARKFUN_EDGE);
    let with = |facts, kernels: &[u32]| super::firmware::with_record(&SPARKFUN_EDGE, facts, kernels);
    let changed = |place: usize, bytes: &[u8]| {
        let mut image = plain.clone();
        image[place..place + bytes.len()].copy_from_slice(bytes);
        image
    };
    let files = [
        ("plain.bin", plain.clone()),
        ("listening.bin", with(facts, &kernels)),
        ("small_arena.bin", with(FirmwareRecord { arena_bytes: 1024, ..facts }, &kernels)),
        ("few_kernels.bin", with(facts, &kernels[..1])),
        ("artemis.bin", super::firmware::with_record(&ARTEMIS, super::firmware::facts(&ARTEMIS), &kernels)),
        ("no_stack.bin", changed(0, &0x2000_0000_u32.to_le_bytes())),
        ("even_reset.bin", changed(4, &0xC020_u32.to_le_bytes())),
        ("too_large.bin", super::firmware::plain(0xC000, 0x1006_0000, 0xF_1000)),
        ("over_the_model.bin", {
            let mut image = with(facts, &kernels);
            image.resize((facts.program_start - 0xC000) as usize + 16, 0);
            image
        }),
        ("empty.bin", Vec::new()),
        ("damaged.hex", b":020000040000FA\n:04C000000000061026\n:04C0040000000000\n".to_vec()),
    ];
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

/// The Program of the keyword model that is sent to chips, which says how to listen with it.
fn for_chips(model: &[u8]) -> Vec<u8> {
    let options = tinyml::host::builtin::chip_options();
    tinyml::compile::compile(&Model::read(model).unwrap(), &options).unwrap().bytes.to_vec()
}

/// Fills `folder`; `fixtures` are those of the project.
pub fn fill(folder: &Path, fixtures: &Path) {
    let model = fs::read(fixtures.join("models/yes_no.tflite")).unwrap();
    firmware(folder, &model);
    let yes = fs::read(fixtures.join("wav/yes.wav")).unwrap();
    let no = fs::read(fixtures.join("wav/no.wav")).unwrap();
    let both_channels = yes[44..].chunks(2).flat_map(|sample| [[sample[0], sample[1]]; 2]);
    let stereo = both_channels.map(i16::from_le_bytes);
    let ones = vec!["1"; 1960].join(",");
    let files: [(&str, Vec<u8>); 25] = [
        ("stereo.wav", wav(16_000, 2, stereo)),
        ("half.wav", wav(16_000, 1, triangle(8_000))),
        ("tiny.wav", wav(16_000, 1, triangle(160))),
        ("zeros.wav", wav(16_000, 1, [0; 16_000])),
        ("cut.wav", yes[..20_000].to_vec()),
        ("text.txt", b"hello, this is text\n".to_vec()),
        ("empty.tflite", Vec::new()),
        ("cut.tflite", model[..9_000].to_vec()),
        ("unsupported.tflite", unsupported(&model)),
        ("faulty.tflite", faulty(&model)),
        ("damaged.tflite", damaged(&model)),
        ("threelabels.tflite", three_labels(&model)),
        ("listening.program", for_chips(&model)),
        ("labels.txt", b"quiet\nsomething\nja\nnein\n".to_vec()),
        ("latin1.txt", b"ja\nn\xF6\n".to_vec()),
        ("one.bin", vec![0; 1960]),
        ("three.bin", [vec![0; 1960], vec![1; 1960], vec![128; 1960]].concat()),
        ("odd.bin", vec![0; 100]),
        ("float64.npy", npy("<f8", "(1, 1960)", &[0; 8 * 1960])),
        ("shape.npy", npy("|i1", "(40, 49)", &[0; 1960])),
        ("two.npy", npy("|i1", "(2, 1960)", &[7; 2 * 1960])),
        ("one.json", format!("[[{ones}]]").into_bytes()),
        ("shape.json", b"[[1, 2, 3], [4, 5, 6]]".to_vec()),
        ("range.json", format!("[[{}]]", ones.replacen('1', "200", 1)).into_bytes()),
        ("broken.json", b"[[1, 2".to_vec()),
    ];
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
    for (name, text) in TRUTHS {
        fs::write(folder.join(name), text).unwrap();
    }
    let dataset = [
        ("dataset/yes/a.wav", yes.clone()),
        ("dataset/yes/b.wav", yes[..20_000].to_vec()),
        ("dataset/no/a.wav", no.clone()),
        ("dataset/marvin/a.wav", fs::read(fixtures.join("wav/marvin.wav")).unwrap()),
        ("dataset/marvin/readme.txt", b"not a recording".to_vec()),
        ("dataset/_background_noise_/a.wav", no.clone()),
        ("bad/yes/a.wav", b"nothing".to_vec()),
        ("flat/a.wav", no),
    ];
    for (name, bytes) in dataset {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}
