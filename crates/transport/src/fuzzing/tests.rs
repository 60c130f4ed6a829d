use portolan_testkit::corpus::feed;

#[test]
fn the_corpora_hold() {
    feed("answer_headers", super::answer_headers);
    feed("challenge", super::challenge);
    feed("credential_file", super::credential_file);
    feed("layout_index", super::layout_index);
    feed("link", super::link);
    feed("registries_conf", super::registries_conf);
    feed("tar", super::tar);
}
