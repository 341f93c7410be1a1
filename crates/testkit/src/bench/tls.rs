//! Sessions of TLS 1.3 in memory, one for each suite that a node offers: what records cost, without a network.
//!
//! Suites and library are the node's. Certificates are not (any will do once hands are shaken), and the handshake is not
//! measured: a session between nodes is long.

use std::io::{self, Read as _, Write as _};
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{PrivatePkcs8KeyDer, ServerName};
use rustls::version::TLS13;
use rustls::{
    ClientConfig, ClientConnection, ConnectionCommon, RootCertStore, ServerConfig, ServerConnection,
};

const NAME: &str = "node";

/// Both sides of a session.
pub(super) struct Session {
    client: ClientConnection,
    server: ServerConnection,
    /// What travels between them.
    wire: Vec<u8>,
}

impl Session {
    /// A session in each suite that a node offers, by the suite's name, the most wanted first.
    pub(super) fn of_each_suite() -> io::Result<Vec<(String, Self)>> {
        let all = aws_lc_rs::default_provider();
        let of = |suite: &rustls::SupportedCipherSuite| {
            let name = format!("{:?}", suite.suite());
            let name = name.strip_prefix("TLS13_").unwrap_or(&name).to_owned();
            Ok((name, Self::begin(CryptoProvider { cipher_suites: vec![*suite], ..all.clone() })?))
        };
        all.cipher_suites.iter().filter(|suite| suite.tls13().is_some()).map(of).collect()
    }

    fn begin(provider: CryptoProvider) -> io::Result<Self> {
        let provider = Arc::new(provider);
        let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).map_err(io::Error::other)?;
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).map_err(io::Error::other)?;
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&TLS13])
            .and_then(|server| {
                server.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key.into())
            })
            .map_err(io::Error::other)?;
        let client = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13])
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(NAME).map_err(io::Error::other)?;
        let mut session = Self {
            client: ClientConnection::new(Arc::new(client), name).map_err(io::Error::other)?,
            server: ServerConnection::new(Arc::new(server)).map_err(io::Error::other)?,
            wire: Vec::new(),
        };
        while session.client.is_handshaking() || session.server.is_handshaking() {
            session.client_speaks()?;
            session.server_speaks()?;
        }
        Ok(session)
    }

    /// A message goes from the client to the server: sealed by one, opened by the other.
    pub(super) fn pass(&mut self, message: &[u8], arrived: &mut [u8]) -> io::Result<()> {
        self.client.writer().write_all(message)?;
        self.client_speaks()?;
        self.server.reader().read_exact(arrived)
    }

    fn client_speaks(&mut self) -> io::Result<()> {
        carry(&mut self.client, &mut self.wire, &mut self.server)
    }

    fn server_speaks(&mut self) -> io::Result<()> {
        carry(&mut self.server, &mut self.wire, &mut self.client)
    }
}

/// Brings all that one side wants to say to the other.
fn carry<From, To>(
    from: &mut ConnectionCommon<From>,
    wire: &mut Vec<u8>,
    to: &mut ConnectionCommon<To>,
) -> io::Result<()> {
    while from.wants_write() {
        from.write_tls(wire)?;
    }
    let mut rest = wire.as_slice();
    while !rest.is_empty() {
        to.read_tls(&mut rest)?;
        to.process_new_packets().map_err(io::Error::other)?;
    }
    wire.clear();
    Ok(())
}
