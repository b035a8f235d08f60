//! Tells the crate whether the target is a Cortex-M with the DSP extension, which stable Rust has no `cfg` for.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(dsp_extension)");
    if std::env::var("TARGET").is_ok_and(|target| target.starts_with("thumbv7em")) {
        println!("cargo::rustc-cfg=dsp_extension");
    }
}
