//! `comity evidence`: packages sealed, verified and opened, with or without a node.
//!
//! Sealing and opening read and write at the keyboard's side, so that a running node is not kept from its partners;
//! only what is recorded goes through the node. A package is made under another name and appears whole or not at all.

use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::path::{Path, PathBuf};

use comity_app::context::Clock as _;
use comity_app::workers::{Sealing, Shelved};
use comity_evidence::age::{Identity, recipient_from_text};
use comity_evidence::bag;
use comity_evidence::envelope::{Envelope, Facts, Sender};
use comity_evidence::package::{self, PackageError};
use comity_evidence::sealed::{SealedError, SealedReader, add_recipient};
use comity_journal::card::{Card, SealingKey};
use comity_journal::ids::{AgencyId, MatterId};
use comity_store::objects::{Held, Objects};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::args::EvidenceCommand;
use crate::cli::{Terminal, ask_node};
use crate::folder::Folder;
use crate::progress::Progress;
use crate::real::{SystemClock, SystemEntropy};
use crate::reply::{NO, REFUSED, Reply, UNTRUSTED, USAGE, YES};
use crate::request::Request;
use crate::verify::fingerprint;

/// Carries an evidence command out.
pub(crate) async fn run(command: EvidenceCommand, at: &Terminal) -> Result<Reply, Reply> {
    match command {
        EvidenceCommand::Seal { path, to, out, by, identifier } => {
            let signer = by.as_deref().map(Signing::of).transpose()?;
            seal_to_file(&path, &to, &out, signer.as_ref(), identifier, at)
        }
        EvidenceCommand::Send { dir, matter, path, label, condition, replaces, officer } => {
            let said = [("label", label), ("condition", condition), ("replaces", replaces)];
            send(&dir, matter, &path, said, officer, at).await
        }
        EvidenceCommand::Verify { file, trust } => verify(&file, &trust, at),
        EvidenceCommand::Open { file, identity, out, only } => open(&file, &identity, &out, only, at),
        EvidenceCommand::AddRecipient { file, to, identity, by } => {
            let signer = by.as_deref().map(Signing::of).transpose()?;
            add(&file, &to, &identity, signer.as_ref())
        }
        EvidenceCommand::Export { dir, matter, package, out, purpose, officer } => {
            export(&dir, matter, package, &out, purpose, officer, at).await
        }
    }
}

/// A node's key and card, for signing envelopes.
struct Signing {
    key: comity_journal::suite::SecretKey,
    card: Card,
}

impl Signing {
    fn of(dir: &Path) -> Result<Self, Reply> {
        let folder = Folder::open(dir)?;
        Ok(Self { key: folder.read_keys()?.signing, card: folder.card()? })
    }

    fn sender(&self) -> Sender<'_> {
        Sender { key: &self.key, card: &self.card, more: &[] }
    }
}

/// A recipient: an agency by its card, or an age recipient as text.
type Recipient = (Option<AgencyId>, SealingKey);

fn recipient(text: &str) -> Result<Recipient, Reply> {
    if let Ok(key) = recipient_from_text(text) {
        return Ok((None, key));
    }
    let bytes = std::fs::read(text).map_err(|error| {
        Reply::usage(format!("--to takes the file of a card or an age recipient (age1…); {text}: {error}"))
    })?;
    let card = Card::read(&bytes).map_err(|error| Reply::no(format!("{text}: {error}")))?;
    Ok((Some(card.agency()), card.facts().packages))
}

fn identity(path: &Path) -> Result<Identity, Reply> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let mut text = Zeroizing::new(String::new());
    let file = File::open(path).map_err(|error| Reply::no(named(&error)))?;
    file.take(64 * 1024).read_to_string(&mut text).map_err(|error| Reply::no(named(&error)))?;
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    let line = line.ok_or_else(|| Reply::usage(named(&"holds no age identity (AGE-SECRET-KEY-1…)")))?;
    Identity::from_text(line).map_err(|error| Reply::usage(named(&error)))
}

/// What a reader may do about a package that was not made or opened.
#[expect(clippy::needless_pass_by_value, reason = "it maps an owned error")]
fn refused(error: PackageError) -> Reply {
    Reply::no(error.to_string())
}

#[expect(clippy::needless_pass_by_value, reason = "it maps an owned error")]
fn unsealed(error: SealedError) -> Reply {
    Reply::no(error.to_string())
}

fn seal_to_file(
    source: &Path,
    to: &[String],
    out: &Path,
    signer: Option<&Signing>,
    identifiers: Vec<String>,
    at: &Terminal,
) -> Result<Reply, Reply> {
    let recipients = to.iter().map(|text| recipient(text)).collect::<Result<Vec<_>, _>>()?;
    if out.exists() {
        return Err(Reply::usage(format!("{} exists already; nothing is overwritten", out.display())));
    }
    let (above, name) = beside(out)?;
    let fresh = tempfile::Builder::new().prefix(".").suffix(".sealing").tempfile_in(above);
    let fresh = fresh.map_err(Reply::io)?;
    let (sender, at_time) = (signer.map(Signing::sender), SystemClock.now());
    let sealing = Sealing {
        source,
        recipients: &recipients,
        matter: None,
        identifiers: &identifiers,
        sender,
        at: at_time,
    };
    let (packed, envelope) = seal_into(&sealing, fresh.as_file(), at)?;
    fresh.as_file().sync_all().map_err(Reply::io)?;
    fresh.persist_noclobber(out).map_err(|error| Reply::io(error.error))?;
    let text = format!(
        "{} is sealed: {} files, {} bytes, package {}.",
        name.display(),
        packed.files,
        packed.bytes,
        envelope.root
    );
    Ok(Reply::yes(text, sealed_facts(out, &packed, &envelope)))
}

fn sealed_facts(out: &Path, packed: &bag::Packed, envelope: &Envelope) -> Value {
    json!({
        "file": out, "package": envelope.root, "size": envelope.payload_size, "files": packed.files,
        "bytes": packed.bytes, "signed": envelope.sender.is_some(),
    })
}

/// The folder a file is to stand in, and its name.
fn beside(out: &Path) -> Result<(&Path, &Path), Reply> {
    let name = out.file_name().map(Path::new);
    let name = name.ok_or_else(|| Reply::usage(format!("{} is no name for a file", out.display())))?;
    let above = out.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok((above, name))
}

/// Seals as [`Sealing`] says, with a bar where somebody looks on.
fn seal_into(sealing: &Sealing<'_>, output: &File, at: &Terminal) -> Result<(bag::Packed, Envelope), Reply> {
    let mut progress = Progress::of("sealing", None, at);
    sealing.seal_into(output, &mut SystemEntropy, &mut |done| progress.at(done)).map_err(refused)
}

/// A package that stands at the node and that no entry names yet; until one does nobody may sweep it.
struct OnShelf {
    objects: Objects,
    sealed: Shelved,
    _held: Held,
}

impl OnShelf {
    /// What is said once the node has answered. Nobody was given a package whose act was refused, so it does not stay.
    /// Where the node broke off nobody knows; then it does.
    fn after(&self, mut reply: Reply) -> Result<Reply, Reply> {
        if [REFUSED, USAGE].contains(&reply.exit) && reply.json["outcome"].is_null() {
            self.sealed.take_off(&self.objects).map_err(Reply::io)?;
        } else {
            reply.json["package"] = json!(self.sealed.envelope.root);
            reply.json["size"] = json!(self.sealed.envelope.payload_size);
            reply.json["files"] = json!(self.sealed.packed.files);
        }
        Ok(reply)
    }
}

/// Seals to the parties of a matter that have a node, ourselves among them, and keeps the package at the node.
async fn seal_for(dir: &Path, matter: &str, source: &Path, at: &Terminal) -> Result<OnShelf, Reply> {
    let to = ask_node(dir, Request::PackageRecipients { matter: matter.to_owned() }, at).await?;
    if to.exit != YES {
        return Err(to);
    }
    let wrong = || Reply::fault("the node did not say to whom the package is sealed".into());
    let id = to.json["id"].as_str().and_then(MatterId::from_hex).ok_or_else(wrong)?;
    let recipients = to.json["recipients"].as_array().into_iter().flatten().map(|recipient| {
        let key = recipient["key"].as_str().and_then(SealingKey::from_hex)?;
        Some((recipient["agency"].as_str().and_then(AgencyId::from_hex), key))
    });
    let recipients = recipients.collect::<Option<Vec<_>>>().ok_or_else(wrong)?;
    let folder = Folder::open(dir)?;
    let (objects, signer) = (folder.objects()?, Signing::of(dir)?);
    // From now until an entry names it the package is nobody's, and must not be swept.
    let held = objects.hold().map_err(Reply::io)?;
    let identifiers = vec![to.json["number"].as_str().unwrap_or_default().to_owned()];
    let sealing = Sealing {
        source,
        recipients: &recipients,
        matter: Some(id),
        identifiers: &identifiers,
        sender: Some(signer.sender()),
        at: SystemClock.now(),
    };
    let mut progress = Progress::of("sealing", None, at);
    let sealed = sealing.seal_onto(&objects, &mut SystemEntropy, &mut |done| progress.at(done));
    let sealed = sealed.map_err(refused)?;
    drop(progress);
    Ok(OnShelf { objects, sealed, _held: held })
}

/// What a party without a node said, as it was typed.
pub(crate) struct ToRecord {
    pub(crate) matter: String,
    pub(crate) act: String,
    pub(crate) toml: Option<String>,
    pub(crate) party: String,
    pub(crate) recorded: toml::Table,
    pub(crate) officer: Option<String>,
}

/// Seals the paper that was brought in and records what it says, in one go.
pub(crate) async fn record(dir: &Path, paper: &Path, what: ToRecord, at: &Terminal) -> Result<Reply, Reply> {
    let ToRecord { matter, act, toml, party, mut recorded, officer } = what;
    let kept = seal_for(dir, &matter, paper, at).await?;
    let name = paper.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    recorded.insert("paper".into(), name.into());
    let (paper, recorded) = (Some(kept.sealed.fill_in_record(&mut recorded)), recorded.to_string());
    let request = Request::RecordFor { matter, act, toml, party, recorded, paper, officer };
    kept.after(ask_node(dir, request, at).await?)
}

/// Seals to the parties of a matter, keeps the package at the node, and has the node hand it over.
async fn send(
    dir: &Path,
    matter: String,
    source: &Path,
    said: [(&str, Option<String>); 3],
    officer: Option<String>,
    at: &Terminal,
) -> Result<Reply, Reply> {
    let kept = seal_for(dir, &matter, source, at).await?;
    let name = source.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut act = toml::Table::new();
    act.insert("label".into(), name.into());
    act.extend(said.into_iter().filter_map(|(field, text)| Some((field.to_owned(), text?.into()))));
    kept.sealed.fill_in(&mut act);
    let toml = Some(act.to_string());
    let sent = ask_node(dir, Request::Act { matter, act: "transfer".into(), toml, officer }, at).await?;
    kept.after(sent)
}

fn read(file: &Path) -> Result<File, Reply> {
    File::open(file).map_err(|error| Reply::no(format!("{}: {error}", file.display())))
}

fn verify(file: &Path, trusted: &[String], at: &Terminal) -> Result<Reply, Reply> {
    let trusted = trusted.iter().map(|text| fingerprint(text)).collect::<Result<Vec<_>, _>>()?;
    let size = std::fs::metadata(file).map(|metadata| metadata.len()).ok();
    let progress = Progress::of("verifying", size, at);
    let mut sealed = SealedReader::read(progress.reading(BufReader::new(read(file)?))).map_err(unsealed)?;
    let verification = sealed.verify().map_err(unsealed)?;
    let envelope = sealed.envelope();
    let findings: Vec<_> = verification.findings.iter().map(ToString::to_string).collect();
    let authors: Vec<_> = verification
        .authors
        .iter()
        .map(|author| match author {
            Some(author) => json!({
                "agency": author.agency, "label": author.card.facts().label,
                "fingerprint": author.fingerprint.to_string(),
                "trusted": trusted.contains(&author.fingerprint),
            }),
            None => Value::Null,
        })
        .collect();
    let all_trusted = authors.iter().all(|author| author["trusted"] == true);
    let (exit, said) = match (findings.is_empty(), all_trusted) {
        (false, _) => (NO, format!("The package was changed:\n  {}", findings.join("\n  "))),
        (true, true) => (YES, "Intact, and sealed by whom you trust.".to_owned()),
        (true, false) => (UNTRUSTED, format!("Intact; {}", unknown(&verification.authors))),
    };
    let text = format!("{said}\npackage {}, {} bytes", envelope.root, envelope.payload_size);
    let json = json!({
        "package": envelope.root, "size": envelope.payload_size, "authors": authors, "findings": findings,
        "matter": envelope.matter, "recipients": envelope.recipients,
    });
    Ok(Reply::of(exit, text, json))
}

fn unknown(authors: &[Option<comity_evidence::envelope::Author>]) -> String {
    let mut said: Vec<_> = authors
        .iter()
        .flatten()
        .map(|author| format!("  {}  {}", author.card.facts().label, author.fingerprint))
        .collect();
    said.dedup();
    if said.is_empty() {
        "nobody has signed it: it says nothing about who sealed it.".into()
    } else {
        format!("keys not known to you: compare these fingerprints.\n{}", said.join("\n"))
    }
}

fn open(file: &Path, key: &Path, out: &Path, only: Option<String>, at: &Terminal) -> Result<Reply, Reply> {
    let key = identity(key)?;
    if let Some(path) = only {
        package::open_one(read(file)?, &key, &path, out).map_err(refused)?;
        return Ok(Reply::yes(format!("{path} is at {}.", out.display()), json!({ "file": out })));
    }
    let size = std::fs::metadata(file).map(|metadata| metadata.len()).ok();
    let mut progress = Progress::of("opening", size, at);
    let opened = package::open(read(file)?, &key, out, &mut |done| progress.at(done)).map_err(refused)?;
    let text = format!("{} files, {} bytes are at {}.", opened.files, opened.bytes, out.display());
    Ok(Reply::yes(text, json!({ "out": out, "files": opened.files, "bytes": opened.bytes })))
}

/// Puts a recipient into a file; the file with the new header takes the place of the old one in one step.
fn add(file: &Path, to: &str, key: &Path, signer: Option<&Signing>) -> Result<Reply, Reply> {
    let (to, key) = (recipient(to)?, identity(key)?);
    let (above, name) = beside(file)?;
    let fresh = tempfile::Builder::new().prefix(".").suffix(".sealing").tempfile_in(above);
    let fresh = fresh.map_err(Reply::io)?;
    let facts = Facts { to: to.0.map(|agency| vec![agency]), matter: None, at: Some(SystemClock.now()) };
    let (sender, entropy) = (signer.map(Signing::sender), &mut SystemEntropy);
    let added = add_recipient(read(file)?, fresh.as_file(), &key, &to.1, facts, sender.as_ref(), entropy);
    let envelope = added.map_err(unsealed)?;
    fresh.as_file().sync_all().map_err(Reply::io)?;
    fresh.persist(file).map_err(|error| Reply::io(error.error))?;
    let text = format!("{} can now be opened by {} keys.", name.display(), envelope.recipients);
    Ok(Reply::yes(text, json!({ "file": file, "package": envelope.root, "recipients": envelope.recipients })))
}

/// Takes a package out of a node, as the sealed file it is; the node records it first.
async fn export(
    dir: &Path,
    matter: String,
    package: Option<String>,
    out: &Path,
    purpose: String,
    officer: Option<String>,
    at: &Terminal,
) -> Result<Reply, Reply> {
    if out.exists() {
        return Err(Reply::usage(format!("{} exists already; nothing is overwritten", out.display())));
    }
    let (above, _) = beside(out)?;
    let request = Request::PackageExport { matter, package, purpose, officer };
    let mut reply = ask_node(dir, request, at).await?;
    if reply.exit != YES {
        return Ok(reply);
    }
    let wrong = || Reply::fault("the node did not name the package".into());
    let name =
        reply.json["package"].as_str().and_then(comity_journal::suite::Hash::from_hex).ok_or_else(wrong)?;
    let kept = Folder::open(dir)?.objects()?.get(&name).map_err(Reply::io)?.ok_or_else(wrong)?;
    let mut fresh = tempfile::Builder::new().prefix(".").tempfile_in(above).map_err(Reply::io)?;
    io::copy(&mut BufReader::new(kept), fresh.as_file_mut()).map_err(Reply::io)?;
    fresh.as_file().sync_all().map_err(Reply::io)?;
    fresh.persist_noclobber(out).map_err(|error| Reply::io(error.error))?;
    reply.json["file"] = json!(PathBuf::from(out));
    reply.text = format!("The sealed package is at {}.", out.display());
    Ok(reply)
}
