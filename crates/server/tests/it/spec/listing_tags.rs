//! "Listing Tags".

use portolan_testkit::image::Image;
use serde_json::Value;

use crate::Door;
use crate::door::{header, json, on_each_database, refusal};

on_each_database!(
    all_tags_come_in_the_order_of_their_bytes,
    n_limits_and_the_link_goes_on,
    n_of_zero_gives_an_empty_list_without_a_link,
    last_need_not_be_a_tag,
    n_that_is_no_number_is_refused_and_a_huge_one_gives_all,
    a_repository_without_tags_has_an_empty_list,
    a_list_that_the_client_has_is_not_sent_again,
    a_long_list_is_never_older_than_the_last_push,
);

async fn tagged(door: &Door, tags: &[&str]) {
    let tags: Vec<String> = tags.iter().map(|&tag| tag.to_owned()).collect();
    door.client().push_tree("a/b", &Image::oci().build(), &tags).await.unwrap();
}

async fn list(door: &Door, query: &str) -> (Vec<String>, Option<String>) {
    let got = door.get(&format!("/v2/a/b/tags/list{query}")).await;
    assert_eq!(got.status(), 200);
    let link = got.headers().get("link").map(|link| link.to_str().unwrap().to_owned());
    let body: Value = json(got).await;
    assert_eq!(body["name"], "a/b");
    (serde_json::from_value(body["tags"].clone()).unwrap(), link)
}

const ORDER: [&str; 6] = ["1", "A", "_x", "a", "a-1", "b"];

async fn all_tags_come_in_the_order_of_their_bytes(door: &Door) {
    tagged(door, &["b", "a", "A", "_x", "1", "a-1"]).await;
    assert_eq!(list(door, "").await, (ORDER.map(str::to_owned).to_vec(), None));
}

async fn n_limits_and_the_link_goes_on(door: &Door) {
    tagged(door, &ORDER).await;
    let (first, link) = list(door, "?n=4").await;
    assert_eq!(first, &ORDER[..4]);
    let link = link.unwrap();
    let next = link.trim_start_matches('<').trim_end_matches(">; rel=\"next\"");
    let got: Value = json(door.get(next).await).await;
    assert_eq!(got["tags"], serde_json::json!(["a-1", "b"]));
    // Exactly as many as there are: nothing follows.
    assert_eq!(list(door, "?n=6").await.1, None);
    assert_eq!(list(door, "?n=2&last=a").await, (vec!["a-1".to_owned(), "b".to_owned()], None));
}

async fn n_of_zero_gives_an_empty_list_without_a_link(door: &Door) {
    tagged(door, &ORDER).await;
    assert_eq!(list(door, "?n=0").await, (Vec::new(), None));
}

async fn last_need_not_be_a_tag(door: &Door) {
    tagged(door, &ORDER).await;
    for (last, follows) in [("a-", 2), ("zzz", 0), ("%20", 6), ("%ff", 0)] {
        assert_eq!(list(door, &format!("?last={last}")).await.0.len(), follows, "{last}");
    }
}

async fn n_that_is_no_number_is_refused_and_a_huge_one_gives_all(door: &Door) {
    tagged(door, &ORDER).await;
    for wrong in ["x", "-1", ""] {
        let got = door.get(&format!("/v2/a/b/tags/list?n={wrong}")).await;
        assert_eq!(refusal(got).await, (400, "PAGINATION_NUMBER_INVALID".to_owned()), "{wrong}");
    }
    assert_eq!(list(door, "?n=99999999999999999999").await, (ORDER.map(str::to_owned).to_vec(), None));
}

async fn a_repository_without_tags_has_an_empty_list(door: &Door) {
    let tree = Image::oci().build();
    door.client().push_tree("a/b", &tree, &[]).await.unwrap();
    assert_eq!(list(door, "").await, (Vec::new(), None));
}

async fn a_list_that_the_client_has_is_not_sent_again(door: &Door) {
    tagged(door, &ORDER).await;
    let tag = header(&door.get("/v2/a/b/tags/list").await, "etag").to_owned();
    let ask = || door.ask(http::Method::GET, "/v2/a/b/tags/list").header("if-none-match", &tag).send();
    assert_eq!(ask().await.unwrap().status(), 304);
    tagged(door, &["new"]).await;
    assert_eq!(ask().await.unwrap().status(), 200);
}

async fn a_long_list_is_never_older_than_the_last_push(door: &Door) {
    let mut tags: Vec<String> = (0..600).map(|number| format!("tag-{number:04}")).collect();
    tagged(door, &tags.iter().map(String::as_str).collect::<Vec<_>>()).await;
    for _ in 0..2 {
        assert_eq!(list(door, "").await, (tags.clone(), None));
    }
    tagged(door, &["tag-9999"]).await;
    tags.push("tag-9999".to_owned());
    assert_eq!(list(door, "").await, (tags.clone(), None));
    assert_eq!(door.delete("/v2/a/b/manifests/tag-0000").await.status(), 202);
    assert_eq!(list(door, "").await, (tags.split_off(1), None));
    let (page, link) = list(door, "?n=550").await;
    assert_eq!((page.len(), link.is_some()), (550, true));
    assert_eq!(list(door, "?n=550").await, (page, link), "with its link");
}
