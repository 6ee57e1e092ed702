//! Bad input and bad days: each is made for real, and answered with one clear error, the next
//! command and the right exit code. What was there before is there afterwards.

mod compose_file;
mod database;
mod engine;
mod image;
mod interruption;
mod password;
mod port;
mod precious;
mod redact;
mod relay;
mod url;
mod volume;
