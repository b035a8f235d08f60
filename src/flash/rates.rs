//! The rate that worked last, for each port, in the user's cache: the next session tries it first.

use std::path::{Path, PathBuf};

/// The folder of the user's caches, where the system has one.
fn caches() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if cfg!(windows) {
        return variable("LOCALAPPDATA");
    }
    let home = variable("HOME");
    if cfg!(target_os = "macos") {
        return home.map(|home| home.join("Library/Caches"));
    }
    variable("XDG_CACHE_HOME").or_else(|| home.map(|home| home.join(".cache")))
}

/// What is remembered, in a file.
pub struct Rates {
    path: Option<PathBuf>,
}

impl Rates {
    /// What is remembered for this user.
    pub fn of_user() -> Rates {
        Rates { path: caches().map(|folder| folder.join("tinyml/rates.txt")) }
    }

    /// What is remembered in this file.
    pub fn at(path: &Path) -> Rates {
        Rates { path: Some(path.to_path_buf()) }
    }

    fn lines(&self) -> Vec<(String, u32)> {
        let text = self.path.as_ref().and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
        let line = |line: &str| {
            let (port, baud) = line.rsplit_once(' ')?;
            Some((port.to_string(), baud.parse().ok()?))
        };
        text.lines().filter_map(line).collect()
    }

    /// The rate that worked last on this port.
    pub fn remembered(&self, port: &str) -> Option<u32> {
        self.lines().into_iter().find(|(name, _)| name == port).map(|(_, baud)| baud)
    }

    /// Remembers that a rate worked on a port. That it cannot be written down harms nobody.
    pub fn remember(&self, port: &str, baud: u32) {
        let Some(path) = &self.path else { return };
        let mut lines = self.lines();
        lines.retain(|(name, _)| name != port);
        lines.push((port.to_string(), baud));
        let text: String = lines.iter().map(|(port, baud)| format!("{port} {baud}\n")).collect();
        if let Some(folder) = path.parent() {
            let _ = std::fs::create_dir_all(folder);
        }
        let _ = std::fs::write(path, text);
    }

    /// `bauds` with the remembered one first.
    pub fn ladder(&self, port: &str, bauds: &[u32]) -> Vec<u32> {
        let remembered = self.remembered(port).filter(|baud| bauds.contains(baud));
        let others = bauds.iter().copied().filter(|baud| Some(*baud) != remembered);
        remembered.into_iter().chain(others).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_that_worked_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let rates = Rates::at(&folder.path().join("inner/rates.txt"));
        let bauds = [921_600, 460_800, 115_200];
        assert_eq!(rates.ladder("/dev/ttyUSB0", &bauds), bauds);
        rates.remember("/dev/ttyUSB0", 460_800);
        rates.remember("a port", 921_600);
        rates.remember("/dev/ttyUSB0", 115_200);
        assert_eq!(rates.ladder("/dev/ttyUSB0", &bauds), [115_200, 921_600, 460_800]);
        assert_eq!(rates.ladder("a port", &bauds), bauds);
        rates.remember("a port", 300);
        assert_eq!(rates.ladder("a port", &bauds), bauds);
    }
}
