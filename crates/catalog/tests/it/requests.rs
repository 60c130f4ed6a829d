//! Requests that are done once.

use std::time::Duration;

use jiff::Timestamp;
use portolan_catalog::{Attempt, BeginRequest, Requests};
use portolan_oci::Digest;

use crate::Scratch;
use crate::scratch::on_each_database;

on_each_database!(
    a_request_is_begun_once_and_answered_as_often_as_it_comes,
    who_does_not_answer_is_taken_the_place_of,
    answers_are_forgotten_some_day,
);
on_each_database!(
    threads = 4;
    of_many_at_once_one_does_it,
);

const LONG: Duration = Duration::from_hours(1);

fn key(text: &str) -> Digest {
    Digest::sha256(text.as_bytes())
}

async fn begun(requests: &Requests, id: &str, number: i64) -> Attempt {
    match requests.begin((key(id), key("a request")), number, LONG).await.unwrap() {
        BeginRequest::Begun(attempt) => attempt,
        other => panic!("{other:?}"),
    }
}

async fn a_request_is_begun_once_and_answered_as_often_as_it_comes(scratch: &Scratch) {
    let (one, other) = (scratch.open().await.requests(), scratch.open().await.requests());
    let attempt = begun(&one, "anna 1", 1).await;
    let again =
        async |what: &str, number| other.begin((key("anna 1"), key(what)), number, LONG).await.unwrap();
    assert_eq!(again("a request", 2).await, BeginRequest::UnderWay);
    assert_eq!(again("another", 3).await, BeginRequest::Another);
    begun(&other, "anna 2", 4).await;
    let answer = vec![7; 100_000];
    one.answer(attempt, answer.clone()).await.unwrap();
    assert_eq!(again("a request", 5).await, BeginRequest::Answered(answer.clone()));
    assert_eq!(again("another", 6).await, BeginRequest::Another);
    // What was answered is not forgotten for a late failure.
    one.forget(attempt).await.unwrap();
    assert_eq!(again("a request", 7).await, BeginRequest::Answered(answer));

    let failed = begun(&one, "anna 3", 8).await;
    one.forget(failed).await.unwrap();
    begun(&one, "anna 3", 9).await;
}

async fn who_does_not_answer_is_taken_the_place_of(scratch: &Scratch) {
    let requests = scratch.open().await.requests();
    let gone = begun(&requests, "anna 1", 1).await;
    let taken = requests.begin((key("anna 1"), key("a request")), 2, Duration::ZERO).await.unwrap();
    let BeginRequest::Begun(second) = taken else { panic!("{taken:?}") };
    requests.answer(gone, vec![1]).await.unwrap();
    requests.forget(gone).await.unwrap();
    let third = requests.begin((key("anna 1"), key("a request")), 3, LONG).await.unwrap();
    assert_eq!(third, BeginRequest::UnderWay, "who is late says nothing any more");
    requests.answer(second, vec![2]).await.unwrap();
    let third = requests.begin((key("anna 1"), key("a request")), 4, LONG).await.unwrap();
    assert_eq!(third, BeginRequest::Answered(vec![2]));
}

async fn answers_are_forgotten_some_day(scratch: &Scratch) {
    let requests = scratch.open().await.requests();
    for number in 0..600 {
        begun(&requests, &format!("anna {number}"), number).await;
    }
    let before = Timestamp::now().checked_sub(LONG).unwrap();
    assert_eq!(requests.expire(before).await.unwrap(), 0);
    let after = Timestamp::now().checked_add(LONG).unwrap();
    assert_eq!(requests.expire(after).await.unwrap(), 500);
    assert_eq!(requests.expire(after).await.unwrap(), 100);
    assert_eq!(requests.expire(after).await.unwrap(), 0);
    begun(&requests, "anna 1", 1).await;
}

async fn of_many_at_once_one_does_it(scratch: &Scratch) {
    let mut tasks = Vec::new();
    for number in 0..8 {
        let requests = scratch.open().await.requests();
        tasks.push(tokio::spawn(async move {
            requests.begin((key("anna 1"), key("a request")), number, LONG).await.unwrap()
        }));
    }
    let mut begun = 0;
    for task in tasks {
        match task.await.unwrap() {
            BeginRequest::Begun(_) => begun += 1,
            other => assert_eq!(other, BeginRequest::UnderWay),
        }
    }
    assert_eq!(begun, 1);
}
