//! The messages between nodes and the machines that exchange them, from outside.

#[cfg(test)]
mod batches;
#[cfg(test)]
mod bundles;
#[cfg(test)]
mod comparing;
#[cfg(test)]
mod people;
#[cfg(test)]
mod sealing;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod strictness;
#[cfg(test)]
mod witnesses;
