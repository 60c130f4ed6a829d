//! `portolan diff`.

use portolan_testkit::image::{Image, Layer};
use portolan_testkit::zoo::{Exhibit, write_layout};

use crate::sandbox::Sandbox;

const HELLO: &str = "oci:examples/quickstart/layout:hello";

#[test]
fn the_same_image_is_the_same_anywhere() {
    let sandbox = Sandbox::with_examples();
    sandbox.run(&format!("copy {HELLO} oci:out")).succeeded();
    insta::assert_snapshot!(sandbox.run(&format!("diff {HELLO} oci:out:hello")));
    insta::assert_snapshot!(sandbox.run(&format!("diff {HELLO} oci:out:hello --output json")));
}

#[test]
fn an_index_and_one_of_its_images() {
    let sandbox = Sandbox::with_examples();
    sandbox.run(&format!("copy {HELLO} oci:arm:hello --platform linux/arm64")).succeeded();
    insta::assert_snapshot!(sandbox.run(&format!("diff {HELLO} oci:arm:hello")));
    sandbox.run(&format!("diff {HELLO} oci:arm:hello --platform linux/arm64")).succeeded();
    sandbox.run(&format!("copy {HELLO} oci:amd:hello --platform linux/amd64")).succeeded();
    insta::assert_snapshot!(sandbox.run("diff oci:arm:hello oci:amd:hello"));
}

#[test]
fn images_that_differ_in_everything() {
    let sandbox = Sandbox::new();
    let image = |seed, note: &str, platform: &str| {
        Image::oci()
            .layer(Layer::gzip(1))
            .layer(Layer::gzip(seed))
            .annotation("note", note)
            .platform(platform)
            .build()
    };
    let one = Exhibit::new("one", image(2, "old", "linux/amd64"));
    let two = Exhibit::new("two", image(3, "new", "linux/arm64/v8"));
    write_layout(&sandbox.path("layout"), &[one, two]);
    insta::assert_snapshot!(sandbox.run("tags oci:layout"));
    insta::assert_snapshot!(sandbox.run("diff oci:layout:one oci:layout:two"));
    insta::assert_snapshot!(sandbox.run("diff oci:layout:one oci:layout:two --output json"));
}
