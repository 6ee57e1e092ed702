//! The binary: takes the environment once, calls the library, returns its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    townpass::cli::main()
}
