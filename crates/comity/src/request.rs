//! What can be asked of a node, by its command line or over its control socket. One enum, one place that executes.

use comity_app::commands::{ActCommand, Acted, Erasing, Outcome, RecordCommand, Tied};
use comity_app::ledger::{EPOCH_FIRST, LedgerHandle};
use comity_app::queries::{MatterPage, PartnerLine, verify_journal};
use comity_app::workers::{Fetched, Synced};
use comity_domain::act::Act as _;
use comity_domain::engine::Erase;
use comity_domain::gates::{Refusal, rules};
use comity_domain::matters::node::Export;
use comity_domain::vocabularies::Role;
use comity_domain::words::{Lang, Words};
use comity_journal::card::Card;
use comity_journal::fingerprint::Fingerprint;
use comity_journal::ids::AgencyId;
use comity_journal::suite::Hash;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;

use crate::bundle;
use crate::partners::Partners;
use crate::release::Release;
use crate::reply::{NO, REFUSED, Reply, WAITING};
use crate::restore;
use crate::show;

/// A command to a node.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    /// Enlists an officer.
    OfficerAdd {
        name: String,
        roles: Vec<String>,
        #[serde(default)]
        invite: bool,
    },
    /// Invites an officer to choose what to sign in with.
    OfficerInvite { name: String },
    /// Lists officers.
    OfficerList,
    /// Shows our card.
    CardShow,
    /// Keeps a new card of ours.
    CardSet { card: String },
    /// Shows the card in force, as base 64, and the epochs of our log and of our lanes, if they wait to be declared.
    EpochAwaited,
    /// Keeps a card of ours that declares the epoch of our log.
    EpochDeclare { card: String },
    /// Takes a newer card of a partner.
    PartnerCard { card: String },
    /// Adds a partner whose fingerprint was compared.
    PartnerAdd {
        card: String,
        fingerprint: String,
        name: Option<String>,
        at: Option<String>,
        officer: Option<String>,
    },
    /// Adds a partner that has no node.
    PartnerAddOffNetwork { name: String, place: String, reached: String, officer: Option<String> },
    /// Confirms a partner as a second person.
    PartnerConfirm { partner: String, officer: Option<String> },
    /// Does an act in a partner's record.
    PartnerAct { partner: String, act: String, toml: Option<String>, officer: Option<String> },
    /// Links a partner without a node with the agency it is.
    PartnerLink { partner: String, with: String, officer: Option<String> },
    /// Says that a record a partner kept is about us.
    PartnerClaim { partner: String, record: Option<String>, officer: Option<String> },
    /// Lists partners.
    PartnerList,
    /// Shows one partner.
    PartnerShow { partner: String },
    /// Drafts the act that opens a matter.
    Draft { kind: String, to: Vec<String>, toml: String, officer: Option<String>, send: bool },
    /// Does any act.
    Act { matter: String, act: String, toml: Option<String>, officer: Option<String> },
    /// Records an act for a party that has no node.
    RecordFor {
        matter: String,
        act: String,
        toml: Option<String>,
        party: String,
        recorded: String,
        #[serde(default)]
        paper: Option<Hash>,
        officer: Option<String>,
    },
    /// Lists matters.
    MatterList,
    /// Shows one matter.
    MatterShow { matter: String },
    /// To whom packages of a matter are sealed.
    PackageRecipients { matter: String },
    /// Records that a sealed package leaves the node, and names it.
    PackageExport { matter: String, package: Option<String>, purpose: String, officer: Option<String> },
    /// Records that the key for packages leaves the node.
    KeyExport { purpose: String, officer: Option<String> },
    /// Records that a bundle leaves the node, and writes it.
    BundleExport { to: String, out: PathBuf, with_packages: bool, purpose: String, officer: Option<String> },
    /// Takes a bundle in.
    BundleImport { file: PathBuf },
    /// Proposes an erasure, or has it done as a second person.
    Erase { matter: String, parts: Vec<String>, reason: String, officer: Option<String> },
    /// Exports a proof, as base 64; with the content still at hand where a purpose is given.
    ProofExport { matter: String, purpose: Option<String>, officer: Option<String> },
    /// Verifies the journal.
    JournalVerify,
    /// Delivers to partners and fetches from them.
    Sync { partner: Option<String> },
}

/// Everything a command may touch.
pub(crate) struct Desk {
    pub(crate) ledger: LedgerHandle,
    pub(crate) partners: Arc<Partners>,
    pub(crate) release: Arc<Release>,
}

impl Desk {
    /// A second way to the same node.
    pub(crate) fn share(&self) -> Self {
        Self {
            ledger: self.ledger.clone(),
            partners: Arc::clone(&self.partners),
            release: Arc::clone(&self.release),
        }
    }

    /// Carries a request out, in the words of `lang`.
    pub(crate) async fn execute(&self, request: Request, lang: Lang) -> Reply {
        let reply = self.try_execute(request, lang).await.unwrap_or_else(|reply| reply);
        reply.in_words(self.release.words(lang))
    }

    async fn try_execute(&self, request: Request, lang: Lang) -> Result<Reply, Reply> {
        let ledger = &self.ledger;
        match request {
            Request::OfficerAdd { name, roles, invite } => {
                let roles = roles.iter().map(|role| role_of(role)).collect::<Result<Vec<_>, _>>()?;
                let shown = name.clone();
                let added = ledger.run(move |ledger, pending| {
                    let record = ledger.add_officer(pending, &name, &roles)?;
                    invite.then(|| ledger.invite(pending, &record, None)).transpose()
                });
                Ok(show::enlisted(&shown, added.await?.as_ref()))
            }
            Request::OfficerInvite { name } => {
                let shown = name.clone();
                let invited = ledger.run(move |ledger, pending| {
                    let record = ledger.officer(Some(&name))?.record;
                    ledger.invite(pending, &record, None)
                });
                Ok(show::invited(&shown, &invited.await?))
            }
            Request::OfficerList => {
                let officers = ledger.run(|ledger, _| ledger.list_officers()).await?;
                Ok(Reply::yes(show::officers(&officers), json!(officers)))
            }
            Request::CardShow => {
                let card = ledger.run(|ledger, _| Ok(ledger.show_card())).await?;
                Ok(Reply::yes(show::card(&card), json!(card)))
            }
            Request::CardSet { card } => {
                let card = card_of(&card)?;
                let number = card.facts().number;
                ledger.run(move |ledger, pending| ledger.keep_card(pending, card)).await?;
                Ok(Reply::yes(format!("Card {number} is in force."), json!({ "card": number })))
            }
            Request::PartnerCard { card } => {
                let card = card_of(&card)?;
                let (number, name) = (card.facts().number, card.name(lang.tag()).to_owned());
                ledger.run(move |ledger, pending| ledger.take_partners_card(pending, card)).await?;
                self.partners.refresh(ledger).await?;
                let said = [("number", number.to_string()), ("name", name)];
                let said = said.each_ref().map(|(name, text)| (*name, text.as_str()));
                Ok(Reply::yes(
                    self.release.words(lang).text_with("card-taken", &said),
                    json!({ "card": number }),
                ))
            }
            Request::EpochAwaited => {
                let (awaited, lanes, card) = ledger
                    .run(|ledger, _| {
                        let awaited = ledger.awaits_epoch().then(|| ledger.tree_epoch());
                        let lanes = ledger.awaited_lane_epoch()?;
                        Ok((awaited, lanes, data_encoding::BASE64.encode(ledger.own_card().bytes())))
                    })
                    .await?;
                Ok(Reply::yes("", json!({ "epoch": awaited, "lane_epoch": lanes, "card": card })))
            }
            Request::EpochDeclare { card } => {
                let card = card_of(&card)?;
                let epoch = card.facts().tree_epoch;
                let released = ledger.run(move |ledger, pending| ledger.declare_epoch(pending, card)).await?;
                self.partners.wake();
                Ok(restore::declared(epoch, released, self.release.words(lang)))
            }
            Request::PartnerAdd { card, fingerprint, name, at, officer } => {
                self.add_partner(card_of(&card)?, &fingerprint, name, at, officer).await
            }
            Request::PartnerAddOffNetwork { name, place, reached, officer } => {
                let shown = name.clone();
                ledger
                    .run(move |ledger, pending| {
                        let officer = ledger.officer(officer.as_deref())?;
                        ledger.add_off_network_partner(pending, &name, &place, &reached, &officer)
                    })
                    .await?;
                let text = format!(
                    "{shown} is added as a partner without a node. A second person confirms it with `partner confirm`."
                );
                Ok(Reply::yes(text, json!({ "partner": shown, "partnership": "added", "off_network": true })))
            }
            Request::PartnerConfirm { partner, officer } => {
                let shown = partner.clone();
                ledger
                    .run(move |ledger, pending| {
                        let officer = ledger.officer(officer.as_deref())?;
                        ledger.confirm_partner(pending, &partner, &officer)
                    })
                    .await?;
                self.partners.refresh(ledger).await?;
                let text = format!("{shown} is confirmed.");
                Ok(Reply::yes(text, json!({ "partner": shown, "partnership": "confirmed" })))
            }
            Request::PartnerAct { partner, act, toml, officer } => {
                let line = ledger
                    .run(move |ledger, pending| {
                        let officer = ledger.officer(officer.as_deref())?;
                        let matter = ledger.partner(&partner)?.record;
                        ledger.act(pending, &ActCommand { matter, act, toml }, &officer)?;
                        Ok(partner)
                    })
                    .await?;
                let line = self.partner_line(&line).await?;
                Ok(Reply::yes(show::allowed(&line, self.release.words(lang)), json!(line)))
            }
            Request::PartnerLink { partner, with, officer } => {
                let tied = ledger
                    .run(move |ledger, pending| {
                        let officer = ledger.officer(officer.as_deref())?;
                        let (partner, with) = (ledger.partner(&partner)?, ledger.partner(&with)?);
                        ledger.link_partner(pending, &partner, &with, &officer)
                    })
                    .await?;
                self.partners.wake();
                Ok(tied_reply(tied, "A second person confirms it with `partner link`."))
            }
            Request::PartnerClaim { partner, record, officer } => {
                let tied = ledger
                    .run(move |ledger, pending| {
                        let officer = ledger.officer(officer.as_deref())?;
                        let partner = ledger.partner(&partner)?;
                        ledger.claim_record(pending, &partner, record.as_deref(), &officer)
                    })
                    .await?;
                Ok(tied_reply(tied, "A second person confirms it with `partner claim`."))
            }
            Request::PartnerList => {
                let partners = ledger.run(|ledger, _| ledger.list_partners()).await?;
                Ok(Reply::yes(show::partners(&partners, self.release.words(lang)), json!(partners)))
            }
            Request::PartnerShow { partner } => {
                let line = self.partner_line(&partner).await?;
                let record = line.record;
                let (assessed, proposed) =
                    ledger.run(move |ledger, _| ledger.assessments_of(&record)).await?;
                let mut text = show::partner(&line, self.release.words(lang));
                text += &show::assessment("assessed", assessed.as_ref());
                text += &show::assessment("proposed", proposed.as_ref());
                let mut json = json!(line);
                json["assessed"] = json!(assessed);
                json["proposed"] = json!(proposed);
                Ok(Reply::yes(text, json))
            }
            Request::Draft { kind, to, toml, officer, send } => {
                self.draft(kind, to, toml, officer, send, lang).await
            }
            Request::Act { matter, act, toml, officer } => {
                let acted = ledger
                    .run(move |ledger, pending| {
                        let officer = ledger.officer(officer.as_deref())?;
                        let matter = ledger.matter_named(&matter)?;
                        ledger.act(pending, &ActCommand { matter, act, toml }, &officer)
                    })
                    .await?;
                self.acted(acted, lang).await
            }
            Request::RecordFor { matter, act, toml, party, recorded, paper, officer } => {
                let acted = ledger
                    .run(move |ledger, pending| {
                        let officer = ledger.officer(officer.as_deref())?;
                        let party = ledger.partner(&party)?;
                        let matter = ledger.matter_named(&matter)?;
                        let act = ActCommand { matter, act, toml };
                        let command = RecordCommand { party, act, recorded, paper };
                        ledger.record_for(pending, &command, &officer)
                    })
                    .await?;
                self.acted(acted, lang).await
            }
            Request::MatterList => {
                let release = Arc::clone(&self.release);
                let lines = ledger.run(move |ledger, _| ledger.list_matters(release.words(lang))).await?;
                Ok(Reply::yes(show::matters(&lines), json!(lines)))
            }
            Request::MatterShow { matter } => {
                let page = self.matter_page(&matter, lang).await?;
                Ok(Reply::yes(show::matter(&page, self.release.words(lang)), json!(page)))
            }
            Request::PackageRecipients { matter } => {
                let release = Arc::clone(&self.release);
                let sealed_to = ledger.run(move |ledger, _| {
                    let id = ledger.matter_named(&matter)?;
                    let number = ledger.show_matter(&id, release.words(lang))?.line.number;
                    let waiting = !ledger.drafted_packages(&id)?.is_empty();
                    Ok((id, number, ledger.package_recipients(&id)?, waiting))
                });
                let (id, number, recipients, waiting) = sealed_to.await?;
                if waiting {
                    let why = "a package of this matter is sealed and waits to be handed over; `comity sync` compares first";
                    return Err(Reply::waiting(why.into()));
                }
                let recipients =
                    recipients.iter().map(|(agency, key)| json!({ "agency": agency, "key": key }));
                let recipients: Vec<_> = recipients.collect();
                Ok(Reply::yes("", json!({ "id": id, "number": number, "recipients": recipients })))
            }
            Request::PackageExport { matter, package, purpose, officer } => {
                let name = ledger
                    .run(move |ledger, pending| {
                        let officer = ledger.officer(officer.as_deref())?;
                        let id = ledger.matter_named(&matter)?;
                        let name = ledger.package_named(&id, package.as_deref())?;
                        ledger.let_out(pending, Export::SealedPackage, Some(&id), &purpose, &officer)?;
                        Ok(name)
                    })
                    .await?;
                Ok(Reply::yes("", json!({ "package": name })))
            }
            Request::KeyExport { purpose, officer } => {
                ledger
                    .run(move |ledger, pending| {
                        let officer = ledger.officer(officer.as_deref())?;
                        ledger.let_out(pending, Export::PackagesKey, None, &purpose, &officer)
                    })
                    .await?;
                Ok(Reply::yes("", json!({})))
            }
            Request::BundleExport { to, out, with_packages, purpose, officer } => {
                let partner = ledger
                    .run(move |ledger, pending| {
                        let officer = ledger.officer(officer.as_deref())?;
                        let partner = ledger.bundle_partner(&to)?;
                        bundle::check_free(&out)?;
                        ledger.let_bundle_out(pending, &partner, &purpose, &officer)?;
                        Ok((partner, out))
                    })
                    .await?;
                self.export_bundle(partner.0, &partner.1, with_packages, lang).await
            }
            Request::BundleImport { file } => self.import_bundle(&file, lang).await,
            Request::Erase { matter, parts, reason, officer } => {
                self.erase(matter, parts, reason, officer, lang).await
            }
            Request::ProofExport { matter, purpose, officer } => {
                let release = Arc::clone(&self.release);
                let (number, bytes) = ledger
                    .run(move |ledger, pending| {
                        let id = ledger.matter_named(&matter)?;
                        if let Some(purpose) = &purpose {
                            let officer = ledger.officer(officer.as_deref())?;
                            ledger.let_out(
                                pending,
                                Export::ProofWithContent,
                                Some(&id),
                                purpose,
                                &officer,
                            )?;
                        }
                        let number = ledger.show_matter(&id, release.words(lang))?.line.number;
                        Ok((number, ledger.export_proof(&id, purpose.is_some())?))
                    })
                    .await?;
                let proof = data_encoding::BASE64.encode(&bytes);
                Ok(Reply::yes(
                    String::new(),
                    json!({ "number": number, "bytes": bytes.len(), "proof": proof }),
                ))
            }
            Request::JournalVerify => {
                let report = ledger.run(|ledger, _| verify_journal(ledger)).await?;
                let exit = if report.clean { 0 } else { NO };
                Ok(Reply { exit, ..Reply::yes(show::journal(&report), json!(report)) })
            }
            Request::Sync { partner } => self.sync(partner, lang).await,
        }
    }

    async fn matter_page(&self, matter: &str, lang: Lang) -> Result<MatterPage, Reply> {
        let (matter, release) = (matter.to_owned(), Arc::clone(&self.release));
        let page = self.ledger.run(move |ledger, _| {
            let id = ledger.matter_named(&matter)?;
            ledger.show_matter(&id, release.words(lang))
        });
        Ok(page.await?)
    }

    async fn erase(
        &self,
        matter: String,
        parts: Vec<String>,
        reason: String,
        officer: Option<String>,
        lang: Lang,
    ) -> Result<Reply, Reply> {
        let erased = self.ledger.run(move |ledger, pending| {
            let officer = ledger.officer(officer.as_deref())?;
            let id = ledger.matter_named(&matter)?;
            let mut came = Vec::new();
            for content in ledger.parts_named(&id, &parts)? {
                came.push(ledger.erase(pending, &id, &content, &reason, &officer)?);
            }
            Ok(came)
        });
        let came = erased.await?;
        self.sweep().await?;
        let waits = came.contains(&Erasing::Proposed);
        if waits {
            let refusal = Refusal::under(rules::SECOND_PERSON);
            let words = self.release.words(lang);
            let text = format!("The erasure is proposed and not done. {}", words.refusal(&refusal));
            let json =
                json!({ "outcome": "proposed", "rule": refusal.rule.code, "source": refusal.rule.source });
            return Ok(Reply::of(REFUSED, text, json));
        }
        let text = "Erased here. Signatures and hashes stay. Not erased: what partners, exported proofs and backups hold.";
        Ok(Reply::yes(text, json!({ "outcome": "erased" })))
    }

    /// Packages that were erased, and what killed processes left, go from the shelf.
    async fn sweep(&self) -> Result<(), Reply> {
        let kept = self.ledger.run(|ledger, _| ledger.packages_kept()).await?;
        self.partners.objects().sweep(&kept).map_err(Reply::io).map(drop)
    }

    async fn partner_line(&self, partner: &str) -> Result<PartnerLine, Reply> {
        let partner = partner.to_owned();
        let line = self.ledger.run(move |ledger, _| {
            let partner = ledger.partner(&partner)?;
            ledger.partner_line(partner)
        });
        Ok(line.await?)
    }

    async fn add_partner(
        &self,
        card: Card,
        fingerprint: &str,
        name: Option<String>,
        at: Option<String>,
        officer: Option<String>,
    ) -> Result<Reply, Reply> {
        let compared = Fingerprint::parse(fingerprint).map_err(|error| Reply::usage(error.to_string()))?;
        let shown = name.clone().unwrap_or_else(|| card.facts().label.to_string());
        self.ledger
            .run(move |ledger, pending| {
                let officer = ledger.officer(officer.as_deref())?;
                ledger.add_partner(pending, card, &compared, name.as_deref(), at.as_deref(), &officer)
            })
            .await?;
        let text = format!(
            "{shown} is added. A second person confirms it with `partner confirm`; until then nothing is exchanged."
        );
        Ok(Reply::yes(text, json!({ "partner": shown, "partnership": "added" })))
    }

    async fn draft(
        &self,
        kind: String,
        to: Vec<String>,
        toml: String,
        officer: Option<String>,
        send: bool,
        lang: Lang,
    ) -> Result<Reply, Reply> {
        let acted = self
            .ledger
            .run(move |ledger, pending| {
                let officer = ledger.officer(officer.as_deref())?;
                let partners = to.iter().map(|to| ledger.partner(to)).collect::<Result<Vec<_>, _>>()?;
                let drafted = ledger.draft_opening_with(pending, &kind, &partners, &toml, &officer)?;
                if !send {
                    return Ok(drafted);
                }
                let open = ActCommand { matter: drafted.matter, act: drafted.act, toml: None };
                ledger.act(pending, &open, &officer)
            })
            .await?;
        self.acted(acted, lang).await
    }

    /// Tells what came of an act, and wakes delivery where something was signed.
    async fn acted(&self, acted: Acted, lang: Lang) -> Result<Reply, Reply> {
        let Acted { matter, act, outcome } = acted;
        if act == Erase::DEF.code {
            self.sweep().await?;
        }
        let release = Arc::clone(&self.release);
        let page = self
            .ledger
            .run(move |ledger, _| {
                // An inner record, such as a partner's, is no matter a person looks up by number.
                let line = ledger.show_matter(&matter, release.words(lang))?.line;
                Ok(line)
            })
            .await?;
        let number = page.number;
        let facts = |outcome: &str| json!({ "matter": number, "id": matter, "act": act, "outcome": outcome });
        Ok(match outcome {
            Outcome::Recorded(_) => Reply::yes(format!("{number}: `{act}` is recorded."), facts("recorded")),
            Outcome::StillWaits(_, refusal) => {
                let text = format!(
                    "{number}: `{act}` is recorded. The draft still waits: {}",
                    self.release.words(lang).refusal(&refusal)
                );
                let mut json = facts("recorded");
                json["waits"] = json!({ "rule": refusal.rule.code, "source": refusal.rule.source });
                Reply::yes(text, json)
            }
            Outcome::Drafted(_) => {
                let text = format!("{number}: `{act}` is kept as a draft. Nothing has left this node.");
                Reply::yes(text, facts("drafted"))
            }
            Outcome::Signed(entry) => {
                self.partners.wake();
                let mut json = facts("signed");
                json["entry"] = json!(entry);
                Reply::yes(format!("{number}: `{act}` is signed and on its way."), json)
            }
            Outcome::Kept(_, refusal) => {
                kept(&number, &act, &refusal, facts("kept"), self.release.words(lang))
            }
            Outcome::AwaitsEpoch(_) => {
                let text =
                    format!("{number}: `{act}` is approved and waits: {EPOCH_FIRST}. Then it is signed.");
                Reply::of(WAITING, text, facts("awaits-epoch"))
            }
            Outcome::AwaitsComparison(..) => {
                let text = format!(
                    "{number}: `{act}` is approved and waits: since its start this node has not compared its streams \
                     with the partner, so it may be an old copy of itself. `comity sync` compares; where there is no \
                     link, export a bundle and import the one that answers it."
                );
                Reply::of(WAITING, text, facts("awaits-comparison"))
            }
        })
    }

    async fn sync(&self, partner: Option<String>, lang: Lang) -> Result<Reply, Reply> {
        let named = match partner {
            Some(named) => Some(self.partner_line(&named).await?.agency),
            None => None,
        };
        let done = self.partners.sync_now(&self.ledger, named).await?;
        if done.is_empty() {
            return Ok(Reply::yes(
                "No partner is confirmed yet, so there is nobody to exchange with.",
                json!([]),
            ));
        }
        let (mut exit, words) = (0, self.release.words(lang));
        let mut lines = Vec::new();
        let mut facts = Vec::new();
        for (name, agency, outcome) in done {
            let (line, fact) = synced(&name, agency, &outcome, words);
            if !outcome.is_ok_and(|(synced, _)| synced.compared) {
                exit = WAITING;
            }
            lines.push(line);
            facts.push(fact);
        }
        if self.ledger.run(|ledger, _| Ok(ledger.awaits_epoch())).await? {
            exit = WAITING;
            lines.push(words.text("restore-awaits"));
        }
        Ok(Reply { exit, ..Reply::yes(lines.join("\n"), json!(facts)) })
    }
}

fn kept(number: &str, act: &str, refusal: &Refusal, mut json: serde_json::Value, words: &Words) -> Reply {
    let about: Vec<_> = refusal.about.iter().map(|word| word.as_str().to_owned()).collect();
    json["rule"] = json!(refusal.rule.code);
    json["source"] = json!(refusal.rule.source);
    json["about"] = json!(about);
    json["lifted_by"] = json!(refusal.rule.lifted_by.map(|role| role.code()));
    let text = format!("{number}: `{act}` is kept as a draft and not sent.\n{}", words.refusal(refusal));
    Reply::of(REFUSED, text, json)
}

fn synced(
    name: &str,
    agency: AgencyId,
    outcome: &Result<(Synced, Fetched), comity_app::Failure>,
    words: &Words,
) -> (String, serde_json::Value) {
    match outcome {
        Ok((done, fetched)) => {
            let state = if done.compared {
                "streams agree"
            } else {
                "streams do not agree; see the node's incidents"
            };
            let packages = match fetched.packages {
                0 => String::new(),
                packages => format!(", {packages} packages fetched ({} bytes)", fetched.bytes),
            };
            let packages = match done.recovered {
                0 => packages,
                recovered => format!(
                    "{packages}, {}",
                    words.text_with("restore-recovered", &[("count", &recovered.to_string())])
                ),
            };
            let line = format!(
                "{name}: {} delivered, {} received, {} released{packages}; {state}.",
                done.delivered, done.received, done.released
            );
            let fact = json!({
                "partner": name, "agency": agency, "delivered": done.delivered, "received": done.received,
                "released": done.released, "recovered": done.recovered, "packages": fetched.packages, "package_bytes": fetched.bytes, "compared": done.compared, "requests": done.requests,
            });
            (line, fact)
        }
        Err(failure) => (
            format!("{name}: {failure}."),
            json!({ "partner": name, "agency": agency, "error": failure.to_string() }),
        ),
    }
}

fn role_of(code: &str) -> Result<Role, Reply> {
    Role::from_code(code)
        .ok_or_else(|| Reply::usage(format!("`{code}` is no role; there are: {}", Role::CODES.join(", "))))
}

fn card_of(base64: &str) -> Result<Card, Reply> {
    let bytes =
        data_encoding::BASE64.decode(base64.as_bytes()).map_err(|_| Reply::no("not a card".into()))?;
    Card::read(&bytes).map_err(|error| Reply::no(error.to_string()))
}

/// What came of saying that a record and an agency are the same.
fn tied_reply(tied: Tied, second: &str) -> Reply {
    match tied {
        Tied::Proposed => Reply::yes(format!("It is proposed. {second}"), json!({ "tie": "proposed" })),
        Tied::Confirmed(matters) => Reply::yes(
            format!("It is confirmed. Matters handed over: {matters}."),
            json!({ "tie": "confirmed", "matters": matters }),
        ),
    }
}
