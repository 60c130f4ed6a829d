use super::{BARS, Cost, Over, Verdict};
use crate::client::Kind;
use crate::row::{Part, Row};

#[test]
fn a_server_is_held_to_the_work_per_second_of_cpu_time() {
    let limit = |row: Row, cost: Cost| {
        let bar = BARS.iter().find(|bar| bar.row == row && bar.cost == cost).unwrap();
        assert_eq!(bar.over, Over::Client(Kind::DockerRegistry));
        bar.limit
    };
    for row in [Row::ServePush, Row::ServeHuge, Row::ServeTiny, Row::ServeHead, Row::ServeTags] {
        assert_eq!((limit(row, Cost::Cpu), limit(row, Cost::Wall)), (0.5, 1.05), "{row}");
    }
    assert_eq!(limit(Row::ServePull, Cost::Cpu), 1.0 / 0.95);
    assert_eq!(limit(Row::ServePullTls, Cost::Cpu), 1.0 / 1.2);
    assert_eq!((limit(Row::ServePull, Cost::Wall), limit(Row::ServePullTls, Cost::Wall)), (1.05, 1.05));
}

#[test]
fn every_row_about_the_registry_or_the_daemon_has_a_promise_that_can_be_played() {
    for row in Row::ALL.into_iter().filter(|row| row.part() != Part::Clients) {
        let bars: Vec<_> = BARS.iter().filter(|bar| bar.row == row).collect();
        assert!(!bars.is_empty(), "{row}");
        assert!(row.is_for(Kind::Portolan), "{row}");
        for bar in bars {
            assert!(!matches!(bar.over, Over::Client(other) if !row.is_for(other)), "{row}");
        }
    }
}

#[test]
fn a_promise_is_told_in_three_digits() {
    let bar = BARS.iter().find(|bar| bar.row == Row::ServePull && bar.cost == Cost::Cpu).unwrap();
    let held = bar.against(Some(1.052));
    assert_eq!(held.verdict, Verdict::Pass);
    let promise = "CPU over docker-registry at most 1.053 ×".to_owned();
    assert_eq!(held.cells(), ["serve-pull".to_owned(), promise, "1.05 ×".to_owned(), "pass".to_owned()]);
    assert_eq!(bar.against(Some(1.054)).verdict, Verdict::Fail);
    assert_eq!(bar.against(None).verdict, Verdict::Open);
}
