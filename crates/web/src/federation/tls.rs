//! Our certificate, and how we speak TLS as the side that calls and as the side that is called.
//!
//! Two decisions stand here. No session is ever resumed: a ticket would let a key back in after it was
//! unpinned. And no clock is asked: nothing here depends on a date. Whose key is let in is judged in
//! `verifiers`.
//!
//! Invariant: a handshake that these configurations complete is TLS 1.3 and was signed by a pinned key.

use std::sync::Arc;

use comity_journal::ids::AgencyId;
use comity_journal::suite::PublicKey;
use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::server::NoServerSessionStorage;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::time_provider::TimeProvider;
use rustls::version::TLS13;
use rustls::{AlertDescription, CertificateError, ClientConfig, Error, ServerConfig};

use super::verifiers::{AnyPartner, OnePartner, key_of};
use super::{PinnedKeys, TransportError};

/// What stands before the 32 bytes of an Ed25519 private key in DER (PKCS #8, version 1).
const PRIVATE_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/// The name every node gives itself: names say nothing here, so all nodes look alike.
const NAME: &str = "comity node";

/// Our key towards partners, in the envelope TLS wants.
#[derive(Clone)]
pub struct TlsIdentity {
    certified: Arc<CertifiedKey>,
    public: PublicKey,
}

impl TlsIdentity {
    /// The identity that grows from a 32-byte Ed25519 seed. The same seed gives the same certificate, byte for
    /// byte, today and after a restart.
    ///
    /// # Errors
    /// [`TransportError::Identity`] when the cryptographic library does not take the key.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, TransportError> {
        let private = private_key(seed);
        let certificate = self_signed(&private)
            .map_err(|_| TransportError::Identity("no certificate can be made for it"))?;
        let signer = aws_lc_rs::sign::any_eddsa_type(&private)
            .map_err(|_| TransportError::Identity("it cannot sign"))?;
        let public =
            key_of(&certificate).map_err(|_| TransportError::Identity("its certificate does not hold it"))?;
        Ok(Self { certified: Arc::new(CertifiedKey::new(vec![certificate], signer)), public })
    }

    /// The key that our agency card has to name.
    pub fn public_key(&self) -> PublicKey {
        self.public
    }

    /// The certificate we show.
    #[cfg(test)]
    pub(super) fn certificate(&self) -> &CertificateDer<'static> {
        &self.certified.cert[0]
    }

    /// How we answer partners that call: any pinned key is let in.
    pub(super) fn server_config(&self, pins: PinnedKeys) -> Result<ServerConfig, TransportError> {
        let provider = provider();
        let verifier = Arc::new(AnyPartner { pins, provider: Arc::clone(&provider) });
        let mut config = ServerConfig::builder_with_details(provider, Arc::new(NoClock))
            .with_protocol_versions(&[&TLS13])
            .map_err(|_| TransportError::Identity("TLS 1.3 cannot be set up"))?
            .with_client_cert_verifier(verifier)
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::clone(&self.certified))));
        // A resumed session skips the certificate, so a key unpinned since would come back by its ticket.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        config.max_early_data_size = 0;
        Ok(config)
    }

    /// How we call one partner: one of its `keys`, still pinned to it, and no other.
    pub(super) fn client_config(
        &self,
        pins: PinnedKeys,
        partner: AgencyId,
        keys: &[PublicKey],
    ) -> Result<ClientConfig, TransportError> {
        let provider = provider();
        let verifier =
            Arc::new(OnePartner { pins, partner, keys: keys.to_vec(), provider: Arc::clone(&provider) });
        let mut config = ClientConfig::builder_with_details(provider, Arc::new(NoClock))
            .with_protocol_versions(&[&TLS13])
            .map_err(|_| TransportError::Identity("TLS 1.3 cannot be set up"))?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::clone(&self.certified))));
        // As for the server: every connection proves its key anew.
        config.resumption = Resumption::disabled();
        config.enable_sni = false;
        Ok(config)
    }
}

impl std::fmt::Debug for TlsIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TlsIdentity(of {})", self.public)
    }
}

/// The private key of `seed` in the form that TLS libraries read.
pub(super) fn private_key(seed: &[u8; 32]) -> PrivatePkcs8KeyDer<'static> {
    PrivatePkcs8KeyDer::from([PRIVATE_PREFIX.as_slice(), seed].concat())
}

fn self_signed(private: &PrivatePkcs8KeyDer<'_>) -> Result<CertificateDer<'static>, rcgen::Error> {
    let pair = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(private, &rcgen::PKCS_ED25519)?;
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::CommonName, NAME);
    params.serial_number = Some(1_u64.into());
    // Nobody judges these dates; they are constants so that the certificate never changes or tells its age.
    params.not_before = rcgen::date_time_ymd(2000, 1, 1);
    params.not_after = rcgen::date_time_ymd(9999, 12, 31);
    Ok(params.self_signed(&pair)?.der().clone())
}

/// The constant name the client calls every server by; nobody compares it and it is not sent.
pub(super) fn server_name() -> ServerName<'static> {
    ServerName::IpAddress(std::net::Ipv4Addr::UNSPECIFIED.into())
}

/// What a TLS error means to a node.
pub(super) fn classify(fault: &Error) -> TransportError {
    match fault {
        Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure) => {
            TransportError::NotPinned
        }
        Error::AlertReceived(AlertDescription::AccessDenied) => TransportError::NotPinnedThere,
        Error::AlertReceived(_) => TransportError::Handshake("the peer broke it off"),
        Error::NoCertificatesPresented => TransportError::Handshake("the peer showed no certificate"),
        Error::InvalidCertificate(_) => {
            TransportError::Handshake("the certificate is not one Ed25519 key, or did not sign")
        }
        Error::InvalidMessage(_) => TransportError::Handshake("the peer does not speak TLS"),
        Error::PeerIncompatible(_) => TransportError::Handshake("the peer cannot speak TLS 1.3 as we do"),
        _ => TransportError::Handshake("the peer broke the rules of TLS"),
    }
}

/// X25519MLKEM768 before X25519, both in every release: what is recorded today stays closed to the quantum
/// computers of later.
fn provider() -> Arc<CryptoProvider> {
    let kx_groups = vec![aws_lc_rs::kx_group::X25519MLKEM768, aws_lc_rs::kx_group::X25519];
    Arc::new(CryptoProvider { kx_groups, ..aws_lc_rs::default_provider() })
}

/// Stands where TLS would ask the time: with no dates judged and no tickets, the answer changes nothing.
#[derive(Debug)]
struct NoClock;

impl TimeProvider for NoClock {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(std::time::Duration::ZERO))
    }
}
