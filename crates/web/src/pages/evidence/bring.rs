//! What the form for handing over looks like, and the page on which it is checked before anything is sealed.

use comity_app::staging::{Upload, UploadId};
use maud::{Markup, html};

use super::super::act_form::fields::field;
use super::super::act_form::{Wrong, says_typed};
use super::super::asking::Asking;
use super::super::frame::{Framed, Page, name_language};
use super::super::typed::Typed;
use super::hand_over::{Brought, FILES, Place, REPLACES};
use super::lines::{short, size};

/// The form, with the files that are here, what was typed and what is wrong with it.
pub(super) fn page(
    asking: &Asking,
    place: &Place,
    brought: &Brought,
    here: &[(UploadId, Upload)],
    wrong: &[Wrong],
) -> Framed {
    laid_out(asking, place, brought, here, wrong, &html! {})
}

/// The form under what stands against the whole of it.
pub(super) fn page_under(
    asking: &Asking,
    place: &Place,
    brought: &Brought,
    here: &[(UploadId, Upload)],
    against: &Markup,
) -> Framed {
    laid_out(asking, place, brought, here, &[], against)
}

/// What the page is called: the act that is recorded and whose it is, or that something is handed over.
fn title_of(asking: &Asking, place: &Place) -> String {
    let Some(party) = &place.record else { return asking.text("page-bring") };
    let act = asking.words.act(&place.kind, place.def.code);
    asking.text_with("page-record-title", &[("party", &party.name), ("act", &act)])
}

fn laid_out(
    asking: &Asking,
    place: &Place,
    brought: &Brought,
    here: &[(UploadId, Upload)],
    wrong: &[Wrong],
    against: &Markup,
) -> Framed {
    let form = place.form(asking);
    let title = title_of(asking, place);
    let what = if place.record.is_some() { "page-record-what" } else { "page-bring-what" };
    let body = html! {
        p.mb-1 { a href=(form.back) { (place.number) } }
        h1 { (title) }
        (form.error_summary(wrong))
        @if !against.0.is_empty() {
            div.error-summary tabindex="-1" role="alert" { h2 { (asking.text("page-trouble-refused")) } (against) }
        }
        p { (asking.text(what)) }
        form.act-form action=(form.path) method="post" enctype="multipart/form-data" novalidate {
            input type="hidden" name="csrf" value=(asking.form_token());
            @if place.record.is_some() {
                // The first button of a form is what Enter presses.
                button.visually-hidden type="submit" name="step" value="check" tabindex="-1" aria-hidden="true" data-needs-upload {}
            }
            @if let Some(of) = brought.typed.get("of") { input type="hidden" name="of" value=(of); }
            (files(asking, place, brought, here, wrong))
            @for asked in place.asked() {
                @if asked.name == REPLACES { (replaces(asking, place, &form.label_of(REPLACES), brought, wrong)) }
                @else { (field(&form, asked, &brought.typed, wrong)) }
            }
            div.d-flex.flex-wrap.gap-2.mt-3 {
                button.btn.btn-primary type="submit" name="step" value="check" data-needs-upload { (asking.text("page-form-continue")) }
                a.btn.btn-link href=(form.back) { (asking.text("page-form-leave")) }
            }
        }
    };
    let faulty = !wrong.is_empty() || !against.0.is_empty();
    let section = if place.record.is_some() { "matters" } else { "evidence" };
    Page::new(title).of(section).faulty(faulty).around(asking, &body)
}

/// Which earlier handing over it takes the place of, where the other side found one not as it was sealed.
fn replaces(asking: &Asking, place: &Place, label: &str, brought: &Brought, wrong: &[Wrong]) -> Markup {
    let told = wrong.iter().find(|wrong| wrong.path == REPLACES);
    let chosen = brought.typed.text(REPLACES);
    html! {
        @if !place.replaceable.is_empty() || told.is_some() {
            div.mb-3 .has-error[told.is_some()] {
                label.form-label for="f-replaces" { (label) span.text-secondary.fw-normal { " " (asking.text("page-form-optional")) } }
                @if let Some(wrong) = told {
                    p.field-error #f-replaces-wrong {
                        span.visually-hidden { (asking.text("page-form-error")) } (wrong.text(&asking.words))
                    }
                }
                select.form-select #f-replaces name=(REPLACES) aria-invalid=[told.map(|_| "true")]
                    aria-describedby=[told.map(|_| "f-replaces-wrong")] {
                    option value="" { (asking.text("page-form-choose")) }
                    @for entry in &place.replaceable {
                        option value=(entry) selected[entry == chosen] { (short(entry)) }
                    }
                }
            }
        }
    }
}

/// The files that are here, and where more are chosen.
fn files(
    asking: &Asking,
    place: &Place,
    brought: &Brought,
    here: &[(UploadId, Upload)],
    wrong: &[Wrong],
) -> Markup {
    let told: Vec<_> = wrong.iter().filter(|wrong| wrong.path == FILES).collect();
    html! {
        fieldset.mb-3 .has-error[!told.is_empty()] {
            legend { (asking.text(if place.record.is_some() { "page-record-paper" } else { "page-bring-files" })) }
            @for (i, wrong) in told.iter().enumerate() {
                p.field-error id=(told_at(i)) { span.visually-hidden { (asking.text("page-form-error")) } (wrong.text(&asking.words)) }
            }
            @if !here.is_empty() {
                p { (asking.text("page-bring-here")) }
                ul.list-unstyled { @for (id, upload) in here { (file(asking, place, brought, (id, upload))) } }
            }
            (chooser(asking, place, ("f-files", "page-bring-choose"), false, told.len()))
            (chooser(asking, place, ("folder", "page-bring-folder"), true, 0))
        }
    }
}

/// Where a fault of the files is told.
fn told_at(i: usize) -> String {
    format!("f-files-wrong-{i}")
}

/// One that is here, or has begun to come: a script that sends the same file again goes on from there.
fn file(asking: &Asking, place: &Place, brought: &Brought, (id, upload): (&UploadId, &Upload)) -> Markup {
    let begun = (!upload.is_whole()).then(|| format!("/m/{}/uploads/{id}", place.number));
    let sizes = [("done", size(upload.held)), ("all", size(upload.length))];
    let sizes: Vec<_> = sizes.iter().map(|(name, text)| (*name, text.as_str())).collect();
    html! {
        li.d-flex.flex-wrap.gap-2.align-items-center data-begun=[begun.as_ref()]
            data-path=[begun.as_ref().map(|_| &upload.path)] data-length=[begun.as_ref().map(|_| upload.length)] {
            label.form-check.flex-fill {
                input.form-check-input type="checkbox" name="upload" value=(id)
                    checked[brought.chosen.contains(id)] disabled[!upload.is_whole()];
                span.form-check-label lang=[name_language(&upload.path)] {
                    (upload.path) " · "
                    @if upload.is_whole() { (size(upload.length)) } @else { (asking.text_with("page-bring-so-far", &sizes)) }
                }
            }
            button.btn.btn-outline-secondary.btn-sm type="submit" name="remove" value=(id)
                aria-label=(asking.text_with("page-bring-remove-one", &[("file", &upload.path)])) { (asking.text("page-bring-remove")) }
        }
    }
}

/// A control for files, or for a whole folder where the browser has one; a script sends what is chosen before the form.
/// The faults told of the files are read out with it.
fn chooser(asking: &Asking, place: &Place, (id, label): (&str, &str), folder: bool, told: usize) -> Markup {
    let described = (0..told).map(told_at).collect::<Vec<_>>().join(" ");
    let described = (told > 0).then_some(described);
    let sending = asking.text_with("page-bring-sending", &[("name", "{name}"), ("percent", "{percent}")]);
    html! {
        div.mb-2 data-island="upload" data-upload={ "/m/" (place.number) "/uploads" }
            data-said-sending=(sending) data-said-waiting=(asking.text("page-bring-waiting"))
            data-said-done=(asking.text("page-bring-done")) data-said-failed=(asking.text("page-bring-failed")) {
            label.form-label for=(id) { (asking.text(label)) }
            input.form-control id=(id) type="file" name="file" multiple webkitdirectory[folder]
                aria-invalid=[described.as_ref().map(|_| "true")] aria-describedby=[described];
            progress.mt-1 hidden aria-label=(asking.text("page-bring-progress")) {}
            p.live-note role="status" {}
        }
    }
}

/// Everything that will be sealed and said, and who will be able to open it.
pub(super) fn check_page(
    asking: &Asking,
    place: &Place,
    brought: &Brought,
    here: &[(UploadId, Upload)],
) -> Framed {
    let form = place.form(asking);
    let title = asking.text("page-check");
    let chosen: Vec<_> = here.iter().filter(|(id, _)| brought.chosen.contains(id)).collect();
    let total: u64 = chosen.iter().map(|(_, upload)| upload.length).sum();
    let with = place.with.join(&asking.text("page-list-comma"));
    let said = [("files", chosen.len().to_string()), ("size", size(total))];
    let said: Vec<_> = said.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let body = html! {
        p.mb-1 { a href=(form.back) { (place.number) } }
        h1 { (title) }
        p { @if place.record.is_some() { (title_of(asking, place)) } @else { (asking.words.act(&place.kind, place.def.code)) } }
        form action=(form.path) method="post" enctype="multipart/form-data" {
            input type="hidden" name="csrf" value=(asking.form_token());
            @for (id, _) in &chosen { input type="hidden" name="upload" value=(id); }
            @for (name, value) in carried(&brought.typed) { input type="hidden" name=(name) value=(value); }
            @if !chosen.is_empty() { section.card.card-body.mb-3 {
                h2 { (asking.text("page-bring-files")) }
                p { (asking.text_with("page-bring-total", &said)) }
                ul { @for (_, upload) in &chosen { li lang=[name_language(&upload.path)] { (upload.path) " · " (size(upload.length)) } } }
            } }
            (says_typed(&form, place.asked(), &brought.typed))
            section.card.card-body.mb-3 {
                h2 { (asking.text("page-check-who-sees")) }
                @if with.is_empty() {
                    p.m-0 { (asking.text("page-record-who-opens")) }
                } @else {
                    p.m-0 { (asking.text_with("page-bring-who-opens", &[("partners", &with)])) }
                }
            }
            div.d-flex.flex-wrap.gap-2 {
                button.btn.btn-primary type="submit" name="step" value="do" {
                    (asking.text(if place.record.is_some() { "page-record-do" } else { "page-bring-seal" }))
                }
                button.btn.btn-secondary type="submit" name="step" value="change" { (asking.text("page-check-change")) }
                a.btn.btn-link href=(form.back) { (asking.text("page-form-leave")) }
            }
        }
    };
    Page::new(title).of("evidence").around(asking, &body)
}

fn carried(typed: &Typed) -> impl Iterator<Item = (&str, &str)> {
    typed.all().filter(|(name, _)| !["csrf", "step", "remove", "upload"].contains(name))
}
