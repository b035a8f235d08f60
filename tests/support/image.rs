//! From the linked program of a firmware to its image, and to what each part of the image is there for.

use std::collections::BTreeMap;

use addr2line::Context;
use addr2line::gimli::{Dwarf, EndianSlice, LittleEndian};
use object::{Object, ObjectSection, ObjectSegment, ObjectSymbol, SectionKind, SymbolKind};
use serde::Serialize;

/// Constants that have no symbol of their own.
const UNNAMED: &str = "texts and tables without a name";

type Bytes<'b> = EndianSlice<'b, LittleEndian>;

/// Bytes of one part of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// `interpreter`, `kernel`, `front end`, `detector`, `pipeline`, `log`, `application`, `board support`, `library`,
    /// `constants` or `padding`.
    pub part: &'static str,
    /// What of it: the operator of a kernel, the module of a library.
    pub name: String,
    /// How many.
    pub bytes: u32,
}

/// A linked program.
pub struct Linked<'b> {
    elf: object::File<'b>,
    start: u64,
}

impl<'b> Linked<'b> {
    /// The program in an ELF file, linked to run from `start`.
    pub fn new(elf: &'b [u8], start: u32) -> Linked<'b> {
        Linked { elf: object::File::parse(elf).expect("an ELF file"), start: start.into() }
    }

    /// What is programmed into flash from the start on.
    pub fn image(&self) -> Vec<u8> {
        let mut image = Vec::new();
        for segment in self.elf.segments() {
            let data = segment.data().unwrap();
            // Variables lie in memory, but their initial values are in flash behind everything else.
            let is_variables = self.symbol("__data_start").map(u64::from) == Some(segment.address());
            let load = self.symbol("__data_load").filter(|_| is_variables);
            let address = load.map_or(segment.address(), u64::from);
            let offset = if address >= self.start { (address - self.start) as usize } else { continue };
            if data.is_empty() || offset > 1 << 24 {
                continue;
            }
            image.resize(image.len().max(offset + data.len()), 0xff);
            image[offset..][..data.len()].copy_from_slice(data);
        }
        image
    }

    /// The bytes of variables.
    pub fn static_bytes(&self) -> u32 {
        let is_variable = |kind| matches!(kind, SectionKind::Data | SectionKind::UninitializedData);
        let sections = self.elf.sections().filter(|section| is_variable(section.kind()));
        sections.filter(|section| section.name() != Ok(".stack")).map(|section| section.size() as u32).sum()
    }

    /// The value of a symbol.
    pub fn symbol(&self, name: &str) -> Option<u32> {
        self.elf.symbol_by_name(name).map(|symbol| symbol.address() as u32)
    }

    /// The size of the variables whose names end so.
    pub fn variable_bytes(&self, ending: &str) -> u32 {
        let named = self.elf.symbols().filter(|symbol| symbol.kind() == SymbolKind::Data);
        let named = named.filter(|symbol| plain(symbol.name().unwrap_or_default()).ends_with(ending));
        named.map(|symbol| symbol.size() as u32).sum()
    }

    /// What the bytes of the image are there for, by part and name. They add up to the length of the image.
    ///
    /// Each instruction counts for the innermost function it was inlined from that is no helper of everybody: code of a
    /// kernel is the kernel's, however the compiler has merged it with its callers.
    pub fn parts(&self) -> Vec<Part> {
        let image = self.image();
        let load = |id: addr2line::gimli::SectionId| -> Result<Bytes<'_>, addr2line::gimli::Error> {
            let section = self.elf.section_by_name(id.name());
            let data = section.and_then(|section| section.data().ok()).unwrap_or_default();
            Ok(EndianSlice::new(data, LittleEndian))
        };
        let context = Context::from_dwarf(Dwarf::load(load).unwrap()).unwrap();
        let symbols = self.symbols();
        let mut sizes: BTreeMap<(&'static str, String), u32> = BTreeMap::new();
        let mut covered = vec![false; image.len()];
        for section in self.elf.sections() {
            let (start, size) = (section.address(), section.size());
            let is_here = start >= self.start && start - self.start < image.len() as u64 && size > 0;
            // What the linker script of the boards puts into flash.
            let is_in_image = [".vectors", ".text", ".rodata"].contains(&section.name().unwrap_or_default());
            if !is_here || !is_in_image {
                continue;
            }
            let is_code = section.kind() == SectionKind::Text;
            for address in (start..start + size).step_by(2) {
                let step = (start + size - address).min(2);
                let symbol = symbols.range(..=address).next_back().filter(|(_, (end, _))| address < *end);
                let named = symbol.map(|(_, (_, name))| by_symbol(name));
                let key = match (is_code, named) {
                    (true, named) => by_place(&context, address).or(named).unwrap_or(("padding", String::new())),
                    (false, Some(named)) => named,
                    (false, None) if section.name() == Ok(".vectors") => ("board support", "vectors".into()),
                    (false, None) => ("constants", UNNAMED.into()),
                };
                *sizes.entry(key).or_default() += step as u32;
                let offset = (address - self.start) as usize;
                covered[offset..][..step as usize].fill(true);
            }
        }
        let uncovered = covered.iter().filter(|is_covered| !**is_covered).count() as u32;
        if uncovered > 0 {
            *sizes.entry(("padding", String::new())).or_default() += uncovered;
        }
        sizes.into_iter().map(|((part, name), bytes)| Part { part, name, bytes }).collect()
    }

    /// The name and the size of each function, table and variable, in order of names. Names are without the numbers
    /// that the compiler tells those of one name apart by.
    pub fn pieces(&self) -> Vec<(String, u64)> {
        let without_numbers = |name: &str| match name.strip_prefix(".L") {
            Some(local) => local.split('.').next().unwrap_or_default().to_string(),
            None => name.to_string(),
        };
        let pieces = self.symbols().into_iter().map(|(start, (end, name))| (without_numbers(&name), end - start));
        let mut pieces: Vec<(String, u64)> = pieces.collect();
        pieces.sort();
        pieces
    }

    /// Start to end and name of everything that has a size.
    fn symbols(&self) -> BTreeMap<u64, (u64, String)> {
        let sized = self.elf.symbols().filter(|symbol| symbol.size() > 0);
        sized
            .map(|symbol| {
                // The lowest bit of a function's address says that it is Thumb code.
                let start = symbol.address() & !u64::from(symbol.kind() == SymbolKind::Text);
                (start, (start + symbol.size(), plain(symbol.name().unwrap_or_default())))
            })
            .collect()
    }
}

/// A symbol as people write it, without its hash.
fn plain(symbol: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(symbol))
}

/// What the code at an address is there for, by the files that it comes from.
fn by_place(context: &Context<Bytes<'_>>, address: u64) -> Option<(&'static str, String)> {
    let mut frames = context.find_frames(address).skip_all_loads().ok()?;
    let mut helper = None;
    while let Ok(Some(frame)) = frames.next() {
        let Some(file) = frame.location.and_then(|location| location.file) else { continue };
        match by_file(file) {
            (key, true) => return Some(key),
            (key, false) => helper = helper.or(Some(key)),
        }
    }
    helper
}

/// The part that a source file belongs to, and whether it is more than a helper of all.
fn by_file(file: &str) -> ((&'static str, String), bool) {
    let specific = |part, name: &str| ((part, name.to_string()), true);
    let stem = file.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
    // Paths are relative to a folder of ours, which may stand before them: what counts is the last folder named.
    let ours = |folder: &str| file.rfind(folder).map(|place| (place, place + folder.len()));
    let (firmware, source) = (ours("micro-runtime/firmware/"), ours("micro-runtime/src/"));
    if file.contains("/rustc/") || file.contains("cargo/registry/") {
        return (("library", library(file)), false);
    }
    let rest = match (firmware, source) {
        (Some((firmware, _)), Some((source, rest))) if firmware < source => &file[rest..],
        (None, Some((_, rest))) => &file[rest..],
        (Some((_, rest)), _) => {
            let package = file[rest..].split('/').next().unwrap_or_default();
            return if package == "app" { specific("application", stem) } else { specific("board support", package) };
        }
        (None, None) => return (("library", library(file)), false),
    };
    match rest.split('/').collect::<Vec<_>>()[..] {
        ["kernels", "mod.rs" | "call.rs"] => (("interpreter", stem.to_string()), true),
        ["kernels", _] => specific("kernel", &stem.to_uppercase()),
        ["kernels", "dsp", "mod.rs"] | ["instructions", ..] => (("kernel", "shared by twins".into()), false),
        ["kernels", "dsp", _] => specific("kernel", &format!("{} (armv7em)", stem.to_uppercase())),
        ["kernels", "dsp", ..] => (("kernel", "shared by twins".into()), false),
        ["kernels", ..] => (("kernel", "shared".into()), false),
        ["frontend", ..] => specific("front end", stem),
        ["detect.rs" | "detect", ..] => specific("detector", stem),
        ["pipeline.rs" | "pipeline", ..] => specific("pipeline", stem),
        ["log.rs" | "log", ..] => specific("log", stem),
        ["arena.rs" | "arena" | "fixed.rs" | "fixed", ..] => (("interpreter", stem.to_string()), false),
        _ => specific("interpreter", stem),
    }
}

/// The package of a library that a file belongs to, and its module when that is one of several.
fn library(file: &str) -> String {
    let mut parts = file.split('/').rev().skip_while(|part| part.ends_with(".rs")).collect::<Vec<_>>();
    parts.reverse();
    match parts.iter().rposition(|part| *part == "src") {
        Some(source) if source > 0 => {
            let package = parts[source - 1].split("-0.").next().unwrap_or_default();
            parts.get(source + 1).map_or(package.to_string(), |module| format!("{package}::{module}"))
        }
        _ => "unknown".to_string(),
    }
}

/// The part that a symbol belongs to, by its path.
fn by_symbol(symbol: &str) -> (&'static str, String) {
    let path = symbol.trim_start_matches(['<', '&']).replace("::", "/");
    let file = match path.split_once('/') {
        Some(("micro_runtime", rest)) => format!("micro-runtime/src/{rest}"),
        Some(("app", rest)) => format!("micro-runtime/firmware/app/{rest}"),
        Some(("core" | "compiler_builtins" | "libm" | "alloc", _)) => format!("{}/src/{}", first(&path), second(&path)),
        _ if path.starts_with(".L") => return ("constants", UNNAMED.to_string()),
        _ if path.starts_with("__aeabi") || path.starts_with("mem") => {
            return ("library", "compiler_builtins".to_string());
        }
        _ => return ("board support", "startup".to_string()),
    };
    let folder = file.rsplit_once('/').map_or(file.as_str(), |(folder, _)| folder);
    by_file(&format!("{folder}.rs")).0
}

fn first(path: &str) -> &str {
    path.split('/').next().unwrap_or_default()
}

fn second(path: &str) -> &str {
    path.split('/').nth(1).unwrap_or_default()
}
