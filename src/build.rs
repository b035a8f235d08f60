//! Lists the prebuilt firmware images in `fixtures/firmware`, each with the data beside it, so that adding one is adding
//! two files.

use std::fmt::Write as _;
use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-changed=fixtures/firmware");
    println!("cargo:rerun-if-changed=src/build.rs");
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let folder = root.join("fixtures/firmware");
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut images: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    images.retain(|path| path.extension().is_some_and(|ending| ending == "bin"));
    images.sort();
    let mut list = String::from("&[\n");
    for image in &images {
        let board = image.file_stem().and_then(|name| name.to_str()).expect("images are named after boards");
        let (data, image) = (image.with_extension("json").display().to_string(), image.display().to_string());
        let _ = writeln!(list, "    ({board:?}, include_bytes!({image:?}), include_str!({data:?})),");
    }
    list.push_str("]\n");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    std::fs::write(out.join("firmware.rs"), list).expect("the build folder takes files");
}
