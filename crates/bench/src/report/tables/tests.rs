use crate::client::Kind;
use crate::lists::{Database, Lists, OnDatabase, Page, PageTimes};
use crate::measure::Usage;
use crate::report::{Figures, Machine, Report, Requests, RowFigures};
use crate::row::Row;

fn figures(client: Kind, walls: &[f64], cpu: f64, peak: f64) -> Figures {
    let usage = |&wall: &f64| Usage { wall_seconds: wall, cpu_seconds: cpu, peak_mib: peak };
    let requests = Some(Requests { source: 3, target: 7 });
    Figures { client, requests, runs: walls.iter().map(usage).collect() }
}

fn report(rows: Vec<RowFigures>) -> Report {
    let text = |text: &str| text.to_owned();
    let machine = Machine {
        date: text("2026-01-02"),
        system: text("Some System 1"),
        kernel: text("6.0"),
        processor: text("Some Processor"),
        cores: 2,
        memory_gib: 23,
        registry: text("docker-registry 2.8"),
    };
    let command = text("cargo xtask bench --rows huge");
    let absent = vec![Kind::Regctl, Kind::Crane];
    Report {
        command,
        machine,
        rounds: 3,
        scale: 1.0,
        clients: vec![],
        absent,
        rows,
        fanout: None,
        lists: None,
    }
}

fn huge(clients: Vec<Figures>) -> RowFigures {
    RowFigures { row: Row::Huge, work: "one layer of 1500 MB".to_owned(), clients }
}

#[test]
fn a_page_tells_medians_ratios_and_verdicts() {
    let ours = figures(Kind::Portolan, &[9.0, 1.0, 2.0], 1.5, 41.0);
    let lean = figures(Kind::Lean, &[9.0, 1.0, 1.0], 1.0, 9.0);
    let mut skopeo = figures(Kind::Skopeo, &[18.0, 2.0, 4.0], 5.0, 24.0);
    skopeo.requests = None;
    insta::assert_snapshot!(report(vec![huge(vec![ours, lean, skopeo])]).page());
}

#[test]
fn without_portolan_promises_stay_open() {
    let report = report(vec![huge(vec![figures(Kind::Lean, &[1.0], 1.0, 9.0)])]);
    insta::assert_snapshot!(report.tables());
    let json: serde_json::Value = serde_json::from_str(&report.json().unwrap()).unwrap();
    assert_eq!(json["bars"][0]["verdict"], "open");
    assert_eq!(json["medians"][0]["wall_seconds"], 1.0);
    assert_eq!(json["rows"][0]["clients"][0]["requests"]["target"], 7);
}

#[test]
fn servers_have_a_part_of_their_own() {
    let row = |row: Row, clients| RowFigures { row, work: row.describe(1.0), clients };
    let ours = figures(Kind::Portolan, &[2.0], 1.0, 30.0);
    let theirs = figures(Kind::DockerRegistry, &[2.0], 4.0, 60.0);
    let rest = figures(Kind::Portolan, &[0.5], 0.1, 38.0);
    let rows = vec![
        row(Row::ServePush, vec![ours.clone(), theirs]),
        huge(vec![figures(Kind::Lean, &[1.0], 1.0, 9.0)]),
        row(Row::ServeRest, vec![rest]),
    ];
    insta::assert_snapshot!(report(rows).tables());
}

#[test]
fn a_page_about_the_daemon_has_nothing_about_images() {
    let pages = |page| {
        let times = |list| PageTimes {
            list,
            page,
            asked: 40,
            median_ms: 1.25,
            ninety_nine_ms: if list == "/runs" { 50.04 } else { 3.0 },
            most_ms: 60.0,
        };
        ["/changes", "/runs"].map(times)
    };
    let on = |database, version: Option<&str>, pages: &[PageTimes]| OnDatabase {
        database,
        version: version.map(str::to_owned),
        pages: pages.to_vec(),
    };
    let first = pages(Page::First);
    let databases = vec![
        on(Database::Sqlite, None, &[first.as_slice(), &pages(Page::Last)].concat()),
        on(Database::Postgres, Some("15.1"), first.get(..1).unwrap()),
    ];
    let idle = figures(Kind::Portolan, &[30.0], 0.24, 30.0);
    let row = RowFigures { row: Row::ServeIdle, work: Row::ServeIdle.describe(1.0), clients: vec![idle] };
    let mut report = report(vec![row]);
    report.lists = Some(Lists { databases, absent: vec![Database::MariaDb] });
    insta::assert_snapshot!(report.page());
    let json: serde_json::Value = serde_json::from_str(&report.json().unwrap()).unwrap();
    assert_eq!(json["lists"]["databases"][1]["pages"][0]["ninety_nine_ms"], 3.0);
    assert_eq!(json["lists"]["absent"], serde_json::json!(["mariadb"]));
}
