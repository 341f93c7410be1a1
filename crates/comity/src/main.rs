//! The node and its command line: `comity <noun> <verb>`.
//!
//! Everything concrete is built here: configuration, the real clock and entropy, folders and sockets. A command goes
//! to the running node over its control socket, or is carried out under the folder's lock: never two writers.

mod args;
mod cli;
mod control;
mod demo;
mod folder;
mod marker;
mod node;
mod partners;
mod real;
mod reply;
mod request;
mod serve;
mod show;
mod verify;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
