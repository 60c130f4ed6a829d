//! `portolan tags`.

use portolan_testkit::zoo::{one, write_layout};

use crate::sandbox::Sandbox;

#[test]
fn tags_are_sorted_by_their_bytes() {
    let sandbox = Sandbox::new();
    let mut exhibit = one("oci-image");
    exhibit.tags = ["b", "a", "B", "10", "9"].map(str::to_owned).to_vec();
    write_layout(&sandbox.path("layout"), &[exhibit]);
    insta::assert_snapshot!(sandbox.run("tags oci:layout"));
    insta::assert_snapshot!(sandbox.run("tags oci:layout --output json"));
}

#[test]
fn where_there_is_nothing() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run("tags oci:nowhere"));
    sandbox.write("other/file", "not a layout");
    insta::assert_snapshot!(sandbox.run("tags oci:other"));
    insta::assert_snapshot!(sandbox.run("tags oci-archive:nowhere.tar"));
}
