use portolan_testkit::corpus::feed;

#[test]
fn the_corpora_hold() {
    feed("digest", super::digest);
    feed("image_config", super::image_config);
    feed("manifest", super::manifest);
    feed("media_type", super::media_type);
    feed("platform", super::platform);
    feed("reference", super::reference);
}
