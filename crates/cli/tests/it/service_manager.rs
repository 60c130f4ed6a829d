//! The daemon under a service manager.

use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use crate::daemon::Daemon;
use crate::sandbox::Sandbox;

/// The next thing that the manager is told.
fn told(manager: &UnixDatagram) -> String {
    let mut notice = [0; 100];
    let length = manager.recv(&mut notice).unwrap();
    String::from_utf8(notice.get(..length).unwrap().to_vec()).unwrap()
}

#[test]
fn the_service_manager_is_told_of_the_daemons_life() {
    let mut sandbox = Sandbox::new();
    let manager = UnixDatagram::bind(sandbox.path("notify")).unwrap();
    sandbox.set("NOTIFY_SOCKET", sandbox.path("notify").to_str().unwrap());
    sandbox.set("WATCHDOG_USEC", "100000");
    let daemon = Daemon::start(&sandbox);
    let seen = [told(&manager), told(&manager), told(&manager), told(&manager)];
    assert_eq!(seen, ["READY=1", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"]);
    daemon.signal("TERM");
    assert_eq!(daemon.ended().0, Some(0));
    let last = std::iter::repeat_with(|| told(&manager)).find(|notice| notice != "WATCHDOG=1");
    assert_eq!(last.unwrap(), "STOPPING=1");
}

#[test]
fn nobody_is_told_of_life_who_watches_another_process() {
    let mut sandbox = Sandbox::new();
    let name = format!("portolan-test-{}", std::process::id());
    let manager = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    sandbox.set("NOTIFY_SOCKET", &format!("@{name}"));
    sandbox.set("WATCHDOG_USEC", "1000");
    sandbox.set("WATCHDOG_PID", "1");
    let daemon = Daemon::start(&sandbox);
    assert_eq!(told(&manager), "READY=1");
    daemon.signal("TERM");
    assert_eq!(daemon.ended().0, Some(0));
    assert_eq!(told(&manager), "STOPPING=1");
}

#[test]
fn a_service_manager_that_is_gone_stops_nothing() {
    let mut sandbox = Sandbox::new();
    sandbox.set("NOTIFY_SOCKET", sandbox.path("gone").to_str().unwrap());
    let daemon = Daemon::start(&sandbox);
    daemon.signal("TERM");
    let (code, said) = daemon.ended();
    assert_eq!(code, Some(0));
    assert!(said.contains("the service manager cannot be told"), "{said}");
}
