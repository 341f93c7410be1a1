//! What people type: nouns, verbs and options. What they do is `cli`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use comity_journal::time::Timestamp;

/// Law-enforcement agencies of different countries work a matter together, with proof of who did what.
#[derive(Parser)]
#[command(name = "comity", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// Print JSON instead of text.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The language of what is printed: en or zh.
    #[arg(long, global = true, default_value = "en")]
    pub(crate) lang: String,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a node: keys, card and an empty journal. Prints the fingerprint.
    Init(Init),
    /// Officers who work at this node.
    #[command(subcommand)]
    Officer(OfficerCommand),
    /// Run a node until it is stopped (Ctrl-C).
    Serve(Serve),
    /// The node's own agency card.
    #[command(subcommand)]
    Card(CardCommand),
    /// The epoch of the node's log, after it was put back from an older copy.
    #[command(subcommand)]
    Epoch(EpochCommand),
    /// Put a node back from a copy of its folder, after verifying its journal.
    Restore {
        /// The node's folder; what stands there is kept beside it.
        dir: PathBuf,
        /// The copy: a whole folder of the same node.
        #[arg(long)]
        from: PathBuf,
        /// Put the copy in the place of a node that has recorded more, and lose what it recorded since.
        #[arg(long)]
        lose_newer: bool,
    },
    /// Foreign agencies this node works with.
    #[command(subcommand)]
    Partner(PartnerCommand),
    /// Requests for assistance.
    #[command(subcommand)]
    Request(RequestCommand),
    /// Sealed packages of evidence.
    #[command(subcommand)]
    Evidence(EvidenceCommand),
    /// Bundles: what partners have for each other, in files that somebody carries.
    #[command(subcommand)]
    Bundle(BundleCommand),
    /// Keys of a node.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Erase content: one person proposes, a second has it done by the same command.
    Erase {
        /// The node's folder.
        dir: PathBuf,
        /// The matter's number, or any unique beginning.
        matter: String,
        /// Parts, as ENTRY:LABEL or, where only one entry has it, LABEL; `sealed-package` for the package itself.
        #[arg(required = true)]
        parts: Vec<String>,
        /// On what this rests.
        #[arg(long, default_value = "the term agreed has ended")]
        reason: String,
        /// Who acts.
        #[arg(long = "as")]
        officer: Option<String>,
    },
    /// Do any act of any kind, or print its template: `act KIND/ACT --template`.
    Act(Act),
    /// Matters.
    #[command(subcommand)]
    Matter(MatterCommand),
    /// Proofs.
    #[command(subcommand)]
    Proof(ProofCommand),
    /// Verify a proof file with nothing but the file. 0 intact and trusted, 3 intact, 1 broken.
    Verify {
        /// The proof.
        file: PathBuf,
        /// A fingerprint or a card's file; may be given several times.
        #[arg(long)]
        trust: Vec<String>,
        /// The hash of an act, as a receipt prints it: say whether the proof holds this very act.
        #[arg(long)]
        entry: Option<String>,
        /// Write a report in Chinese and English, as HTML.
        #[arg(long)]
        report: Option<PathBuf>,
    },
    /// The journal.
    #[command(subcommand)]
    Journal(JournalCommand),
    /// Deliver to partners and fetch from them, now.
    Sync {
        /// The node's folder.
        dir: PathBuf,
        /// Only this partner.
        #[arg(long)]
        partner: Option<String>,
    },
    /// Three agencies play a case through, on this machine.
    Demo {
        /// End after the story.
        #[arg(long)]
        once: bool,
        /// The file or folder that is handed over as evidence; one made up for the story unless given.
        #[arg(long)]
        files: Option<PathBuf>,
        /// Where to put the nodes; a fresh folder `demo` here unless given.
        #[arg(long)]
        dir: Option<PathBuf>,
    },
}

#[derive(Args)]
pub(crate) struct Init {
    /// The new node's folder.
    pub(crate) dir: PathBuf,
    /// A short name, such as xa.liaison.
    #[arg(long)]
    pub(crate) agency: String,
    /// Country or territory, ISO 3166-1 alpha-2.
    #[arg(long, required_unless_present = "international", conflicts_with = "international")]
    pub(crate) place: Option<String>,
    /// International body, ICAO 9303 code, such as UNO.
    #[arg(long)]
    pub(crate) international: Option<String>,
    /// Its name in English.
    #[arg(long)]
    pub(crate) name_en: String,
    /// Its name in Chinese.
    #[arg(long)]
    pub(crate) name_zh: String,
    /// What it is: police, ministry, prosecutor, court, central-authority, consulate, fiu …
    #[arg(long, default_value = "police")]
    pub(crate) kind: String,
    /// Where partners reach its node, https://host:port.
    #[arg(long)]
    pub(crate) endpoint: Vec<String>,
    /// Where to write the root key; keep it offline.
    #[arg(long)]
    pub(crate) root_out: PathBuf,
}

#[derive(Subcommand)]
pub(crate) enum OfficerCommand {
    /// Enlist an officer.
    Add {
        /// The node's folder.
        dir: PathBuf,
        /// The officer's name.
        name: String,
        /// A role; may be given several times.
        #[arg(long = "role", required = true)]
        roles: Vec<String>,
        /// Print the code with which the officer chooses, once, what to sign in with.
        #[arg(long)]
        invite: bool,
    },
    /// Print a new code with which an officer chooses, once, what to sign in with. What was chosen before ends then.
    Invite {
        /// The node's folder.
        dir: PathBuf,
        /// The officer's name.
        name: String,
    },
    /// List officers, and who can sign in.
    List {
        /// The node's folder.
        dir: PathBuf,
    },
}

#[derive(Args)]
pub(crate) struct Serve {
    /// The node's folder.
    pub(crate) dir: PathBuf,
    /// Where to serve the desk, the card and health, host:port; plain HTTP, behind a front that speaks TLS.
    #[arg(long)]
    pub(crate) web: Option<String>,
    /// Where browsers reach the desk, such as https://desk.example; its own address unless given.
    #[arg(long, requires = "web")]
    pub(crate) origin: Option<String>,
    /// Where to answer partners, host:port.
    #[arg(long, default_value = "127.0.0.1:7843")]
    pub(crate) federation: String,
}

#[derive(Subcommand)]
pub(crate) enum CardCommand {
    /// Show the card and its fingerprint; `--out` writes it to a file to be given to partners.
    Show {
        /// The node's folder.
        dir: PathBuf,
        /// Write the card here.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Issue a new card with the root key.
    Set {
        /// The node's folder.
        dir: PathBuf,
        /// The root key's file.
        #[arg(long)]
        root: PathBuf,
        /// Where partners reach the node, https://host:port; replaces all.
        #[arg(long)]
        endpoint: Vec<String>,
        /// A new name in English.
        #[arg(long)]
        name_en: Option<String>,
        /// A new name in Chinese.
        #[arg(long)]
        name_zh: Option<String>,
    },
    /// Renew all keys of a node that stands still, as a precaution or because one is gone.
    Rotate {
        /// The node's folder.
        dir: PathBuf,
        /// The root key's file.
        #[arg(long)]
        root: PathBuf,
    },
    /// Renew all keys of a node that stands still because somebody else may have them, and disown what the former ones
    /// signed beyond what this node's journal stands by.
    Revoke {
        /// The node's folder.
        dir: PathBuf,
        /// The root key's file.
        #[arg(long)]
        root: PathBuf,
        /// Stand by what this journal had recorded before this time only, such as 2026-11-02T08:00:00Z.
        #[arg(long, value_parser = time)]
        before: Option<Timestamp>,
    },
}

fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "a time is written like 2026-11-02T08:00:00Z".to_owned())
}

#[derive(Subcommand)]
pub(crate) enum PartnerCommand {
    /// Add a partner whose fingerprint was compared by telephone, or one that has no node (--off-network).
    Add {
        /// The node's folder.
        dir: PathBuf,
        /// Its card: a file, or http://host:port of its node.
        #[arg(required_unless_present = "off_network", conflicts_with = "off_network")]
        card: Option<String>,
        /// The twelve groups of five digits its people read out.
        #[arg(long, required_unless_present = "off_network", conflicts_with = "off_network")]
        fingerprint: Option<String>,
        /// It has no node: it answers by letter, telephone or another network, and we record what it says.
        #[arg(long, requires = "name", requires = "place", requires = "reached")]
        off_network: bool,
        /// Without a node: its country or territory, or the body it is.
        #[arg(long, requires = "off_network")]
        place: Option<String>,
        /// Without a node: how it is reached.
        #[arg(long, requires = "off_network")]
        reached: Option<String>,
        /// What we call it; its own label unless given.
        #[arg(long)]
        name: Option<String>,
        /// Where its node answers, when not as its card says.
        #[arg(long)]
        at: Option<String>,
        /// Who acts.
        #[arg(long = "as")]
        officer: Option<String>,
    },
    /// Confirm a partner, as a second person.
    Confirm {
        /// The node's folder.
        dir: PathBuf,
        /// The partner.
        partner: String,
        /// Who acts.
        #[arg(long = "as")]
        officer: Option<String>,
    },
    /// Let a partner have persons and evidence: with FILE propose it, without FILE grant the proposal as a second person.
    Widen {
        /// The node's folder.
        dir: PathBuf,
        /// The partner.
        partner: String,
        /// The rights assessment as TOML; `comity act partner/propose-widening --template` prints one to fill in.
        file: Option<PathBuf>,
        /// Who acts.
        #[arg(long = "as")]
        officer: Option<String>,
    },
    /// Take a partner back to the floor at once: correspondence, no persons, no evidence.
    Narrow {
        /// The node's folder.
        dir: PathBuf,
        /// The partner.
        partner: String,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Who acts.
        #[arg(long = "as")]
        officer: Option<String>,
    },
    /// Go on without a partner that does not answer, after this node was put back from a copy or was not stopped cleanly: with
    /// --reason propose it, without it agree as a second person. Then `epoch declare`.
    Waive {
        /// The node's folder.
        dir: PathBuf,
        /// The partner.
        partner: String,
        /// Since when it has not answered, how it was tried.
        #[arg(long)]
        reason: Option<String>,
        /// Who acts.
        #[arg(long = "as")]
        officer: Option<String>,
    },
    /// Take a newer card of a partner by hand. It proves itself.
    Card {
        /// The node's folder.
        dir: PathBuf,
        /// The card: a file, or http://host:port of its node.
        card: String,
    },
    /// Put a partner in quarantine at once: no new matters with it. Open ones go on. A proven fork does this by itself.
    Quarantine {
        /// The node's folder.
        dir: PathBuf,
        /// The partner.
        partner: String,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Who acts.
        #[arg(long = "as")]
        officer: Option<String>,
    },
    /// Lift a quarantine: with --reason propose it, without it lift as a second person what was proposed.
    Lift {
        /// The node's folder.
        dir: PathBuf,
        /// The partner.
        partner: String,
        /// Why it can be lifted.
        #[arg(long)]
        reason: Option<String>,
        /// Who acts.
        #[arg(long = "as")]
        officer: Option<String>,
    },
    /// Say that a partner without a node is an agency that was met by its card, and, as a second person, hand over to it
    /// what was recorded for it. Once more goes on where a matter could not be handed over.
    Link {
        /// The node's folder.
        dir: PathBuf,
        /// The partner without a node.
        partner: String,
        /// The partner with a node that it is.
        with: String,
        /// Who acts.
        #[arg(long = "as")]
        officer: Option<String>,
    },
    /// Say that a record this partner kept of an agency without a node is about us, and, as a second person, confirm it.
    Claim {
        /// The node's folder.
        dir: PathBuf,
        /// The partner that kept it.
        partner: String,
        /// The record's id or a beginning of it; the only one that is offered unless given.
        #[arg(long)]
        record: Option<String>,
        /// Who acts.
        #[arg(long = "as")]
        officer: Option<String>,
    },
    /// List partners.
    List {
        /// The node's folder.
        dir: PathBuf,
    },
    /// Show one partner.
    Show {
        /// The node's folder.
        dir: PathBuf,
        /// The partner.
        partner: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum RequestCommand {
    /// Draft a request. Nothing leaves the node.
    Draft(RequestArgs),
    /// Draft a request and send it as soon as it is approved; or send the draft of a matter.
    Send {
        /// The node's folder.
        dir: PathBuf,
        /// The partner to ask.
        #[arg(long)]
        to: Option<String>,
        /// With --to, the request as TOML (`act request/open --template`); without, the matter's number.
        file_or_matter: String,
        /// Who acts.
        #[arg(long = "as")]
        officer: Option<String>,
    },
}

#[derive(Subcommand)]
pub(crate) enum EvidenceCommand {
    /// Seal a file or folder into one file that `age -d FILE | tar x` opens as well.
    Seal {
        /// The file or folder.
        path: PathBuf,
        /// A recipient: the file of an agency's card, or an age recipient (age1…); may be given several times.
        #[arg(long, required = true)]
        to: Vec<String>,
        /// The file to write.
        #[arg(long)]
        out: PathBuf,
        /// Sign as the node in this folder.
        #[arg(long)]
        by: Option<PathBuf>,
        /// A reference to be written into the package; may be given several times.
        #[arg(long)]
        identifier: Vec<String>,
    },
    /// Seal a file or folder to the parties of an evidence matter, and hand it over.
    Send {
        /// The node's folder.
        dir: PathBuf,
        /// The matter's number, or any unique beginning.
        matter: String,
        /// The file or folder.
        path: PathBuf,
        /// What it is, in one line; its name unless given.
        #[arg(long)]
        label: Option<String>,
        /// Tool and version that made the copy, condition, seals before and after.
        #[arg(long)]
        condition: Option<String>,
        /// The entry of an earlier transfer, found not as sealed, that this one replaces.
        #[arg(long)]
        replaces: Option<String>,
        /// Who acts.
        #[arg(long = "as")]
        officer: Option<String>,
    },
    /// Verify a sealed file without any key. 0 intact and by whom you trust, 3 intact, 1 changed.
    Verify {
        /// The sealed file.
        file: PathBuf,
        /// A fingerprint or a card's file; may be given several times.
        #[arg(long)]
        trust: Vec<String>,
    },
    /// Open a sealed file into a folder that does not exist yet.
    Open {
        /// The sealed file.
        file: PathBuf,
        /// A file with an age identity (AGE-SECRET-KEY-1…).
        #[arg(long)]
        identity: PathBuf,
        /// The folder to make; with --only the file to make.
        #[arg(long)]
        out: PathBuf,
        /// Only this file, by its path inside.
        #[arg(long)]
        only: Option<String>,
    },
    /// Let one more recipient open a sealed file; its content is not sealed anew.
    AddRecipient {
        /// The sealed file.
        file: PathBuf,
        /// The recipient: the file of an agency's card, or an age recipient.
        #[arg(long)]
        to: String,
        /// A file with an age identity that opens it.
        #[arg(long)]
        identity: PathBuf,
        /// Sign as the node in this folder.
        #[arg(long)]
        by: Option<PathBuf>,
    },
    /// Take a package out of a node, as the sealed file it is. Recorded first.
    Export {
        /// The node's folder.
        dir: PathBuf,
        /// The matter's number, or any unique beginning.
        matter: String,
        /// The package, by its name or any unique beginning, where the matter has several.
        package: Option<String>,
        /// The file to write.
        #[arg(long)]
        out: PathBuf,
        /// For what.
        #[arg(long, default_value = "examination of the evidence")]
        purpose: String,
        /// Who acts.
        #[arg(long = "as")]
        officer: Option<String>,
    },
}

#[derive(Subcommand)]
pub(crate) enum BundleCommand {
    /// Write all that a partner has not receipted, and the receipts we owe it, into one file sealed to it. Recorded first.
    Export {
        /// The node's folder.
        dir: PathBuf,
        /// The partner it is for.
        #[arg(long)]
        to: String,
        /// The file to write.
        #[arg(long)]
        out: PathBuf,
        /// With the sealed packages that were handed over to it and that it has not taken over.
        #[arg(long)]
        with_packages: bool,
        /// For what.
        #[arg(long, default_value = "delivery by hand")]
        purpose: String,
        /// Who acts.
        #[arg(long = "as")]
        officer: Option<String>,
    },
    /// Take in what a partner's bundle holds. A bundle may be imported twice, and bundles in any order.
    Import {
        /// The node's folder.
        dir: PathBuf,
        /// The bundle.
        file: PathBuf,
    },
}

#[derive(Subcommand)]
pub(crate) enum KeyCommand {
    /// Export the key that opens sealed packages, as an age identity. Recorded first.
    Export {
        /// The node's folder.
        dir: PathBuf,
        /// The key that opens sealed packages; the only one that can be exported.
        #[arg(long, required = true)]
        packages: bool,
        /// Yes, whoever has it opens every package this node was sent.
        #[arg(long, required = true)]
        yes: bool,
        /// The file to write; printed unless given.
        #[arg(long)]
        out: Option<PathBuf>,
        /// For what.
        #[arg(long, default_value = "opening packages away from the node")]
        purpose: String,
        /// Who acts.
        #[arg(long = "as")]
        officer: Option<String>,
    },
}

#[derive(Args)]
pub(crate) struct RequestArgs {
    /// The node's folder.
    pub(crate) dir: PathBuf,
    /// The partner to ask.
    #[arg(long)]
    pub(crate) to: String,
    /// The request as TOML; `comity act request/open --template` prints one to fill in.
    pub(crate) file: PathBuf,
    /// Who acts.
    #[arg(long = "as")]
    pub(crate) officer: Option<String>,
}

#[derive(Args)]
pub(crate) struct Act {
    /// The node's folder; with --template the act, as KIND/ACT.
    pub(crate) dir: String,
    /// The matter's number, or any unique beginning; with --template, KIND/ACT.
    pub(crate) matter: Option<String>,
    /// The act.
    pub(crate) act: Option<String>,
    /// Its fields as TOML; none where it needs none, or to send the draft that is kept.
    pub(crate) file: Option<PathBuf>,
    /// Print a commented TOML file to fill in.
    #[arg(long)]
    pub(crate) template: bool,
    /// Record the act for this partner, which has no node.
    #[arg(long = "for", requires = "channel")]
    pub(crate) on_behalf: Option<String>,
    /// How it reached us: i-24-7, note-verbale, letter, e-mail, telephone, in-person, other.
    #[arg(long, requires = "on_behalf")]
    pub(crate) channel: Option<String>,
    /// The reference it bears there.
    #[arg(long, requires = "on_behalf")]
    pub(crate) reference: Option<String>,
    /// When it was said or dated there, such as 2026-11-20T09:00:00Z.
    #[arg(long, requires = "on_behalf")]
    pub(crate) dated: Option<String>,
    /// The scanned paper, a file or a folder: it is sealed to our own key and kept with the record.
    #[arg(long, requires = "on_behalf")]
    pub(crate) paper: Option<PathBuf>,
    /// Who acts.
    #[arg(long = "as")]
    pub(crate) officer: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum MatterCommand {
    /// Draft the act that opens a matter of any kind; --send asks for it to be sent as soon as the rules allow.
    Open {
        /// The node's folder.
        dir: PathBuf,
        /// The kind of matter.
        kind: String,
        /// The partner to open it with; may be given several times where matters of this kind have several parties.
        #[arg(long, required = true)]
        to: Vec<String>,
        /// The act's fields as TOML; `comity act KIND/ACT --template` prints them.
        file: PathBuf,
        /// Send it as soon as the rules allow.
        #[arg(long)]
        send: bool,
        /// Who acts.
        #[arg(long = "as")]
        officer: Option<String>,
    },
    /// List matters, latest first.
    List {
        /// The node's folder.
        dir: PathBuf,
    },
    /// Show one matter.
    Show {
        /// The node's folder.
        dir: PathBuf,
        /// Its number, or any unique beginning.
        matter: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum ProofCommand {
    /// Export the proof of a matter: signatures and hashes, no content unless --content.
    Export {
        /// The node's folder.
        dir: PathBuf,
        /// Its number, or any unique beginning.
        matter: String,
        /// With the content still at hand. Recorded first.
        #[arg(long)]
        content: bool,
        /// With --content: for what.
        #[arg(long, default_value = "use in proceedings")]
        purpose: String,
        /// With --content: who acts.
        #[arg(long = "as")]
        officer: Option<String>,
        /// The file to write; NUMBER.proof unless given.
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
pub(crate) enum JournalCommand {
    /// Verify the whole journal from its first record.
    Verify {
        /// The node's folder.
        dir: PathBuf,
    },
}

#[derive(Subcommand)]
pub(crate) enum EpochCommand {
    /// Declare the new epoch in a card signed by the root key; then the node signs for partners again.
    Declare {
        /// The node's folder.
        dir: PathBuf,
        /// The root key's file.
        #[arg(long)]
        root: PathBuf,
    },
}
