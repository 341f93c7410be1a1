//! `comity demo`: the agencies of Country A and Country B play one request through, from draft to answer.
pub(crate) async fn run(_: Option<&std::path::Path>, _: bool) -> Result<crate::reply::Reply, crate::reply::Reply> {
    Err(crate::reply::Reply::fault("not yet".into()))
}
