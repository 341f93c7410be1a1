//! The command line: what people type, turned into requests, and replies turned into text, JSON and exit codes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use comity_app::sign_in::Code;
use comity_domain::act::{Act as _, Home, template};
use comity_domain::engine::Kinds;
use comity_domain::matters::partner::{
    Lift, Narrow, ProposeLifting, ProposeWaiver, ProposeWidening, PutInQuarantine, Waive, Widen,
};
use comity_domain::words::Lang;
use comity_journal::card::Seat;
use comity_journal::ids::Token;
use comity_web::public;
use serde_json::json;

use crate::args::{
    Act, BundleCommand, CardCommand, Cli, Command, EpochCommand, Init, JournalCommand, KeyCommand,
    MatterCommand, OfficerCommand, PartnerCommand, ProofCommand, RequestCommand, Serve,
};
use crate::card::{self, Why};
use crate::evidence::{self, ToRecord};
use crate::folder::Folder;
use crate::node::{NewNode, Node, initialise};
use crate::real::SystemEntropy;
use crate::release::Release;
use crate::reply::{FAULT, Reply};
use crate::request::Request;
use crate::restore;
use crate::serve::{OfficeAt, Running, bind};
use crate::{control, demo, verify};

/// What every command is carried out with.
#[derive(Clone)]
pub(crate) struct Terminal {
    pub(crate) release: Arc<Release>,
    pub(crate) lang: Lang,
    pub(crate) json: bool,
}

/// Runs the command line of a node that knows these kinds of matters.
pub fn run(kinds: Kinds) -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(tracing::Level::WARN).init();
    let Some(lang) = Lang::from_tag(&cli.lang) else {
        return print(&Reply::usage("--lang takes en or zh".into()), cli.json);
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return print(&Reply::io(error), cli.json),
    };
    let at = Terminal { release: Arc::new(Release::new(kinds)), lang, json: cli.json };
    let reply = runtime.block_on(carry_out(cli.command, &at)).unwrap_or_else(|reply| reply);
    print(&reply, at.json)
}

/// Writes the reply. A reader that went away (a closed pipe) is no fault of the command.
fn print(reply: &Reply, json: bool) -> ExitCode {
    use std::io::Write as _;
    let failed = reply.exit != 0 && reply.json["error"].is_string();
    let written = if json {
        let text = serde_json::to_string_pretty(&reply.json).unwrap_or_else(|_| reply.text.clone());
        writeln!(std::io::stdout(), "{text}")
    } else if failed {
        writeln!(std::io::stderr(), "comity: {}", reply.text)
    } else if reply.text.is_empty() {
        Ok(())
    } else {
        writeln!(std::io::stdout(), "{}", reply.text)
    };
    drop(written);
    ExitCode::from(reply.exit)
}

async fn carry_out(command: Command, at: &Terminal) -> Result<Reply, Reply> {
    let ask = |dir: PathBuf, request| async move { ask_node(&dir, request, at).await };
    match command {
        Command::Init(init) => init_node(init, at).await,
        Command::Officer(OfficerCommand::Add { dir, name, roles, invite }) => {
            ask(dir, Request::OfficerAdd { name, roles, invite }).await
        }
        Command::Officer(OfficerCommand::Invite { dir, name }) => {
            ask(dir, Request::OfficerInvite { name }).await
        }
        Command::Officer(OfficerCommand::List { dir }) => ask(dir, Request::OfficerList).await,
        Command::Serve(args) => serve(args, at).await,
        Command::Card(CardCommand::Show { dir, out }) => {
            if let Some(out) = out {
                std::fs::write(&out, Folder::open(&dir)?.card()?.bytes()).map_err(Reply::io)?;
            }
            ask(dir, Request::CardShow).await
        }
        Command::Card(CardCommand::Set { dir, root, endpoint, name_en, name_zh }) => {
            card::set(&dir, &root, endpoint, [("en", name_en), ("zh", name_zh)], at).await
        }
        Command::Card(CardCommand::Rotate { dir, root }) => card::renew(&dir, &root, Why::Rotate, at),
        Command::Card(CardCommand::Revoke { dir, root, before }) => {
            card::renew(&dir, &root, Why::Revoke { before }, at)
        }
        Command::Epoch(EpochCommand::Declare { dir, root }) => restore::declare_epoch(&dir, &root, at).await,
        Command::Restore { dir, from, lose_newer } => {
            restore::run(&dir, &from, lose_newer, at.release.words(at.lang))
        }
        Command::Partner(command) => partner(command, at).await,
        Command::Request(RequestCommand::Draft(args)) => {
            let toml = read_toml(&args.file)?;
            let (kind, to, officer) = ("request".to_owned(), vec![args.to], args.officer);
            ask(args.dir, Request::Draft { kind, to, toml, officer, send: false }).await
        }
        Command::Request(RequestCommand::Send { dir, to: Some(to), file_or_matter, officer }) => {
            let toml = read_toml(Path::new(&file_or_matter))?;
            ask(dir, Request::Draft { kind: "request".into(), to: vec![to], toml, officer, send: true }).await
        }
        Command::Request(RequestCommand::Send { dir, to: None, file_or_matter, officer }) => {
            ask(dir, Request::Act { matter: file_or_matter, act: "open".into(), toml: None, officer }).await
        }
        Command::Evidence(command) => evidence::run(command, at).await,
        Command::Bundle(BundleCommand::Export { dir, to, out, with_packages, purpose, officer }) => {
            let out = std::path::absolute(out).map_err(Reply::io)?;
            ask(dir, Request::BundleExport { to, out, with_packages, purpose, officer }).await
        }
        Command::Bundle(BundleCommand::Import { dir, file }) => {
            let file = std::path::absolute(file).map_err(Reply::io)?;
            ask(dir, Request::BundleImport { file }).await
        }
        Command::Key(KeyCommand::Export { dir, out, purpose, officer, .. }) => {
            export_key(&dir, out.as_deref(), purpose, officer, at).await
        }
        Command::Erase { dir, matter, parts, reason, officer } => {
            ask(dir, Request::Erase { matter, parts, reason, officer }).await
        }
        Command::Act(args) => act(args, at).await,
        Command::Matter(MatterCommand::List { dir }) => ask(dir, Request::MatterList).await,
        Command::Matter(MatterCommand::Open { dir, kind, to, file, send, officer }) => {
            let toml = read_toml(&file)?;
            ask(dir, Request::Draft { kind, to, toml, officer, send }).await
        }
        Command::Matter(MatterCommand::Show { dir, matter }) => {
            ask(dir, Request::MatterShow { matter }).await
        }
        Command::Proof(ProofCommand::Export { dir, matter, content, purpose, officer, out }) => {
            let purpose = content.then_some(purpose);
            export_proof(ask(dir, Request::ProofExport { matter, purpose, officer }).await?, out)
        }
        Command::Verify { file, trust, entry, report } => {
            let question =
                verify::Question { trusted: &trust, entry: entry.as_deref(), report: report.as_deref() };
            verify::run(&file, &question, at)
        }
        Command::Journal(JournalCommand::Verify { dir }) => ask(dir, Request::JournalVerify).await,
        Command::Sync { dir, partner } => ask(dir, Request::Sync { partner }).await,
        Command::Demo { once, files, dir } => demo::run(dir.as_deref(), files, once, at).await,
    }
}

/// Over the control socket of a running node, or else under the folder's lock.
pub(crate) async fn ask_node(dir: &Path, request: Request, at: &Terminal) -> Result<Reply, Reply> {
    let folder = Folder::open(dir)?;
    if let Some(reply) = control::ask(&folder.socket_path(), &request, at.lang).await {
        return Ok(reply);
    }
    let lock = folder.lock_in_turn()?;
    // The node may have started while we waited for our turn.
    let node = Node::open(folder, lock, Arc::clone(&at.release)).await?;
    let reply = node.desk.execute(request, at.lang).await;
    node.close().await;
    Ok(reply)
}

async fn init_node(init: Init, at: &Terminal) -> Result<Reply, Reply> {
    let seat = match (&init.place, &init.international) {
        (Some(code), _) => Seat::place(code),
        (None, Some(code)) => Seat::international(code),
        (None, None) => None,
    };
    let seat = seat.ok_or_else(|| {
        Reply::usage(
            "--place takes two capital letters (ISO 3166-1), --international three (ICAO 9303)".into(),
        )
    })?;
    let word = |text: &str, what: &str| {
        Token::new(text).map_err(|error| Reply::usage(format!("{what} `{text}` is {error}")))
    };
    let new = NewNode {
        label: word(&init.agency, "the label")?,
        seat,
        names: BTreeMap::from([("en".into(), init.name_en), ("zh".into(), init.name_zh)]),
        kind: word(&init.kind, "the kind")?,
        endpoints: init.endpoint,
    };
    let card = initialise(&init.dir, new, &init.root_out, at.release.kinds())?;
    let node =
        Node::open(Folder::open(&init.dir)?, Folder::open(&init.dir)?.lock()?, Arc::clone(&at.release))
            .await?;
    node.close().await;
    let fingerprint = card.fingerprint().to_string();
    let text = format!(
        "{}\n\nThis is the agency's fingerprint; partners compare it with you by telephone.\n\
         The root key is in {}: keep it offline, and a copy in another place.",
        fingerprint,
        init.root_out.display()
    );
    Ok(Reply::yes(text, json!({ "agency": card.agency(), "fingerprint": fingerprint })))
}

/// A card from a file, or from the node that shows it.
async fn card_bytes(card: &str) -> Result<Vec<u8>, Reply> {
    if card.starts_with("http://") || card.starts_with("https://") {
        public::fetch_card(card).await.map_err(Reply::waiting)
    } else {
        std::fs::read(card).map_err(|error| Reply::no(format!("{card}: {error}")))
    }
}

async fn partner(command: PartnerCommand, at: &Terminal) -> Result<Reply, Reply> {
    let (dir, request) = match command {
        PartnerCommand::Add {
            dir,
            name: Some(name),
            place: Some(place),
            reached: Some(reached),
            officer,
            ..
        } => (dir, Request::PartnerAddOffNetwork { name, place, reached, officer }),
        PartnerCommand::Add { dir, card, fingerprint, name, at, officer, .. } => {
            let (card, fingerprint) = (card.unwrap_or_default(), fingerprint.unwrap_or_default());
            let card = data_encoding::BASE64.encode(&card_bytes(&card).await?);
            (dir, Request::PartnerAdd { card, fingerprint, name, at, officer })
        }
        PartnerCommand::Confirm { dir, partner, officer } => {
            (dir, Request::PartnerConfirm { partner, officer })
        }
        PartnerCommand::Widen { dir, partner, file, officer } => {
            let toml = file.as_deref().map(read_toml).transpose()?;
            let act = if toml.is_some() { ProposeWidening::DEF.code } else { Widen::DEF.code };
            (dir, Request::PartnerAct { partner, act: act.into(), toml, officer })
        }
        PartnerCommand::Narrow { dir, partner, reason, officer } => {
            let toml = Some(reason_toml(reason));
            (dir, Request::PartnerAct { partner, act: Narrow::DEF.code.into(), toml, officer })
        }
        PartnerCommand::Quarantine { dir, partner, reason, officer } => {
            let toml = Some(reason_toml(reason));
            (dir, Request::PartnerAct { partner, act: PutInQuarantine::DEF.code.into(), toml, officer })
        }
        PartnerCommand::Lift { dir, partner, reason, officer } => {
            let act = if reason.is_some() { ProposeLifting::DEF.code } else { Lift::DEF.code };
            let toml = reason.map(reason_toml);
            (dir, Request::PartnerAct { partner, act: act.into(), toml, officer })
        }
        PartnerCommand::Waive { dir, partner, reason, officer } => {
            let act = if reason.is_some() { ProposeWaiver::DEF.code } else { Waive::DEF.code };
            let toml = reason.map(reason_toml);
            (dir, Request::PartnerAct { partner, act: act.into(), toml, officer })
        }
        PartnerCommand::Link { dir, partner, with, officer } => {
            (dir, Request::PartnerLink { partner, with, officer })
        }
        PartnerCommand::Claim { dir, partner, record, officer } => {
            (dir, Request::PartnerClaim { partner, record, officer })
        }
        PartnerCommand::Card { dir, card } => {
            let card = data_encoding::BASE64.encode(&card_bytes(&card).await?);
            (dir, Request::PartnerCard { card })
        }
        PartnerCommand::List { dir } => (dir, Request::PartnerList),
        PartnerCommand::Show { dir, partner } => (dir, Request::PartnerShow { partner }),
    };
    ask_node(&dir, request, at).await
}

fn reason_toml(reason: String) -> String {
    toml::Table::from_iter([("reason".to_owned(), reason.into())]).to_string()
}

/// The node records it first; then the key is read from its folder.
pub(crate) async fn export_key(
    dir: &Path,
    out: Option<&Path>,
    purpose: String,
    officer: Option<String>,
    at: &Terminal,
) -> Result<Reply, Reply> {
    let recorded = ask_node(dir, Request::KeyExport { purpose, officer }, at).await?;
    if recorded.exit != 0 {
        return Ok(recorded);
    }
    let secret = Folder::open(dir)?.read_keys()?.packages;
    let identity = comity_evidence::age::Identity::from_bytes(zeroize::Zeroizing::new(*secret.bytes()));
    let recipient = comity_evidence::age::recipient_text(&identity.recipient());
    let text = zeroize::Zeroizing::new(format!("# recipient {recipient}\n{}", *identity.text()));
    let Some(out) = out else {
        return Ok(Reply::yes(
            text.as_str(),
            json!({ "recipient": recipient, "identity": *identity.text() }),
        ));
    };
    crate::folder::write_private(out, text.as_bytes())?;
    let said = format!(
        "The identity is at {}. Whoever has it opens every package this node was sent.",
        out.display()
    );
    Ok(Reply::yes(said, json!({ "recipient": recipient, "file": out })))
}

async fn act(args: Act, at: &Terminal) -> Result<Reply, Reply> {
    if args.template {
        let named = args.matter.unwrap_or(args.dir);
        return print_template(&named, at);
    }
    let (Some(matter), Some(act)) = (args.matter, args.act) else {
        return Err(Reply::usage(
            "name the matter and the act: `comity act DIR MATTER ACT [FILE.toml]`".into(),
        ));
    };
    let toml = args.file.as_deref().map(read_toml).transpose()?;
    let officer = args.officer;
    let request = match args.on_behalf {
        None => Request::Act { matter, act, toml, officer },
        Some(party) => {
            let said =
                [("channel", args.channel), ("outside_reference", args.reference), ("dated", args.dated)];
            let given = said.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?.into())));
            let (recorded, dir) = (given.collect::<toml::Table>(), Path::new(&args.dir));
            if let Some(paper) = args.paper {
                let what = ToRecord { matter, act, toml, party, recorded, officer };
                return evidence::record(dir, &paper, what, at).await;
            }
            let recorded = recorded.to_string();
            Request::RecordFor { matter, act, toml, party, recorded, paper: None, officer }
        }
    };
    ask_node(Path::new(&args.dir), request, at).await
}

fn print_template(named: &str, at: &Terminal) -> Result<Reply, Reply> {
    let kinds = at.release.kinds();
    let known = || {
        let all = kinds.iter().flat_map(|kind| {
            let code = kind.def().code;
            kind.acts().into_iter().map(move |act| format!("{code}/{}", act.code))
        });
        all.collect::<Vec<_>>().join(", ")
    };
    let def = named.split_once('/').and_then(|(kind, act)| kinds.get(kind)?.act(act));
    let def =
        def.ok_or_else(|| Reply::usage(format!("there is no act `{named}`; there are: {}", known())))?;
    let mut text = template(def);
    let several =
        named.split_once('/').and_then(|(kind, _)| kinds.get(kind)).is_some_and(|k| k.def().fold.is_some());
    let content = def.fields.iter().find(|field| matches!(field.home, Home::Part(_)));
    if let Some(field) = content.filter(|_| several && !def.inner) {
        text += "\n# For whom content is that is not for all parties: fields, each with parties by our names for them. (may be left out)\n";
        text += &format!("# [only_for]\n# {} = [\"\"]\n", field.name);
    }
    Ok(Reply::yes(text.trim_end(), json!({ "act": named, "template": text })))
}

/// Reads TOML; a table with `file = "PATH"` becomes the paper with its name and bytes.
pub(crate) fn read_toml(path: &Path) -> Result<String, Reply> {
    let text =
        std::fs::read_to_string(path).map_err(|error| Reply::no(format!("{}: {error}", path.display())))?;
    let Ok(mut table) = text.parse::<toml::Table>() else { return Ok(text) };
    let mut took = false;
    for (_, value) in table.iter_mut() {
        let toml::Value::Array(items) = value else { continue };
        for item in items {
            let toml::Value::Table(paper) = item else { continue };
            let Some(toml::Value::String(file)) = paper.get("file").cloned() else { continue };
            let at = path.parent().unwrap_or(Path::new(".")).join(&file);
            let bytes =
                std::fs::read(&at).map_err(|error| Reply::no(format!("{}: {error}", at.display())))?;
            let name = at.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            paper.remove("file");
            paper.insert("name".into(), name.into());
            paper.insert("data".into(), data_encoding::BASE64.encode(&bytes).into());
            took = true;
        }
    }
    Ok(if took { table.to_string() } else { text })
}

fn export_proof(reply: Reply, out: Option<PathBuf>) -> Result<Reply, Reply> {
    if reply.exit != 0 {
        return Ok(reply);
    }
    let text = |key: &str| reply.json[key].as_str().unwrap_or_default().to_owned();
    let bytes = data_encoding::BASE64
        .decode(text("proof").as_bytes())
        .map_err(|_| Reply { exit: FAULT, ..reply.clone() })?;
    let out = out.unwrap_or_else(|| PathBuf::from(format!("{}.proof", text("number"))));
    std::fs::write(&out, &bytes).map_err(Reply::io)?;
    let facts = json!({ "file": out, "bytes": bytes.len(), "number": text("number") });
    Ok(Reply::yes(format!("{} ({} bytes)", out.display(), bytes.len()), facts))
}

#[expect(clippy::print_stdout, reason = "a running node says where it listens before it ends")]
async fn serve(args: Serve, at: &Terminal) -> Result<Reply, Reply> {
    let code = Code::draw::<{ Code::INVITATION }>(&mut SystemEntropy);
    let desk = match &args.web {
        Some(web) => {
            let (listener, set_up) = (bind(web).await?, Some(code.clone()));
            Some(OfficeAt { listener, origin: args.origin.clone(), demo: false, director: None, set_up })
        }
        None => None,
    };
    let running = Running::start(&args.dir, bind(&args.federation).await?, desk, &at.release).await?;
    let (federation, shown) = (running.federation.to_string(), running.web.map(|web| web.to_string()));
    let ready = running.node().desk.ledger.run(|ledger, _| ledger.anybody_can_sign_in()).await?;
    // Whoever reads this terminal holds the folder: that is who may make the first administrators.
    let set_up = (!ready && shown.is_some()).then(|| code.to_string());
    if at.json {
        println!("{}", json!({ "federation": federation, "web": shown, "set_up": set_up }));
    } else {
        println!("Partners reach this node at https://{federation}");
        if let Some(web) = &shown {
            println!("Its desk is at http://{web}/, its card at http://{web}{}", public::CARD_PATH);
        }
        if let Some(code) = &set_up {
            println!("Nobody can sign in yet. Set the desk up there with the code {code}");
        }
    }
    stopped().await;
    running.stop().await;
    Ok(Reply::yes(if at.json { "" } else { "Stopped." }, json!({ "stopped": true })))
}

/// Waits for Ctrl-C or a termination signal.
pub(crate) async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}
