//! Who has a device open, and who may: what the system tells, for error messages.

use std::path::{Path, PathBuf};

/// The other processes that have the device open, as `process 1234 (screen)`. Empty where the system does not tell.
pub fn holders(device: &str) -> Vec<String> {
    let device = std::fs::canonicalize(device).unwrap_or_else(|_| PathBuf::from(device));
    let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
    let own = std::process::id();
    let mut found: Vec<(u32, String)> = processes
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())))
        .filter(|(id, path)| *id != own && has_open(path, &device))
        .map(|(id, path)| {
            let name = std::fs::read_to_string(path.join("comm")).unwrap_or_default();
            (id, format!("process {id} ({})", name.trim_end()))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, text)| text).collect()
}

fn has_open(process: &Path, device: &Path) -> bool {
    let Ok(files) = std::fs::read_dir(process.join("fd")) else { return false };
    files.flatten().any(|file| std::fs::read_link(file.path()).is_ok_and(|target| target == device))
}

/// The name of the group that the device belongs to.
#[cfg(unix)]
pub fn group(device: &str) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let number = std::fs::metadata(device).ok()?.gid().to_string();
    let groups = std::fs::read_to_string("/etc/group").ok()?;
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == number).then(|| name.to_string())
    })
}

/// The name of the group that the device belongs to.
#[cfg(not(unix))]
pub fn group(_: &str) -> Option<String> {
    None
}

/// Whether the path is there, and is certainly not a terminal.
#[cfg(unix)]
pub fn is_no_terminal(path: &str) -> bool {
    use std::os::unix::fs::FileTypeExt;
    std::fs::metadata(path).is_ok_and(|found| !found.file_type().is_char_device()) || path == "/dev/null"
}

/// Whether the path is there, and is certainly not a terminal.
#[cfg(not(unix))]
pub fn is_no_terminal(_: &str) -> bool {
    false
}
