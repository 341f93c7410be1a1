//! The corpus as files and back: `corpus out FOLDER` writes what every target begins with and what is kept for it into a folder
//! of its own, `corpus keep FOLDER` keeps the files of such folders in place of what was kept. `scripts/fuzz` calls it.

use std::path::Path;
use std::{env, fs, io};

use comity_fuzz::TARGETS;

fn main() -> io::Result<()> {
    let words: Vec<_> = env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["out", folder] => out(folder.as_ref()),
        ["keep", folder] => keep(folder.as_ref()),
        _ => Err(io::Error::other("corpus out FOLDER, or corpus keep FOLDER")),
    }
}

fn out(folder: &Path) -> io::Result<()> {
    for target in TARGETS {
        let folder = folder.join(target.name);
        fs::create_dir_all(&folder)?;
        for (number, input) in (1..).zip(target.seeds().into_iter().chain(target.kept()?)) {
            fs::write(folder.join(format!("{number:04}")), input)?;
        }
    }
    Ok(())
}

fn keep(folder: &Path) -> io::Result<()> {
    for target in TARGETS {
        let folder = folder.join(target.name);
        if folder.is_dir() {
            let files = fs::read_dir(folder)?.map(|file| fs::read(file?.path()));
            target.keep(files.collect::<io::Result<_>>()?)?;
        }
    }
    Ok(())
}
