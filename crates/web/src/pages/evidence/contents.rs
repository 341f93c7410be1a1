//! What is in a sealed package: the list of its files, and one of them taken out. The node opens it with its own key.
//!
//! Looking at the list is recorded with its purpose before the first name is shown, and every file again before its
//! first byte. A file is named by its number in the list, so its name stands in no address.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::HeaderName;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use comity_app::workers::{Listed, Opener, PackageError};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::asking::Asking;
use super::super::frame::{Page, name_language};
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::grants::What;
use super::lines::size;
use super::out::{Purpose, WayOut, let_out, put};
use super::package::find;
use super::stream::body_of;

/// How many files a page lists.
const FILES: usize = 100;

const OPEN: WayOut =
    WayOut { path: "open", title: "page-open", what: "page-open-what", send: "page-open-send" };

pub(super) async fn ask(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((number, package)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    let found = find(&office, &asking, number, package).await?;
    Ok(OPEN.form(&asking, &found, &Typed::default(), None))
}

/// Records that the content is looked at, and leads to it.
pub(super) async fn grant(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(package): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Trouble> {
    let (found, purpose) = match OPEN.purpose(&office, &asking, package, &typed).await? {
        Purpose::Said(found, purpose) => (found, purpose),
        Purpose::Answer(answer) => return Ok(answer),
    };
    let (officer, row) = (asking.officer(), found.row.clone());
    let said = purpose.clone();
    let opener = office.run(move |ledger, pending| {
        ledger.record_read(pending, &officer, &row.matter, None)?;
        ledger.let_content_out(pending, &row, &said, &officer)
    });
    let what = What::Content { opener: Arc::new(opener.await?), purpose };
    Ok(OPEN.lead(&office, &asking, &found, what))
}

/// From which file on.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    from: u64,
}

pub(super) async fn list(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((number, package, grant)): Path<(String, String, String)>,
    Query(Asked { from }): Query<Asked>,
) -> Result<Response, Trouble> {
    let found = find(&office, &asking, number, package).await?;
    let What::Content { opener, .. } = let_out(&office, &asking, &found, &grant).await? else {
        return Err(Trouble::NotFound);
    };
    let objects = office.outside.objects();
    let listed = opening(move || opener.list(&objects, from, FILES)).await?.ok_or(Trouble::NotFound)?;
    let title = asking.text("page-open-files");
    let here = format!("{}/open/{grant}", found.path());
    let body = html! {
        (found.crumbs())
        h1 { (title) }
        p { (asking.text("page-open-recorded")) }
        (files(&asking, &here, &listed))
        @if listed.more {
            @let next = from + listed.rows.len() as u64;
            p { a href={ (here) "?from=" (next) } { (asking.text("page-open-more")) } }
        }
    };
    Ok(Page::new(title).of("evidence").around(&asking, &body).into_response())
}

fn files(asking: &Asking, here: &str, listed: &Listed) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(asking.text("page-open-files")) {
            table.table.table-hover.stacked {
                thead { tr {
                    th scope="col" { (asking.text("page-open-file")) }
                    th scope="col" { (asking.text("page-evidence-size")) }
                    th scope="col" { "SHA-256" }
                    th scope="col" { (asking.text("page-open-take")) }
                } }
                tbody data-rows {
                    @for (number, row) in &listed.rows {
                        tr {
                            th scope="row" lang=[name_language(&row.path)] { (row.path) }
                            td data-label=(asking.text("page-evidence-size")) { (size(row.size)) }
                            td data-label="SHA-256" { code.hash { (row.hash) } }
                            td {
                                form action=(here) method="post" {
                                    input type="hidden" name="csrf" value=(asking.form_token());
                                    button.btn.btn-outline-secondary.btn-sm type="submit" name="file" value=(number)
                                        aria-label=(asking.text_with("page-open-take-one", &[("file", &row.path)])) {
                                        (asking.text("page-open-take"))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// One file, after that is recorded.
pub(super) async fn file(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((number, package, grant)): Path<(String, String, String)>,
    typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let found = find(&office, &asking, number, package).await?;
    let What::Content { opener, purpose } = let_out(&office, &asking, &found, &grant).await? else {
        return Err(Trouble::NotFound);
    };
    let wanted: u64 = typed.text("file").parse().map_err(|_| Trouble::NotFound)?;
    let objects = office.outside.objects();
    let file = one(opener, objects, wanted).await?;
    let (officer, row) = (asking.officer(), found.row.clone());
    office
        .run(move |ledger, pending| ledger.let_content_out(pending, &row, &purpose, &officer).map(drop))
        .await?;
    let (length, name) = (file.row().size, attachment(&file.row().path));
    let mut answer = Response::new(body_of(file));
    put(&mut answer, &headers(length, name));
    Ok(answer)
}

async fn one(
    opener: Arc<Opener>,
    objects: Arc<comity_app::context::Objects>,
    wanted: u64,
) -> Result<comity_app::workers::FileReader, Trouble> {
    opening(move || opener.file(&objects, wanted)).await?.ok_or(Trouble::NotFound)
}

/// Opens something of a package where others do not wait. What stands in the way may name files, so it is not logged.
async fn opening<T: Send + 'static>(
    open: impl FnOnce() -> Result<T, PackageError> + Send + 'static,
) -> Result<T, Trouble> {
    let opened = tokio::task::spawn_blocking(open).await.map_err(|_| Trouble::Fault)?;
    opened.map_err(|_| Trouble::Fault)
}

/// Whatever the file claims to be, a browser keeps it and runs nothing of it.
fn headers(length: u64, name: String) -> [(HeaderName, String); 5] {
    [
        (CONTENT_TYPE, "application/octet-stream".into()),
        (CONTENT_LENGTH, length.to_string()),
        (CONTENT_DISPOSITION, name),
        (CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'".into()),
        (HeaderName::from_static("x-download-options"), "noopen".into()),
    ]
}

/// The last name of a path as a header carries it (RFC 6266, RFC 8187): every byte that could mean something is written
/// out.
fn attachment(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let coded: String = name
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    format!("attachment; filename*=UTF-8''{coded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_header() {
        assert_eq!(attachment("a/b/report 1.pdf"), "attachment; filename*=UTF-8''report%201.pdf");
        assert_eq!(attachment("口供.pdf"), "attachment; filename*=UTF-8''%E5%8F%A3%E4%BE%9B.pdf");
        assert_eq!(
            attachment("x\"\r\nSet-Cookie: a"),
            "attachment; filename*=UTF-8''x%22%0D%0ASet-Cookie%3A%20a"
        );
    }
}
