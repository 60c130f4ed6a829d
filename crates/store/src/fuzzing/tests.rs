use portolan_testkit::corpus::feed;

#[test]
fn the_corpora_hold() {
    feed("pack_footer", super::pack_footer);
    feed("record_line", super::record_line);
}
