//! The node and its command line: `comity <noun> <verb>`, for whatever kinds of matters it is given.
//!
//! Everything concrete is built here: configuration, the real clock and entropy, folders and sockets. A command goes
//! to the running node over its control socket, or is carried out under the folder's lock: never two writers.

mod args;
mod bundle;
mod by_partner;
mod card;
mod cli;
mod control;
mod demo;
mod evidence;
mod folder;
mod marker;
mod node;
mod outside;
mod partners;
mod progress;
mod real;
mod release;
mod reply;
mod request;
mod restore;
mod serve;
mod show;
mod verify;

pub use cli::run;
