//! `tinyml inspect --data`: runs the model on data, and counts how it uses the codes of its tensors.

use std::path::{Path, PathBuf};

use crate::audio::wav;
use crate::check::Usage;
use crate::cli::{Failure, Kind, style};
use crate::host::census::Census;
use crate::host::loaded::Loaded;
use crate::host::tensor_file::{self, Format};
use crate::model::Model;
use crate::report::counted;

const LAYOUT: &str = "give a folder with .wav files for a model that listens, or with .npy or .bin files that fill the model's \
                      input; folders in it are looked into";

/// How the tensors of a model are used on all files in a folder.
pub fn usage(directory: &Path, name: &str, model: &Model<'_>, loaded: &Loaded) -> Result<Vec<Usage>, Failure> {
    let place = directory.display();
    if loaded.inputs.len() != 1 {
        let found = counted(loaded.inputs.len() as u64, "input");
        return Err(Failure::new(Kind::Unsupported, format!("{name}: --data feeds one input, the model has {found}"))
            .help("leave --data out for this model"));
    }
    let files = files(directory)
        .map_err(|error| Failure::new(Kind::Unreadable, format!("{place}: cannot be read: {error}")).help(LAYOUT))?;
    let mut census = Census::new(loaded);
    let mut used = 0;
    for path in &files {
        match feed(path, name, loaded, &mut census) {
            Ok(()) => used += 1,
            Err(failure) if failure.kind == Kind::Unreadable => {
                style::warning(&format!("{}: left out: {}", path.display(), failure.message));
            }
            Err(failure) => return Err(failure),
        }
    }
    if used == 0 {
        let problem = if files.is_empty() { "no data files in it" } else { "no file could be used" };
        return Err(Failure::new(Kind::Unreadable, format!("{place}: {problem}")).help(LAYOUT));
    }
    let (files, invocations) = (counted(used, "file"), counted(census.invocations as u64, "invocation"));
    style::note(&format!("{name}: checked on {files} of {place}, {invocations}"));
    let inputs = model.subgraphs[0].inputs.iter().copied().zip(census.inputs);
    let written = loaded.written.iter().map(|tensor| tensor.tensor).zip(census.written);
    let counted = inputs.chain(written).filter(|(_, counts)| !counts.is_empty());
    Ok(counted.map(|(tensor, counts)| Usage { tensor, counts }).collect())
}

/// Counts a file. [`Kind::Unreadable`] is about this file alone.
fn feed(path: &Path, name: &str, loaded: &Loaded, census: &mut Census<'_>) -> Result<(), Failure> {
    let data =
        |fault| Failure::new(Kind::Data, format!("{}: {name}: {fault}", path.display())).help("check the values");
    if is_wav(path) {
        if census.window_rows().is_none() {
            let problem = format!("{}: {name} does not take rows of 40 int8 features", path.display());
            return Err(Failure::new(Kind::Unsupported, problem).help(LAYOUT));
        }
        let clip = wav::read(path, wav::Options::default()).map_err(|error| Failure::new(Kind::Unreadable, error))?;
        return census.listen(&clip.samples).map_err(data);
    }
    let feed = tensor_file::read(path, &loaded.inputs[0]).map_err(|error| Failure::new(Kind::Unreadable, error))?;
    let pieces: Vec<&[u8]> = feed.bytes.chunks_exact(feed.bytes.len() / feed.invocations).collect();
    census.invoke(&pieces).map_err(data)
}

fn is_wav(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("wav"))
}

/// The data files in a folder and in its folders, in the order of their names.
fn files(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            let inner = std::fs::read_dir(&path)?.map(|entry| entry.map(|entry| entry.path()));
            found.extend(inner.collect::<std::io::Result<Vec<_>>>()?.into_iter().filter(|path| path.is_file()));
        } else {
            found.push(path);
        }
    }
    found.retain(|path| is_wav(path) || matches!(Format::of(path), Ok(Format::Npy | Format::Bin)));
    found.sort();
    Ok(found)
}
