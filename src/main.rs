//! The `tinyml` binary: hands the arguments to [`tinyml::cli`] and exits with its code.

fn main() -> std::process::ExitCode {
    tinyml::cli::main()
}
