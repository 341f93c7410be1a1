//! What the two configurations agree on, and what a pinned partner meets that speaks HTTP by hand.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use comity_journal::ids::AgencyId;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ClientConnection, ServerConnection};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::*;

const OURS: AgencyId = AgencyId::from_bytes([1; 32]);
const THEIRS: AgencyId = AgencyId::from_bytes([2; 32]);

fn identity(number: u8) -> TlsIdentity {
    TlsIdentity::from_seed(&[number; 32]).expect("an identity")
}

fn pins(ours: &TlsIdentity, theirs: &TlsIdentity) -> PinnedKeys {
    let pins = PinnedKeys::new();
    pins.pin(ours.public_key(), OURS);
    pins.pin(theirs.public_key(), THEIRS);
    pins
}

/// Carries bytes between the two until both are done; fails with the first error of either.
fn shake_hands(client: &mut ClientConnection, server: &mut ServerConnection) -> Result<(), rustls::Error> {
    while client.is_handshaking() || server.is_handshaking() {
        let mut wire = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut wire).expect("memory takes it");
        }
        let mut rest = wire.as_slice();
        while !rest.is_empty() {
            server.read_tls(&mut rest).expect("memory gives it");
            server.process_new_packets()?;
        }
        let mut wire = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut wire).expect("memory takes it");
        }
        let mut rest = wire.as_slice();
        while !rest.is_empty() {
            client.read_tls(&mut rest).expect("memory gives it");
            client.process_new_packets()?;
        }
    }
    Ok(())
}

fn greet_as(client: ClientConfig, theirs: &TlsIdentity, pins: &PinnedKeys) -> Result<(), TransportError> {
    let server = theirs.server_config(pins.clone())?;
    let mut client = ClientConnection::new(Arc::new(client), tls::server_name()).expect("a client");
    let mut server = ServerConnection::new(Arc::new(server)).expect("a server");
    shake_hands(&mut client, &mut server).map_err(|fault| tls::classify(&fault))
}

#[test]
fn the_handshake_is_tls_1_3_with_a_post_quantum_group_and_leaves_no_ticket() {
    let (ours, theirs) = (identity(1), identity(2));
    let pins = pins(&ours, &theirs);
    let client = ours.client_config(pins.clone(), THEIRS, &[theirs.public_key()]).expect("a client");
    let server = theirs.server_config(pins).expect("a server");
    let mut client = ClientConnection::new(Arc::new(client), tls::server_name()).expect("a client");
    let mut server = ServerConnection::new(Arc::new(server)).expect("a server");
    shake_hands(&mut client, &mut server).expect("they know each other");
    let group = client.negotiated_key_exchange_group().expect("agreed").name();
    println!("negotiated group: {group:?}, version: {:?}", client.protocol_version());
    assert_eq!(group, rustls::NamedGroup::X25519MLKEM768);
    assert_eq!(client.protocol_version(), Some(rustls::ProtocolVersion::TLSv1_3));
    assert_eq!(client.tls13_tickets_received(), 0);
    assert_eq!(verifiers::proven_key(&server), Ok(ours.public_key()));
    assert_eq!(verifiers::proven_key(&client), Ok(theirs.public_key()));
}

#[test]
fn one_seed_gives_one_certificate_and_the_key_a_card_would_name() {
    use comity_journal::suite::{SecretKey, Suite};
    let again = (identity(7), identity(7));
    assert_eq!(again.0.certificate(), again.1.certificate());
    let of_card = SecretKey::from_seed(Suite::One, [7; 32].into()).public();
    assert_eq!(again.0.public_key(), of_card);
    assert_ne!(identity(8).public_key(), of_card);
}

/// A client that shows `chain` and signs with `signer`, and believes any server that `theirs` is.
fn impostor(
    chain: Vec<CertificateDer<'static>>,
    signer: PrivateKeyDer<'static>,
    theirs: &TlsIdentity,
) -> ClientConfig {
    let pins = pins(theirs, theirs);
    let mut config = theirs.client_config(pins, THEIRS, &[theirs.public_key()]).expect("a client");
    let signer = rustls::crypto::aws_lc_rs::sign::any_supported_type(&signer).expect("a key");
    let certified = rustls::sign::CertifiedKey::new(chain, signer);
    config.client_auth_cert_resolver = Arc::new(rustls::sign::SingleCertAndKey::from(certified));
    config
}

fn private(number: u8) -> PrivateKeyDer<'static> {
    tls::private_key(&[number; 32]).into()
}

#[test]
fn a_pinned_certificate_without_its_private_key_opens_nothing() {
    let (ours, theirs) = (identity(1), identity(2));
    let pins = pins(&ours, &theirs);
    let whole = impostor(vec![ours.certificate().clone()], private(1), &theirs);
    assert_eq!(greet_as(whole, &theirs, &pins), Ok(()));
    let stolen = impostor(vec![ours.certificate().clone()], private(9), &theirs);
    let why = TransportError::Handshake("the certificate is not one Ed25519 key, or did not sign");
    assert_eq!(greet_as(stolen, &theirs, &pins), Err(why));
}

#[test]
fn a_stranger_cannot_learn_from_a_copied_certificate_whether_its_owner_is_pinned() {
    let (ours, theirs) = (identity(1), identity(2));
    let copied = |of: &TlsIdentity| impostor(vec![of.certificate().clone()], private(9), &theirs);
    let (pinned, nobody) = (pins(&ours, &theirs), PinnedKeys::new());
    let told = greet_as(copied(&ours), &theirs, &pinned);
    assert!(told.is_err());
    assert_eq!(told, greet_as(copied(&ours), &theirs, &nobody));
    let own = impostor(vec![ours.certificate().clone()], private(1), &theirs);
    assert_eq!(greet_as(own, &theirs, &nobody), Err(TransportError::NotPinned), "its owner is told");
}

#[test]
fn a_certificate_is_one_ed25519_key_and_nothing_else() {
    let (ours, theirs) = (identity(1), identity(2));
    let pins = pins(&ours, &theirs);
    let why = TransportError::Handshake("the certificate is not one Ed25519 key, or did not sign");
    let two = vec![ours.certificate().clone(), theirs.certificate().clone()];
    assert_eq!(greet_as(impostor(two, private(1), &theirs), &theirs, &pins), Err(why.clone()));
    let trailing = CertificateDer::from([ours.certificate().as_ref(), &[0]].concat());
    assert_eq!(greet_as(impostor(vec![trailing], private(1), &theirs), &theirs, &pins), Err(why.clone()));
    let other = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).expect("a key");
    let certificate = rcgen::CertificateParams::default().self_signed(&other).expect("a certificate");
    let signer = PrivateKeyDer::try_from(other.serialize_der()).expect("PKCS #8");
    let p256 = impostor(vec![certificate.der().clone()], signer, &theirs);
    assert!(greet_as(p256, &theirs, &pins).is_err());
}

#[test]
fn a_client_that_shows_no_certificate_is_turned_away() {
    let (ours, theirs) = (identity(1), identity(2));
    let pins = pins(&ours, &theirs);
    let bare = impostor(Vec::new(), private(1), &theirs);
    let why = TransportError::Handshake("the peer showed no certificate");
    assert_eq!(greet_as(bare, &theirs, &pins), Err(why));
}

/// Answers everything with 200.
struct Yes;

impl Federation for Yes {
    async fn handle(&self, _from: AgencyId, _path: &str, _body: Vec<u8>) -> Answer {
        Answer { status: 200, body: Vec::new() }
    }

    fn refused(&self, _peer: SocketAddr, _why: &TransportError) {}
}

/// A listener with these limits, and a pinned connection to it on which nothing has been said.
async fn connected(limits: Limits) -> (watch::Sender<bool>, TlsStream<TcpStream>) {
    let (ours, theirs) = (identity(1), identity(2));
    let pins = pins(&ours, &theirs);
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = socket.local_addr().expect("its address");
    let (stop, stopped) = watch::channel(false);
    let listener = Listener::new(&theirs, pins.clone(), Arc::new(Yes), limits).expect("TLS");
    tokio::spawn(listener.run(socket, stopped));
    let config = ours.client_config(pins, THEIRS, &[theirs.public_key()]).expect("a client");
    let stream = TcpStream::connect(address).await.expect("it listens");
    let connector = TlsConnector::from(Arc::new(config));
    (stop, connector.connect(tls::server_name(), stream).await.expect("they know each other"))
}

/// Everything the listener says to `request` until it ends the connection.
async fn everything_said(limits: Limits, request: &str) -> String {
    let (_running, mut stream) = connected(limits).await;
    stream.write_all(request.as_bytes()).await.expect("written");
    let mut answer = Vec::new();
    if let Err(cut) = stream.read_to_end(&mut answer).await {
        let ended = [std::io::ErrorKind::UnexpectedEof, std::io::ErrorKind::ConnectionReset];
        assert!(ended.contains(&cut.kind()), "{cut}");
    }
    String::from_utf8(answer).expect("ASCII")
}

/// A limit that a test means to reach.
const SHORT: Duration = Duration::from_millis(50);

#[tokio::test]
async fn only_posts_are_answered() {
    for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
        let request = format!("{method} /x HTTP/1.1\r\nHost: n\r\nConnection: close\r\n\r\n");
        let answer = everything_said(Limits::default(), &request).await;
        assert!(answer.starts_with("HTTP/1.1 405 "), "{method}: {answer}");
        assert!(answer.contains("allow: POST"), "{answer}");
    }
    let post = "POST /x HTTP/1.1\r\nHost: n\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    assert!(everything_said(Limits::default(), post).await.starts_with("HTTP/1.1 200 "));
    let query = post.replace("/x", "/x?y");
    assert!(everything_said(Limits::default(), &query).await.starts_with("HTTP/1.1 400 "));
}

#[tokio::test]
async fn a_connection_on_which_nothing_is_asked_ends_at_the_idle_limit() {
    let short = Limits { idle: SHORT, ..Limits::default() };
    assert_eq!(everything_said(short.clone(), "").await, "");
    assert_eq!(everything_said(short, "POST /x HT").await, "");
}

#[tokio::test]
async fn a_body_that_does_not_come_ends_at_the_request_limit() {
    let announced = "POST /x HTTP/1.1\r\nHost: n\r\nContent-Length: 9\r\n\r\nfive!";
    let short = Limits { request: SHORT, ..Limits::default() };
    let answer = everything_said(short, announced).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[tokio::test]
async fn a_head_without_end_is_cut_off() {
    let endless = format!("POST /{} HTTP/1.1\r\n", "x".repeat(64 * 1024));
    let (_running, mut stream) = connected(Limits::default()).await;
    // Either side of this may fail, depending on which bytes the end of the connection overtakes.
    stream.write_all(endless.as_bytes()).await.ok();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok();
    let answer = String::from_utf8(answer).expect("ASCII");
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
}
