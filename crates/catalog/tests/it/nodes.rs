//! Who shares the database.

use std::time::Duration;

use portolan_catalog::{NewNode, Node, Nodes, RenewNode};

use crate::Scratch;
use crate::scratch::on_each_database;

on_each_database!(
    nodes_come_are_heard_of_and_go,
    who_is_not_heard_of_no_longer_counts,
    only_a_server_is_shared,
);

const LONG: Duration = Duration::from_hours(1);

fn about(name: &str) -> NewNode {
    NewNode {
        name: name.to_owned(),
        what: "portolan serve (process 7)".to_owned(),
        host: "a machine".to_owned(),
    }
}

async fn names(nodes: &Nodes) -> Vec<(String, bool)> {
    let all = nodes.list().await.unwrap();
    all.into_iter().map(|Node { about, is_living, .. }| (about.name, is_living)).collect()
}

async fn nodes_come_are_heard_of_and_go(scratch: &Scratch) {
    let (one, two) = (scratch.open().await, scratch.open().await);
    let first = one.nodes().register(about("north"), LONG).await.unwrap();
    assert_eq!(one.nodes().renew(first, LONG).await.unwrap(), RenewNode::Renewed { others: 0 });
    let second = two.nodes().register(about("east"), LONG).await.unwrap();
    assert!(second > first);
    assert_eq!(one.nodes().renew(first, LONG).await.unwrap(), RenewNode::Renewed { others: 1 });
    let listed = one.nodes().list().await.unwrap();
    assert_eq!(listed.iter().map(|node| node.id).collect::<Vec<_>>(), [second, first]);
    let [east, north] = listed.as_slice() else { panic!("{listed:?}") };
    assert_eq!(east.about, about("east"));
    assert!(north.started_at <= north.seen_at && north.is_living, "{north:?}");
    two.nodes().leave(second).await.unwrap();
    assert_eq!(two.nodes().renew(second, LONG).await.unwrap(), RenewNode::Forgotten);
    assert_eq!(names(&one.nodes()).await, [("north".to_owned(), true)]);
}

async fn who_is_not_heard_of_no_longer_counts(scratch: &Scratch) {
    let nodes = scratch.open().await.nodes();
    let living = nodes.register(about("north"), LONG).await.unwrap();
    let late = nodes.register(about("south"), Duration::ZERO).await.unwrap();
    assert_eq!(nodes.renew(living, LONG).await.unwrap(), RenewNode::Renewed { others: 0 });
    assert_eq!(names(&nodes).await, [("north".to_owned(), true), ("south".to_owned(), false)]);
    assert_eq!(nodes.renew(late, LONG).await.unwrap(), RenewNode::Renewed { others: 1 });
    assert_eq!(names(&nodes).await, [("north".to_owned(), true), ("south".to_owned(), true)]);
    let long = nodes.register(about(&"ä".repeat(300)), LONG).await.unwrap();
    let listed = nodes.list().await.unwrap();
    let cut = listed.iter().find(|node| node.id == long).unwrap();
    assert_eq!(cut.about.name, "ä".repeat(255));
}

async fn only_a_server_is_shared(scratch: &Scratch) {
    let nodes = scratch.open().await.nodes();
    let is_server = !matches!(scratch, Scratch::Sqlite(_));
    assert_eq!(nodes.may_be_many().await.unwrap(), is_server);
}
