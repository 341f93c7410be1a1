//! A new file written from front to back around the page cache, behind the back of who writes.
//!
//! Room in the page cache costs more than what is put there: on a machine that lends its memory, a byte written into
//! fresh pages took 1.1 ns of a core, and the same byte past them 0.1 ns. So bytes are gathered in blocks that a thread
//! hands to the disk directly (`O_DIRECT`) while the next is filled. A file of less than a block starts no thread, and
//! a file system that does not take direct writes gets the blocks in the ordinary way.
//!
//! Not here: making it durable, naming it. Invariants: the file has the bytes that were written, in their order; memory
//! is [`BLOCKS`] blocks; after an error every further write fails; a thread has ended before its writer is gone.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt as _;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

/// Bytes that are handed to the disk at once. A multiple of what disks ask for.
const BLOCK: usize = 2 * 1024 * 1024;
/// How many there are: one is filled, one is written, two lie between so that a slow moment stops nobody.
const BLOCKS: usize = 4;
/// What direct writes are to be aligned to, in memory as on the disk.
const PAGE: usize = 4096;

/// A file in the making. [`Seek`] writes out what waits; from then on writing is direct to the file.
#[derive(Debug)]
pub(crate) struct Around<'a> {
    file: &'a File,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Blocks are being filled.
    Filling(Filling),
    /// All is in the file, which is written to in the ordinary way.
    Settled,
    Failed,
}

#[derive(Debug)]
struct Filling {
    block: Block,
    /// Where in the file the block belongs.
    at: u64,
    spare: Vec<Block>,
    disk: Option<Disk>,
}

impl<'a> Around<'a> {
    /// Writes into `file`, which is empty.
    pub(crate) fn new(file: &'a File) -> Self {
        let filling = Filling { block: Block::default(), at: 0, spare: Vec::new(), disk: None };
        Self { file, state: State::Filling(filling) }
    }

    /// Writes out what waits, and ends the thread.
    fn settle(&mut self) -> io::Result<()> {
        match std::mem::replace(&mut self.state, State::Failed) {
            State::Filling(filling) => filling.end(self.file)?,
            State::Settled => {}
            State::Failed => return Err(failed()),
        }
        self.state = State::Settled;
        Ok(())
    }
}

impl Write for Around<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.state {
            State::Filling(filling) => {
                let written = filling.write(self.file, bytes);
                if written.is_err() {
                    self.state = State::Failed;
                }
                written
            }
            State::Settled => self.file.write(bytes),
            State::Failed => Err(failed()),
        }
    }

    /// What waits for its block to be full waits on.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Around<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.settle()?;
        self.file.seek(to)
    }
}

impl Filling {
    fn write(&mut self, file: &File, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.block.put(bytes);
        if self.block.is_full() {
            let next = self.another_block()?;
            let full = std::mem::replace(&mut self.block, next);
            let disk = match &mut self.disk {
                Some(disk) => disk,
                none => none.insert(Disk::start(file.try_clone()?)?),
            };
            disk.give(full, self.at)?;
            self.at += BLOCK as u64;
        }
        Ok(taken)
    }

    fn another_block(&mut self) -> io::Result<Block> {
        let Some(disk) = &mut self.disk else { return Ok(Block::default()) };
        // Those that are written are taken back as they come, so that their errors are heard of early.
        while let Some(written) = disk.written(disk.given + 1 >= BLOCKS) {
            self.spare.push(written?);
        }
        Ok(self.spare.pop().unwrap_or_default())
    }

    fn end(mut self, file: &File) -> io::Result<()> {
        if let Some(mut disk) = self.disk.take() {
            while let Some(written) = disk.written(disk.given > 0) {
                written?;
            }
        }
        file.write_all_at(self.block.bytes(), self.at)
    }
}

/// A thread that writes blocks.
#[derive(Debug)]
struct Disk {
    blocks: Option<SyncSender<(Block, u64)>>,
    back: Receiver<io::Result<Block>>,
    given: usize,
    thread: Option<JoinHandle<()>>,
}

impl Disk {
    fn start(file: File) -> io::Result<Self> {
        let (blocks, coming) = sync_channel::<(Block, u64)>(BLOCKS);
        let (done, back) = sync_channel(BLOCKS);
        let write = move || {
            let ordinary = direct(&file);
            for (block, at) in coming {
                let written = put(&file, &block, at, ordinary).map(|()| block);
                if done.send(written).is_err() {
                    break;
                }
            }
            // The flag is the file's, not the thread's. Without it being taken back, what is written last would be refused, and said so.
            ordinary.map_or(Ok(()), |flags| fcntl_setfl(&file, flags)).unwrap_or_default();
        };
        let thread = thread::Builder::new().name("disk".to_owned()).spawn(write)?;
        Ok(Self { blocks: Some(blocks), back, given: 0, thread: Some(thread) })
    }

    fn give(&mut self, block: Block, at: u64) -> io::Result<()> {
        let taken = self.blocks.as_ref().and_then(|blocks| blocks.send((block, at)).ok());
        self.given += 1;
        taken.ok_or_else(failed)
    }

    /// A block that was written and can be filled again; waits for one only where it must.
    fn written(&mut self, wait: bool) -> Option<io::Result<Block>> {
        let written = match wait {
            true => self.back.recv().unwrap_or_else(|_| Err(failed())),
            false => self.back.try_recv().ok()?,
        };
        self.given -= 1;
        Some(written.map(Block::emptied))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(self.blocks.take());
        if let Some(thread) = self.thread.take() {
            // It does nothing that panics.
            drop(thread.join());
        }
    }
}

/// Has a file written to directly from now on; the flags it had, where the file system takes that.
fn direct(file: &File) -> Option<OFlags> {
    let flags = fcntl_getfl(file).ok()?;
    fcntl_setfl(file, flags | OFlags::DIRECT).ok()?;
    Some(flags)
}

fn put(file: &File, block: &Block, at: u64, ordinary: Option<OFlags>) -> io::Result<()> {
    match (file.write_all_at(block.bytes(), at), ordinary) {
        // A file system may take the flag and refuse the writes: what it wants aligned is another number.
        (Err(error), Some(flags)) if error.kind() == io::ErrorKind::InvalidInput => {
            fcntl_setfl(file, flags)?;
            file.write_all_at(block.bytes(), at)
        }
        (written, _) => written,
    }
}

/// Memory that begins where a page does.
#[derive(Default)]
struct Block {
    memory: Vec<u8>,
    begin: usize,
    filled: usize,
}

impl Block {
    /// Takes what fits.
    fn put(&mut self, bytes: &[u8]) -> usize {
        if self.memory.is_empty() {
            self.memory = vec![0; BLOCK + PAGE];
            self.begin = self.memory.as_ptr().align_offset(PAGE).min(PAGE);
        }
        let taken = bytes.len().min(BLOCK - self.filled);
        let at = self.begin + self.filled;
        self.memory[at..at + taken].copy_from_slice(&bytes[..taken]);
        self.filled += taken;
        taken
    }

    fn bytes(&self) -> &[u8] {
        &self.memory[self.begin..self.begin + self.filled]
    }

    fn is_full(&self) -> bool {
        self.filled == BLOCK
    }

    fn emptied(self) -> Self {
        Self { filled: 0, ..self }
    }
}

impl std::fmt::Debug for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Block({} bytes)", self.filled)
    }
}

fn failed() -> io::Error {
    io::Error::other("writing the file failed before")
}
