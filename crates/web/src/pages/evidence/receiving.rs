//! A form with files off the line, without scripts: fields into memory, files straight to disk as they come.
//!
//! Invariant: no byte of a file is written before the form has proven whose it is; what broke off leaves nothing.

use std::sync::Arc;

use axum::extract::Multipart;
use axum::extract::multipart::Field;
use comity_app::staging::{NotTaken, UploadId};
use comity_journal::ids::MatterId;

use super::super::act_form::Wrong;
use super::super::asking::Asking;
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::hand_over::{At, Brought, FILES, Place};
use super::incoming::{Incoming, SILENCE};

/// The most text one field of the form may hold, in bytes.
const TEXT: usize = 256 * 1024;
/// The most fields and files one form may hold.
const FIELDS: usize = 20_000;
/// Takes the form off the line, field by field; files go to disk as they come. The form's own proof comes first in it, so no
/// byte of a file is written before that is checked.
pub(super) async fn receive(
    office: &Arc<Office>,
    asking: &Asking,
    at: At,
    mut form: Multipart,
    length: u64,
) -> Result<(Place, Brought), Trouble> {
    let broken = |_| Trouble::Unreadable(String::new());
    let (mut brought, mut place, mut fields) = (Brought::default(), None, 0);
    loop {
        let next = tokio::time::timeout(SILENCE, form.next_field()).await.map_err(|_| Trouble::TooLarge)?;
        let Some(mut field) = next.map_err(broken)? else { break };
        fields += 1;
        if fields > FIELDS {
            return Err(Trouble::TooLarge);
        }
        let Some(name) = field.name().map(str::to_owned) else { continue };
        if place.is_none() && name != "csrf" {
            asking.check_form(brought.typed.get("csrf"))?;
            place = Some(Place::find(office, asking, at.clone()).await?);
        }
        match (field.file_name().map(str::to_owned), &place) {
            (Some(file), Some(place)) if !file.is_empty() => {
                match stage(office, asking, &place.matter, &file, &mut field, length).await {
                    Ok(id) => brought.chosen.push(id),
                    Err(not_taken) => brought.wrong.push(Wrong::said(FILES, key_of(&not_taken)?)),
                }
            }
            (Some(_), _) => {}
            (None, _) => {
                let text = text(field).await?;
                if name == "upload" {
                    brought.chosen.extend(text.rsplit('/').next().and_then(UploadId::read));
                } else {
                    brought.typed.put(name, text);
                }
            }
        }
    }
    asking.check_form(brought.typed.get("csrf"))?;
    let place = match place {
        Some(place) => place,
        None => Place::find(office, asking, at).await?,
    };
    Ok((place, brought))
}

pub(crate) async fn text(mut field: Field<'_>) -> Result<String, Trouble> {
    let mut bytes = Vec::new();
    loop {
        let chunk = tokio::time::timeout(SILENCE, field.chunk()).await.map_err(|_| Trouble::TooLarge)?;
        let Some(chunk) = chunk.map_err(|_| Trouble::Unreadable(String::new()))? else { break };
        if bytes.len() + chunk.len() > TEXT {
            return Err(Trouble::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Trouble::Unreadable(String::new()))
}

/// Puts one file of the form among the uploads of this officer. Broken off, nothing of it stays.
pub(crate) async fn stage(
    office: &Office,
    asking: &Asking,
    kept_for: &MatterId,
    path: &str,
    field: &mut Field<'_>,
    length: u64,
) -> Result<UploadId, NotTaken> {
    let (staging, officer, now) = (office.outside.staging(), asking.officer(), office.now());
    // It cannot be longer than the form it is in.
    let begun = office.draw(|entropy| staging.begin(&officer, *kept_for, path, length, now, entropy));
    let id = begun?;
    let came = async {
        let receiving = staging.receive(&id)?.ok_or(std::io::ErrorKind::NotFound)?;
        let mut incoming = Incoming::into(receiving, None);
        loop {
            let chunk = tokio::time::timeout(SILENCE, field.chunk()).await.map_err(std::io::Error::other)?;
            let Some(chunk) = chunk.map_err(std::io::Error::other)? else { break };
            incoming.push(&chunk).await?;
        }
        incoming.keep(office.now(), true).await
    };
    match came.await {
        Ok(_) => Ok(id),
        Err(error) => {
            staging.remove(&id)?;
            Err(error.into())
        }
    }
}

/// What is said beside the files.
pub(crate) fn key_of(not_taken: &NotTaken) -> Result<&'static str, Trouble> {
    match not_taken {
        NotTaken::TooLarge(_) => Ok("page-bring-too-large"),
        NotTaken::TooMuch => Ok("page-bring-too-much"),
        NotTaken::NoRoom => Ok("page-bring-no-room"),
        NotTaken::Name(_) => Ok("page-bring-name"),
        NotTaken::Disk(_) => Err(Trouble::Fault),
    }
}
