//! One does the work, the others get its outcome.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use portolan_transport::{Flight, SingleFlight};
use tokio::sync::Barrier;

#[tokio::test]
async fn callers_at_the_same_time_share_one_flight() {
    let flights = Arc::new(SingleFlight::<&str, usize>::default());
    let (led, all_here) = (Arc::new(AtomicUsize::new(0)), Arc::new(Barrier::new(17)));
    let callers: Vec<_> = (0..16)
        .map(|_| {
            let (flights, led, all_here) = (Arc::clone(&flights), Arc::clone(&led), Arc::clone(&all_here));
            tokio::spawn(async move {
                match flights.join(&"key").await {
                    Flight::Lead(lead) => {
                        led.fetch_add(1, Ordering::SeqCst);
                        // All others have been started; those that run now can only wait.
                        all_here.wait().await;
                        tokio::task::yield_now().await;
                        lead.land(7);
                        7
                    }
                    Flight::Landed(value) => value,
                }
            })
        })
        .collect();
    // The leader waits for seventeen: sixteen permits are given here.
    let waits = (0..16).map(|_| all_here.wait());
    futures::future::join_all(waits).await;
    for caller in callers {
        assert_eq!(caller.await.unwrap(), 7);
    }
    assert_eq!(led.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_leader_that_gives_up_is_replaced() {
    let flights = SingleFlight::<u8, &str>::default();
    let Flight::Lead(first) = flights.join(&1).await else { panic!("nobody flies yet") };
    let waiting = async {
        match flights.join(&1).await {
            Flight::Lead(second) => {
                second.land("second");
                "led"
            }
            Flight::Landed(_) => "landed",
        }
    };
    let (came, ()) = tokio::join!(waiting, async { drop(first) });
    assert_eq!(came, "led");
}

#[tokio::test]
async fn outcomes_are_not_kept_and_keys_do_not_meet() {
    let flights = SingleFlight::<u8, ()>::default();
    let Flight::Lead(one) = flights.join(&1).await else { panic!("nobody flies yet") };
    let Flight::Lead(two) = flights.join(&2).await else { panic!("another key is another flight") };
    one.land(());
    two.land(());
    assert!(matches!(flights.join(&1).await, Flight::Lead(_)));
}
