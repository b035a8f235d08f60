//! The protocols against worked sessions, byte for byte: of the project's shared folder when it is there.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use tinyml::flash::asb::{self, blob, frame};
use tinyml::flash::line::Replies;
use tinyml::flash::port::{Port, PortError};
use tinyml::flash::sim::bytes_of;
use tinyml::flash::svl::{self, packet};
use tinyml::flash::transport::Unwatched;
use tinyml::host::loaded::hexadecimal;

fn vectors() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/hardware/vectors");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not there", folder.display());
    None
}

fn read(folder: &Path, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    bytes_of(value.as_str().expect("a text"))
}

/// A port that answers what a list says, and keeps what it was sent, message by message.
struct Script {
    answers: std::collections::VecDeque<Vec<u8>>,
    waiting: Vec<u8>,
    sent: Vec<Vec<u8>>,
    now: Duration,
}

impl Script {
    fn new(answers: impl IntoIterator<Item = Vec<u8>>) -> Script {
        Script { answers: answers.into_iter().collect(), waiting: Vec::new(), sent: Vec::new(), now: Duration::ZERO }
    }
}

impl Port for Script {
    fn name(&self) -> &str {
        "script"
    }

    fn read(&mut self, into: &mut [u8], time_out: Duration) -> Result<usize, PortError> {
        let count = into.len().min(self.waiting.len());
        into[..count].copy_from_slice(&self.waiting[..count]);
        self.waiting.drain(..count);
        if count == 0 {
            self.now += time_out;
        }
        Ok(count)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), PortError> {
        self.sent.push(bytes.to_vec());
        self.waiting.extend(self.answers.pop_front().unwrap_or_default());
        Ok(())
    }

    fn set_baud(&mut self, _: u32) -> Result<(), PortError> {
        Ok(())
    }

    fn set_lines(&mut self, _: bool) -> Result<bool, PortError> {
        Ok(false)
    }

    fn reopen(&mut self) -> Result<(), PortError> {
        self.discard()
    }

    fn discard(&mut self) -> Result<(), PortError> {
        self.waiting.clear();
        Ok(())
    }

    fn now(&self) -> Duration {
        self.now
    }

    fn sleep(&mut self, time: Duration) {
        self.now += time;
    }
}

/// The inputs as their descriptions say.
fn inputs() -> [(&'static str, Vec<u8>); 4] {
    [
        ("asb-image-4.json", vec![0xDE, 0xAD, 0xBE, 0xEF]),
        ("asb-image-1k.json", (0..1024_u32).map(|index| index as u8).collect()),
        ("asb-image-1027.json", (0..1027_u32).map(|index| (7 * index + 3) as u8).collect()),
        ("asb-image-300k-split.json", (0..300_000_u32).map(|index| ((index >> 8) ^ (index * 13)) as u8).collect()),
    ]
}

fn digest(bytes: &[u8]) -> String {
    use sha2::Digest;
    hexadecimal(&sha2::Sha256::digest(bytes))
}

#[test]
fn image_and_blocks_equal_those_of_the_vendors_scripts() {
    let Some(folder) = vectors() else { return };
    for (name, input) in inputs() {
        let vector = read(&folder, name);
        assert_eq!(Some(digest(&input).as_str()), vector["input"]["sha256"].as_str(), "{name}: the input");
        let image = blob::image(0xC000, &input);
        assert_eq!(hexadecimal(&image[..128]), vector["image_blob"]["header_hex"].as_str().unwrap(), "{name}");
        assert_eq!(Some(digest(&image).as_str()), vector["image_blob"]["sha256"].as_str(), "{name}: the image");
        let blocks = blob::blocks(&image, blob::SPLIT_BYTES);
        let expected = vector["wired_blob"]["blocks"].as_array().unwrap();
        assert_eq!(blocks.len(), expected.len(), "{name}");
        for (block, expected) in blocks.iter().zip(expected) {
            assert_eq!(hexadecimal(&block.bytes[..96]), expected["header_hex"].as_str().unwrap(), "{name}");
            assert_eq!(format!("0x{:08x}", block.checksum), expected["crc32_of_block"].as_str().unwrap(), "{name}");
        }
        let whole: Vec<u8> = blocks.iter().flat_map(|block| block.bytes.clone()).collect();
        assert_eq!(Some(digest(&whole).as_str()), vector["wired_blob"]["sha256"].as_str(), "{name}: the blocks");
    }
}

#[test]
fn sessions_send_what_the_vendors_scripts_send() {
    let Some(folder) = vectors() else { return };
    let status = bytes(&read(&folder, "asb-messages.json")["status_captured"]["hex"]);
    for (name, input) in inputs() {
        let vector = read(&folder, name);
        let messages = vector["messages"].as_array().unwrap();
        let answer = |message: &Value| match message["target_ack_hex"].as_str() {
            Some(ack) => bytes_of(ack),
            // A stray byte came before the captured one.
            None => [&[0x80][..], &status].concat(),
        };
        let mut port = Script::new(messages.iter().map(answer));
        let settings = asb::Settings::default();
        let installed = asb::install(&mut port, 0xC000, &input, &settings, &mut Unwatched).unwrap();
        assert_eq!((port.sent.len(), installed.repeated), (messages.len(), 0), "{name}");
        for (sent, message) in port.sent.iter().zip(messages) {
            let kind = message["type"].as_str().unwrap();
            assert_eq!(Some(sent.len() as u64), message["length"].as_u64(), "{name}: {kind}");
            let checksum = format!("0x{:08x}", u32::from_le_bytes(*sent.first_chunk().unwrap()));
            assert_eq!(Some(checksum.as_str()), message["crc"].as_str(), "{name}: {kind}");
            let start = message["host_hex"].as_str().or(message["host_first_32_bytes_hex"].as_str()).unwrap();
            assert!(hexadecimal(sent).starts_with(start), "{name}: {kind}");
        }
    }
}

#[test]
fn messages_equal_the_list() {
    let Some(folder) = vectors() else { return };
    let vector = read(&folder, "asb-messages.json");
    let host = &vector["host"];
    let made = [
        ("HELLO", frame::hello()),
        ("OTADESC_0xFE000", frame::ota_descriptor(0xFE000)),
        ("OTADESC_none_0xFFFFFFFF", frame::ota_descriptor(u32::MAX)),
        ("UPDATE_app1k", frame::update(1248, 0x7491_2F7C)),
        ("ABORT_0", frame::abort(false)),
        ("ABORT_1", frame::abort(true)),
        ("RESET_POI_1", frame::reset()),
    ];
    for (name, message) in made {
        assert_eq!(message, bytes(&host[name]), "{name}");
    }
    for (name, ack) in vector["acks_constructed"].as_object().unwrap() {
        let mut scanner = frame::Scanner::default();
        scanner.push(&bytes(ack));
        let Some(frame::Reply::Ack { of, status, sequence }) = scanner.next_reply() else { panic!("{name}") };
        assert_eq!(frame::ack(of, status, sequence), bytes(ack), "{name}");
    }
}

#[test]
fn the_sparkfun_session_equals_the_worked_one() {
    let Some(folder) = vectors() else { return };
    let vector = read(&folder, "svl-packets.json");
    let named = |name: &str| bytes(&vector["packets"][name]);
    let input: Vec<u8> = (0..1024_u32).map(|index| index as u8).collect();
    let mut port = Script::new([named("VER_6"), named("NEXT"), named("NEXT")]);
    svl::install(&mut port, &input, &svl::Settings::default(), &mut Unwatched).unwrap();
    assert_eq!(port.sent, [vec![0x55], named("BL"), packet::frame(&input), named("DONE")]);
    for (expected, bytes) in
        vector["frames"].as_array().unwrap().iter().zip([&input[..], &[input.clone(), input.clone()].concat()])
    {
        let frame = packet::frame(bytes);
        assert_eq!(Some(frame.len() as u64), expected["packet_bytes"].as_u64());
        assert_eq!(Some(digest(&frame).as_str()), expected["packet_sha256"].as_str());
    }
}
