//! Builds the browser side of the desk from `ui/` and writes the table that `src/lib.rs` includes.
//!
//! It works on a copy in cargo's output folder, so nothing is ever written into the source tree, and runs `npm ci` only
//! when the lock file is another one than last time. `COMITY_UI_PREBUILT=FOLDER` takes what `node build/build.mjs
//! FOLDER` left there instead; then neither Node nor npm is needed.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What of `ui/` a build reads. A developer's own `node_modules` there is not among it.
const PARTS: [&str; 7] =
    [".npmrc", "package.json", "package-lock.json", "tsconfig.json", "build", "src", "tests"];

/// The assets in the order of the table: what a name begins and ends with, and what the browser is told it is.
const ASSETS: [(&str, &str, &str); 3] = [
    ("desk-", ".css", "text/css; charset=utf-8"),
    ("desk-", ".js", "text/javascript; charset=utf-8"),
    ("mark-", ".svg", "image/svg+xml"),
];

const NO_NODE: &str = "the pages' stylesheet and script are built with Node 20 or newer and its npm, which were not found: install them, or set COMITY_UI_PREBUILT to a folder that holds them built";

fn main() -> ExitCode {
    for part in PARTS {
        println!("cargo::rerun-if-changed=ui/{part}");
    }
    println!("cargo::rerun-if-env-changed=COMITY_UI_PREBUILT");
    match make() {
        Ok(()) => ExitCode::SUCCESS,
        Err(said) => {
            println!("cargo::error={said}");
            ExitCode::FAILURE
        }
    }
}

fn make() -> Result<(), String> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo gave no OUT_DIR")?);
    let built = match env::var_os("COMITY_UI_PREBUILT").filter(|folder| !folder.is_empty()) {
        Some(folder) => prebuilt(Path::new(&folder))?,
        None => build(&out)?,
    };
    let table = table(&built)?;
    fs::write(out.join("assets.rs"), table).map_err(|e| format!("cannot write assets.rs: {e}"))
}

fn prebuilt(folder: &Path) -> Result<PathBuf, String> {
    println!("cargo::rerun-if-changed={}", folder.display());
    fs::canonicalize(folder)
        .map_err(|e| format!("COMITY_UI_PREBUILT names {}, which cannot be read: {e}", folder.display()))
}

fn build(out: &Path) -> Result<PathBuf, String> {
    if !node_is_new_enough() {
        return Err(NO_NODE.to_owned());
    }
    let (ui, built) = (out.join("ui"), out.join("built"));
    // Asked when it runs: a target folder that was copied holds this program as it was made elsewhere.
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("cargo gave no CARGO_MANIFEST_DIR")?);
    copy_parts(&here.join("ui"), &ui).map_err(|e| format!("cannot copy ui/: {e}"))?;
    install(&ui)?;
    run(&ui, "node", &[OsStr::new("build/build.mjs"), built.as_os_str()])?;
    Ok(built)
}

/// Node says `v20.11.1`.
fn node_is_new_enough() -> bool {
    let said = Command::new("node")
        .arg("--version")
        .output()
        .map(|o| String::from_utf8_lossy(&o.stdout).into_owned());
    let major = said.ok().and_then(|v| v.trim().strip_prefix('v')?.split('.').next()?.parse::<u32>().ok());
    major.is_some_and(|major| major >= 20)
}

/// Copies afresh, so that a file that is gone from the source is gone from the copy; `node_modules` stays.
fn copy_parts(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for part in PARTS {
        let (source, copy) = (from.join(part), to.join(part));
        if copy.is_dir() {
            fs::remove_dir_all(&copy)?;
        }
        copy_all(&source, &copy)?;
    }
    Ok(())
}

fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy_all(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// `npm ci`, unless it already succeeded for this very lock file.
fn install(ui: &Path) -> Result<(), String> {
    let lock =
        fs::read(ui.join("package-lock.json")).map_err(|e| format!("cannot read the lock file: {e}"))?;
    let done = ui.join("installed-lock.json");
    if fs::read(&done).is_ok_and(|before| before == lock) && ui.join("node_modules").is_dir() {
        return Ok(());
    }
    run(ui, "npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund"].map(OsStr::new))?;
    fs::write(&done, lock).map_err(|e| format!("cannot remember the lock file: {e}"))
}

fn run(folder: &Path, program: &str, arguments: &[&OsStr]) -> Result<(), String> {
    let output =
        Command::new(program).args(arguments).current_dir(folder).output().map_err(|_| NO_NODE.to_owned())?;
    if output.status.success() {
        return Ok(());
    }
    // cargo shows one line an error: the first that says something.
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let said = said.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("npm warn"));
    let said: Vec<&str> = said.take(4).collect();
    Err(format!("{program} could not build the pages' stylesheet and script: {}", said.join(" / ")))
}

/// The Rust text of the table, with each asset plain and as compressed at build time.
fn table(built: &Path) -> Result<String, String> {
    let mut rows = String::new();
    for (begins, ends, media_type) in ASSETS {
        let path = only_one(built, begins, ends)?;
        let file = |more: &str| built.join(format!("{path}{more}"));
        rows.push_str(&format!(
            "    Asset {{ path: {path:?}, media_type: {media_type:?}, plain: include_bytes!({:?}), gzip: include_bytes!({:?}), brotli: include_bytes!({:?}) }},\n",
            file(""),
            file(".gz"),
            file(".br"),
        ));
    }
    Ok(format!("static ASSETS: [Asset; {}] = [\n{rows}];\n", ASSETS.len()))
}

fn only_one(built: &Path, begins: &str, ends: &str) -> Result<String, String> {
    let names = fs::read_dir(built).map_err(|e| format!("cannot list {}: {e}", built.display()))?;
    let names = names.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let fitting: Vec<String> =
        names.filter(|name| name.starts_with(begins) && name.ends_with(ends)).collect();
    match fitting.as_slice() {
        [one] => Ok(one.clone()),
        _ => Err(format!(
            "{} must hold exactly one {begins}*{ends}, and holds {}",
            built.display(),
            fitting.len()
        )),
    }
}
