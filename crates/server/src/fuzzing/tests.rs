use portolan_testkit::corpus::feed;

#[test]
fn the_corpora_hold() {
    feed("authorization", super::authorization);
    feed("path", super::path);
    feed("query", super::query);
    feed("ranges", super::ranges);
}
