//! How a peer's key is read from what it shows, compared with the pinned ones, and made to prove itself.
//!
//! The key is read by one strict parser, and the handshake's signature is checked with *that* key, never with
//! what a second parser might find in the same bytes. All else in a certificate is ignored.
//!
//! Invariant: a peer that passes signed this handshake with a key that was pinned when it passed.

use std::sync::Arc;

use comity_journal::ids::AgencyId;
use comity_journal::suite::PublicKey;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls13_signature_with_raw_key};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, PeerIncompatible, PeerMisbehaved,
    SignatureScheme,
};
use x509_cert::der::Decode as _;
use x509_cert::der::oid::ObjectIdentifier;

use super::{PinnedKeys, TransportError, tls};

/// Ed25519 as a key's algorithm (RFC 8410).
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// What stands before the 32 bytes of an Ed25519 public key in DER.
const PUBLIC_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// The key that proved itself in a finished handshake.
///
/// # Errors
/// [`TransportError::Handshake`] when the peer showed none, which our configurations exclude.
pub(super) fn proven_key(connection: &rustls::CommonState) -> Result<PublicKey, TransportError> {
    match connection.peer_certificates() {
        Some([only]) => key_of(only).map_err(|fault| tls::classify(&fault)),
        _ => Err(TransportError::Handshake("the peer showed no certificate, or several")),
    }
}

/// Reads the Ed25519 key of a certificate. Its own signature is not checked: it would only show that the key
/// signed its own envelope, and the handshake proves more.
pub(super) fn key_of(certificate: &CertificateDer<'_>) -> Result<PublicKey, Error> {
    let malformed = || Error::InvalidCertificate(CertificateError::BadEncoding);
    let parsed = x509_cert::Certificate::from_der(certificate).map_err(|_| malformed())?;
    let info = &parsed.tbs_certificate.subject_public_key_info;
    if info.algorithm.oid != ED25519 || info.algorithm.parameters.is_some() {
        return Err(malformed());
    }
    info.subject_public_key.as_bytes().and_then(PublicKey::from_slice).ok_or_else(malformed)
}

/// The key of a chain of exactly one certificate.
fn only_key(end: &CertificateDer<'_>, others: &[CertificateDer<'_>]) -> Result<PublicKey, Error> {
    if others.is_empty() { key_of(end) } else { Err(CertificateError::BadEncoding.into()) }
}

/// A key that is not pinned. TLS tells the peer with the alert `access_denied`, so that it can say so too.
fn stranger() -> Error {
    Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)
}

/// Checks the handshake's signature with the very key that was compared.
fn signed_by(
    certificate: &CertificateDer<'_>,
    message: &[u8],
    signed: &DigitallySignedStruct,
    provider: &CryptoProvider,
) -> Result<HandshakeSignatureValid, Error> {
    if signed.scheme != SignatureScheme::ED25519 {
        return Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into());
    }
    let key = key_of(certificate)?;
    let info = SubjectPublicKeyInfoDer::from([PUBLIC_PREFIX.as_slice(), key.as_bytes()].concat());
    verify_tls13_signature_with_raw_key(message, &info, signed, &provider.signature_verification_algorithms)
}

fn no_tls12() -> Error {
    PeerIncompatible::SupportedVersionsExtensionRequired.into()
}

/// The server's verifier: lets in whoever is pinned at this moment.
///
/// The pin is looked up only after the signature holds. In the other order, a stranger that shows a copy of an
/// agency's certificate would learn from our alert whether that agency is a partner of ours.
#[derive(Debug)]
pub(super) struct AnyPartner {
    pub(super) pins: PinnedKeys,
    pub(super) provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for AnyPartner {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        only_key(end, others).map(|_| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(no_tls12())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let valid = signed_by(certificate, message, signed, &self.provider)?;
        let pinned = self.pins.agency_of(&key_of(certificate)?);
        pinned.map(|_| valid).ok_or_else(stranger)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}

/// The client's verifier: exactly the keys of the partner dialled, as far as they are still pinned to it.
#[derive(Debug)]
pub(super) struct OnePartner {
    pub(super) pins: PinnedKeys,
    pub(super) partner: AgencyId,
    pub(super) keys: Vec<PublicKey>,
    pub(super) provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for OnePartner {
    fn verify_server_cert(
        &self,
        end: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let key = only_key(end, others)?;
        let expected = self.keys.contains(&key) && self.pins.agency_of(&key) == Some(self.partner);
        if expected { Ok(ServerCertVerified::assertion()) } else { Err(stranger()) }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(no_tls12())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        signed_by(certificate, message, signed, &self.provider)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}
