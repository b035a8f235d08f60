//! A dataset on disk: a folder for each label, WAV files in it.

use std::io;
use std::path::{Path, PathBuf};

/// The folder of recordings that hold no words, in the Speech Commands layout.
const BACKGROUND_NOISE: &str = "_background_noise_";

/// A file and the name of the folder that it lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The WAV file.
    pub path: PathBuf,
    /// The name of its folder.
    pub folder: String,
}

/// All WAV files one folder down, in the order of their names. `_background_noise_` is left out: its files are minutes
/// long and have no label.
pub fn entries(directory: &Path) -> io::Result<Vec<Entry>> {
    let mut found = Vec::new();
    for folder in std::fs::read_dir(directory)? {
        let folder = folder?.path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !folder.is_dir() || name == BACKGROUND_NOISE || name.starts_with('.') {
            continue;
        }
        for file in std::fs::read_dir(&folder)? {
            let path = file?.path();
            if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wav")) {
                found.push(Entry { path, folder: name.clone() });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// The label that a folder stands for: its own name, else `unknown` where the model has such a label, as in the
/// Speech Commands task.
pub fn label_of(folder: &str, labels: &[String]) -> Option<usize> {
    let bare = folder.trim_matches('_');
    let named = |name: &str| labels.iter().position(|label| label.trim_matches('_').eq_ignore_ascii_case(name));
    named(bare).or_else(|| named("unknown"))
}
