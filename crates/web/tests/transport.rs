//! Two nodes on a real network: who is let in, who is turned away, and what every limit does.
//!
//! Nothing here waits for a length of time: a test waits for an answer or for the listener's report of a
//! refusal, and limits are made small where one has to be reached.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use comity_journal::ids::AgencyId;
use comity_journal::suite::PublicKey;
use comity_web::federation::{
    Answer, Counters, Dialler, Federation, Limits, Listener, PinnedKeys, Stage, TlsIdentity, TransportError,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;

/// A limit that a test means to reach.
const SHORT: Duration = Duration::from_millis(50);

/// A node that answers with who asked, where, and how much.
struct Desk {
    handled: AtomicU64,
    entered: Notify,
    release: Notify,
    refusals: mpsc::UnboundedSender<TransportError>,
}

impl Federation for Desk {
    async fn handle(&self, from: AgencyId, path: &str, body: Vec<u8>) -> Answer {
        self.handled.fetch_add(1, Ordering::SeqCst);
        match path {
            "/wait" => {
                self.entered.notify_one();
                self.release.notified().await;
            }
            "/large" => return Answer { status: 200, body: vec![7; 64 * 1024] },
            "/unknown" => return Answer { status: 404, body: b"no such thing".to_vec() },
            _ => {}
        }
        Answer { status: 200, body: format!("{from} {path} {}", body.len()).into_bytes() }
    }

    fn refused(&self, _peer: SocketAddr, why: &TransportError) {
        self.refusals.send(why.clone()).expect("the test listens");
    }
}

struct Node {
    agency: AgencyId,
    key: PublicKey,
    identity: TlsIdentity,
    pins: PinnedKeys,
    limits: Limits,
    url: String,
    address: SocketAddr,
    desk: Arc<Desk>,
    refusals: mpsc::UnboundedReceiver<TransportError>,
    counters: Arc<Counters>,
    stop: watch::Sender<bool>,
    running: JoinHandle<()>,
}

impl Node {
    async fn start(number: u8) -> Self {
        Self::start_with(number, Limits::default()).await
    }

    async fn start_with(number: u8, limits: Limits) -> Self {
        let identity = TlsIdentity::from_seed(&[number; 32]).expect("an identity");
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = socket.local_addr().expect("its address");
        let (told, refusals) = mpsc::unbounded_channel();
        let desk = Arc::new(Desk {
            handled: AtomicU64::new(0),
            entered: Notify::new(),
            release: Notify::new(),
            refusals: told,
        });
        let pins = PinnedKeys::new();
        let listener =
            Listener::new(&identity, pins.clone(), Arc::clone(&desk), limits.clone()).expect("TLS");
        let counters = listener.counters();
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(listener.run(socket, stopped));
        Self {
            agency: AgencyId::from_bytes([number; 32]),
            key: identity.public_key(),
            url: format!("https://{address}"),
            identity,
            pins,
            limits,
            address,
            desk,
            refusals,
            counters,
            stop,
            running,
        }
    }

    fn pin(&self, other: &Self) {
        self.pins.pin(other.key, other.agency);
    }

    fn dialler(&self) -> Dialler {
        self.dialler_with(self.limits.clone())
    }

    fn dialler_with(&self, limits: Limits) -> Dialler {
        Dialler::new(self.identity.clone(), self.pins.clone(), limits)
    }

    fn handled(&self) -> u64 {
        self.desk.handled.load(Ordering::SeqCst)
    }

    async fn refusal(&mut self) -> TransportError {
        self.refusals.recv().await.expect("the listener runs")
    }

    fn heard_no_http(&self) -> bool {
        (self.counters.http_connections(), self.counters.requests(), self.handled()) == (0, 0, 0)
    }
}

/// Two nodes that have pinned each other.
async fn partners(limits: Limits) -> (Node, Node) {
    let (ours, theirs) = (Node::start(1).await, Node::start_with(2, limits).await);
    ours.pin(&theirs);
    theirs.pin(&ours);
    (ours, theirs)
}

async fn post(
    dialler: &Dialler,
    to: &Node,
    path: &str,
    body: impl Into<Vec<u8>>,
) -> Result<String, TransportError> {
    let answer = dialler.post(to.agency, &[to.key], &to.url, path, body.into()).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[tokio::test]
async fn two_pinned_nodes_talk_and_each_knows_who_asked() {
    let (ours, theirs) = partners(Limits::default()).await;
    let answer = post(&ours.dialler(), &theirs, "/federation/hello", "four").await;
    assert_eq!(answer, Ok(format!("{} /federation/hello 4", ours.agency)));
    let answer = post(&theirs.dialler(), &ours, "/federation/batch", "").await;
    assert_eq!(answer, Ok(format!("{} /federation/batch 0", theirs.agency)));
}

#[tokio::test]
async fn a_stranger_fails_in_the_handshake_and_no_http_of_it_is_parsed() {
    let (stranger, mut theirs) = (Node::start(1).await, Node::start(2).await);
    stranger.pin(&theirs);
    let large = vec![0; 4 * 1024 * 1024];
    for body in [Vec::new(), large] {
        let answer = post(&stranger.dialler(), &theirs, "/federation/hello", body).await;
        assert_eq!(answer, Err(TransportError::NotPinnedThere));
        assert_eq!(theirs.refusal().await, TransportError::NotPinned);
    }
    assert_eq!(theirs.counters.connections(), 2);
    assert!(theirs.heard_no_http());
}

#[tokio::test]
async fn garbage_and_plain_http_fail_in_the_handshake() {
    let mut theirs = Node::start(2).await;
    for bytes in
        ["POST /federation/hello HTTP/1.1\r\nHost: node\r\nContent-Length: 0\r\n\r\n", "\0\0\0\0\0\0\0\0"]
    {
        let mut stream = TcpStream::connect(theirs.address).await.expect("it listens");
        stream.write_all(bytes.as_bytes()).await.expect("written");
        assert_eq!(theirs.refusal().await, TransportError::Handshake("the peer does not speak TLS"));
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.ok();
        assert!(!answer.starts_with(b"HTTP"), "no HTTP comes back either");
    }
    assert!(theirs.heard_no_http());
}

#[tokio::test]
async fn a_client_of_tls_1_2_is_told_that_its_version_is_refused() {
    let mut theirs = Node::start(2).await;
    let mut stream = TcpStream::connect(theirs.address).await.expect("it listens");
    stream.write_all(&hello_of_tls_1_2()).await.expect("written");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an alert and the end");
    assert_eq!(answer, [21, 3, 3, 0, 2, 2, 70], "a fatal alert: protocol_version");
    let why = TransportError::Handshake("the peer cannot speak TLS 1.3 as we do");
    assert_eq!(theirs.refusal().await, why);
    assert!(theirs.heard_no_http());
}

/// The first message of a client that knows TLS 1.2 and nothing newer (RFC 5246, section 7.4.1.2).
fn hello_of_tls_1_2() -> Vec<u8> {
    let mut hello = vec![3, 3]; // client_version: TLS 1.2
    hello.extend([9; 32]); // random
    hello.push(0); // session_id: none
    hello.extend([0, 2, 0xc0, 0x2b]); // cipher_suites: ECDHE-ECDSA with AES-128-GCM
    hello.extend([1, 0]); // compression_methods: none
    let extensions = [
        [0, 10, 0, 4, 0, 2, 0, 29].as_slice(), // supported_groups: x25519
        &[0, 13, 0, 4, 0, 2, 4, 3],            // signature_algorithms: ECDSA P-256
    ]
    .concat();
    hello.extend([0, u8::try_from(extensions.len()).expect("short")]);
    hello.extend(extensions);
    let length = u8::try_from(hello.len()).expect("short");
    [[22, 3, 1, 0, length + 4, 1, 0, 0, length].as_slice(), &hello].concat()
}

#[tokio::test]
async fn a_server_with_another_key_than_the_cards_gets_no_message() {
    let (ours, mut theirs) = partners(Limits::default()).await;
    let of_card = TlsIdentity::from_seed(&[9; 32]).expect("an identity").public_key();
    ours.pins.pin(of_card, theirs.agency);
    let answer = ours.dialler().post(theirs.agency, &[of_card], &theirs.url, "/x", Vec::new()).await;
    assert_eq!(answer, Err(TransportError::NotPinned));
    assert_eq!(theirs.refusal().await, TransportError::NotPinnedThere);
    assert!(theirs.heard_no_http());
}

#[tokio::test]
async fn one_partner_cannot_answer_for_another() {
    let (ours, theirs) = partners(Limits::default()).await;
    let third = Node::start(3).await;
    ours.pin(&third);
    third.pin(&ours);
    let answer = ours.dialler().post(theirs.agency, &[theirs.key], &third.url, "/x", Vec::new()).await;
    assert_eq!(answer, Err(TransportError::NotPinned));
    let answer = ours.dialler().post(theirs.agency, &[third.key], &third.url, "/x", Vec::new()).await;
    assert_eq!(answer, Err(TransportError::NotPinned), "a card cannot claim a key pinned to another agency");
    assert!(third.heard_no_http());
}

#[tokio::test]
async fn an_unpinned_key_is_refused_at_its_next_connection() {
    let (ours, mut theirs) = partners(Limits::default()).await;
    let dialler = ours.dialler();
    assert!(post(&dialler, &theirs, "/x", "").await.is_ok());
    theirs.pins.unpin(&ours.key);
    dialler.hang_up();
    assert_eq!(post(&dialler, &theirs, "/x", "").await, Err(TransportError::NotPinnedThere));
    assert_eq!(theirs.refusal().await, TransportError::NotPinned);
    assert_eq!(theirs.handled(), 1);
}

#[tokio::test]
async fn an_unpinned_key_is_refused_on_its_open_connection_too() {
    let (ours, mut theirs) = partners(Limits::default()).await;
    let dialler = ours.dialler();
    assert!(post(&dialler, &theirs, "/x", "").await.is_ok());
    theirs.pins.unpin(&ours.key);
    assert_eq!(post(&dialler, &theirs, "/x", "").await, Err(TransportError::Cut));
    assert_eq!(theirs.refusal().await, TransportError::NotPinned);
    assert_eq!(post(&dialler, &theirs, "/x", "").await, Err(TransportError::NotPinnedThere));
    assert_eq!(theirs.handled(), 1);
}

#[tokio::test]
async fn a_partner_we_unpinned_gets_no_message_on_a_kept_connection() {
    let (ours, theirs) = partners(Limits::default()).await;
    let dialler = ours.dialler();
    assert!(post(&dialler, &theirs, "/x", "").await.is_ok());
    ours.pins.replace([(Node::start(3).await.key, theirs.agency)].into());
    assert_eq!(post(&dialler, &theirs, "/x", "").await, Err(TransportError::NotPinned));
    assert_eq!(theirs.handled(), 1);
}

#[tokio::test]
async fn a_connection_is_kept_and_used_again() {
    let (ours, theirs) = partners(Limits::default()).await;
    let dialler = ours.dialler();
    for _ in 0..5 {
        assert!(post(&dialler, &theirs, "/x", "again").await.is_ok());
    }
    assert_eq!((theirs.counters.connections(), theirs.counters.requests()), (1, 5));
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_one_at_the_limit_is_taken() {
    let small = Limits { body: 256 * 1024, ..Limits::default() };
    let (ours, theirs) = partners(small.clone()).await;
    let dialler = ours.dialler();
    let at_limit = post(&dialler, &theirs, "/x", vec![1; small.body]).await;
    assert_eq!(at_limit, Ok(format!("{} /x {}", ours.agency, small.body)));
    let over = post(&dialler, &theirs, "/x", vec![1; small.body + 1]).await;
    assert_eq!(over, Err(TransportError::TooLarge));
    assert_eq!(post(&dialler, &theirs, "/x", vec![1; 4 << 20]).await, Err(TransportError::TooLarge));
    assert_eq!(theirs.handled(), 1, "what is too large never reaches the node");
    assert!(post(&dialler, &theirs, "/x", "").await.is_ok(), "and the partner is served on");
}

#[tokio::test]
async fn a_body_over_our_own_limit_is_not_sent_and_a_larger_answer_not_taken() {
    let (ours, theirs) = partners(Limits::default()).await;
    let dialler = ours.dialler_with(Limits { body: 1024, ..Limits::default() });
    assert_eq!(post(&dialler, &theirs, "/x", vec![1; 1025]).await, Err(TransportError::TooLarge));
    assert_eq!(theirs.counters.connections(), 0);
    assert_eq!(post(&dialler, &theirs, "/large", "").await, Err(TransportError::TooLarge));
}

#[tokio::test]
async fn a_status_of_the_node_reaches_the_caller_and_the_connection_lives_on() {
    let (ours, theirs) = partners(Limits::default()).await;
    let dialler = ours.dialler();
    assert_eq!(post(&dialler, &theirs, "/unknown", "").await, Err(TransportError::Status(404)));
    assert!(post(&dialler, &theirs, "/x", "").await.is_ok());
    assert_eq!(theirs.counters.connections(), 1);
}

#[tokio::test]
async fn a_client_slow_in_the_handshake_is_cut_off() {
    let mut theirs = Node::start_with(2, Limits { handshake: SHORT, ..Limits::default() }).await;
    let mut silent = TcpStream::connect(theirs.address).await.expect("it listens");
    assert_eq!(theirs.refusal().await, TransportError::TooSlow(Stage::Handshake));
    assert_eq!(silent.read(&mut [0; 1]).await.expect("the end"), 0);
    let mut halting = TcpStream::connect(theirs.address).await.expect("it listens");
    halting.write_all(&[22, 3, 1, 2]).await.expect("written");
    assert_eq!(theirs.refusal().await, TransportError::TooSlow(Stage::Handshake));
    assert!(theirs.heard_no_http());
}

#[tokio::test]
async fn a_server_slow_in_the_handshake_is_given_up() {
    let ours = Node::start_with(1, Limits { handshake: SHORT, ..Limits::default() }).await;
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let url = format!("https://{}", silent.local_addr().expect("its address"));
    let answer = ours.dialler().post(ours.agency, &[ours.key], &url, "/x", Vec::new()).await;
    assert_eq!(answer, Err(TransportError::TooSlow(Stage::Handshake)));
}

#[tokio::test]
async fn a_partner_slow_to_answer_is_given_up_by_either_side() {
    let short = Limits { request: SHORT, ..Limits::default() };
    let (ours, theirs) = partners(short.clone()).await;
    assert_eq!(post(&ours.dialler(), &theirs, "/wait", "").await, Err(TransportError::Status(408)));
    let (ours, theirs) = partners(Limits::default()).await;
    let hasty = ours.dialler_with(short);
    assert_eq!(post(&hasty, &theirs, "/wait", "").await, Err(TransportError::TooSlow(Stage::Request)));
}

#[tokio::test]
async fn a_partner_has_its_share_of_connections_and_no_more() {
    let (ours, mut theirs) = partners(Limits { connections_per_partner: 1, ..Limits::default() }).await;
    let dialler = Arc::new(ours.dialler());
    let (agency, key, url) = (theirs.agency, theirs.key, theirs.url.clone());
    let first = tokio::spawn({
        let dialler = Arc::clone(&dialler);
        async move { dialler.post(agency, &[key], &url, "/wait", Vec::new()).await }
    });
    theirs.desk.entered.notified().await;
    assert_eq!(post(&dialler, &theirs, "/x", "").await, Err(TransportError::Cut));
    assert_eq!(theirs.refusal().await, TransportError::Busy);
    theirs.desk.release.notify_one();
    assert!(first.await.expect("no panic").is_ok());
    assert!(post(&dialler, &theirs, "/x", "").await.is_ok(), "the kept connection holds the one place");
}

#[tokio::test]
async fn strangers_have_their_share_of_handshakes_and_no_more() {
    let mut theirs = Node::start_with(2, Limits { handshakes_per_address: 1, ..Limits::default() }).await;
    let first = TcpStream::connect(theirs.address).await.expect("it listens");
    let mut second = TcpStream::connect(theirs.address).await.expect("it listens");
    assert_eq!(theirs.refusal().await, TransportError::Busy);
    assert_eq!(second.read(&mut [0; 1]).await.expect("the end"), 0);
    drop(first);
    assert_eq!(theirs.refusal().await, TransportError::Handshake("the peer ended it half-way"));
}

#[tokio::test]
async fn a_node_that_stops_finishes_what_it_has_begun_and_takes_nothing_new() {
    let (ours, theirs) = partners(Limits::default()).await;
    let dialler = Arc::new(ours.dialler());
    assert!(post(&dialler, &theirs, "/x", "").await.is_ok());
    let idle = ours.dialler();
    assert!(post(&idle, &theirs, "/x", "").await.is_ok());
    let (agency, key, url) = (theirs.agency, theirs.key, theirs.url.clone());
    let begun = tokio::spawn({
        let dialler = Arc::clone(&dialler);
        async move { dialler.post(agency, &[key], &url, "/wait", Vec::new()).await }
    });
    theirs.desk.entered.notified().await;
    theirs.stop.send(true).expect("it runs");
    theirs.desk.release.notify_one();
    assert!(begun.await.expect("no panic").is_ok());
    theirs.running.await.expect("it ends by itself");
    let late = dialler.post(agency, &[key], &theirs.url, "/x", Vec::new()).await;
    assert_eq!(late, Err(TransportError::Unreachable));
}

#[tokio::test]
async fn what_is_no_address_is_never_dialled() {
    let (ours, theirs) = partners(Limits::default()).await;
    let dialler = ours.dialler();
    let plain = theirs.url.replace("https", "http");
    for (url, path) in [(&plain, "/x"), (&theirs.url, "x"), (&theirs.url, "/x?y"), (&theirs.url, "//h/x y")] {
        let answer = dialler.post(theirs.agency, &[theirs.key], url, path, Vec::new()).await;
        assert_eq!(answer, Err(TransportError::Address), "{url} {path}");
    }
    assert_eq!(theirs.counters.connections(), 0);
}

#[test]
fn an_error_has_a_stable_code_and_says_what_is_wrong() {
    assert_eq!(TransportError::NotPinned.code(), "not_pinned");
    assert!(TransportError::NotPinned.to_string().contains("this partner is not pinned"));
    assert_eq!(TransportError::Status(404).code(), "status");
}
