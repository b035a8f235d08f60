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

/// The name of the group whose members may use the device, where joining it is sound advice.
#[cfg(unix)]
pub fn group(device: &str) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let found = std::fs::metadata(device).ok()?;
    if !opens_to_group(found.mode(), found.gid()) {
        return None;
    }
    let number = found.gid().to_string();
    let groups = std::fs::read_to_string("/etc/group").ok()?;
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == number).then(|| name.to_string())
    })
}

/// Whether the group of a device may read and write it, and is not that of the administrator.
#[cfg(unix)]
fn opens_to_group(mode: u32, group: u32) -> bool {
    const READ_AND_WRITE: u32 = 0o060;
    mode & READ_AND_WRITE == READ_AND_WRITE && group != 0
}

/// The name of the group whose members may use the device, where joining it is sound advice.
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_a_group_that_helps_is_named() {
        assert!(opens_to_group(0o20660, 20));
        assert!(!opens_to_group(0o20600, 20) && !opens_to_group(0o20640, 20), "its members may not write");
        assert!(!opens_to_group(0o20660, 0), "nobody should become an administrator for a port");
    }
}
