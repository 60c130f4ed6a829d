//! How mirrors stand, many at once.

use std::collections::HashMap;

use jiff::Timestamp;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, Value};

use super::entities::{pause, run};
use super::{Pause, Run, Runs};
use crate::{CatalogError, sql, stored};

/// How a mirror stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Its last run, whether it has ended or not.
    pub last: Option<Run>,
    /// When the last run began that saw to all of its images, whether it has ended or not.
    pub last_whole: Option<Timestamp>,
    /// Since when it is paused.
    pub pause: Option<Pause>,
    /// How many images it is to see to, since it was told of them.
    pub told: u64,
    /// Since when somebody wants it to be run.
    pub asked_at: Option<Timestamp>,
}

/// Mirrors of one statement. Each takes two of the columns of an answer, of which a server gives 1,600.
const PIECE: usize = 64;

/// The number of a mirror's last run, and of its last one of all images. For many mirrors these are columns of one row:
/// so each is found at the end of an index, whichever database it is.
const LAST: &str = "(SELECT r.id FROM run r WHERE r.mirror = ? ORDER BY r.id DESC LIMIT 1), \
    (SELECT r.id FROM run r WHERE r.mirror = ? AND NOT EXISTS (SELECT 1 FROM part_run p WHERE p.run_id = r.id) \
    ORDER BY r.id DESC LIMIT 1)";

impl Runs {
    /// How these mirrors stand, in their order. Asking for many takes hardly more statements than asking for one.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn standings(&self, mirrors: &[&str]) -> Result<Vec<Standing>, CatalogError> {
        let readers = self.opening.readers().await?;
        let mut all = Vec::with_capacity(mirrors.len());
        for piece in mirrors.chunks(PIECE) {
            let mut standings = last_runs(&readers, piece).await?;
            note_pauses(&readers, piece, &mut standings).await?;
            note_told(&readers, piece, &mut standings).await?;
            note_asked(&readers, piece, &mut standings).await?;
            all.extend(piece.iter().map(|mirror| standings.get(mirror).cloned().unwrap_or_default()));
        }
        Ok(all)
    }
}

type Standings<'a> = HashMap<&'a str, Standing>;

async fn last_runs<'a>(
    database: &impl ConnectionTrait,
    mirrors: &[&'a str],
) -> Result<Standings<'a>, CatalogError> {
    // As many as a piece has, so that one prepared statement serves most.
    let size = if mirrors.len() == 1 { 1 } else { PIECE };
    let asked: Vec<&str> = mirrors.iter().copied().cycle().take(size).collect();
    let values: Vec<Value> = asked.iter().flat_map(|mirror| [*mirror, *mirror]).map(Value::from).collect();
    let sql = format!("SELECT {}", vec![LAST; size].join(", "));
    let row = sql::one(database, &sql, values).await?;
    let mut numbers = Vec::with_capacity(mirrors.len());
    for (nth, mirror) in mirrors.iter().enumerate() {
        let number = |column| row.as_ref().map_or(Ok(None), |row| row.get::<Option<i64>>(column));
        numbers.push((*mirror, number(2 * nth)?, number(2 * nth + 1)?));
    }
    let wanted = numbers.iter().flat_map(|(_, last, whole)| [*last, *whole]).flatten();
    let rows = run::Entity::find().filter(run::Column::Id.is_in(wanted)).all(database).await;
    let rows = rows.map_err(CatalogError::database)?;
    let runs = rows.into_iter().map(|row| Ok((row.id, Run::read(row)?)));
    let runs: HashMap<i64, Run> = runs.collect::<Result<_, CatalogError>>()?;
    let standing = |(mirror, last, whole): (&'a str, Option<i64>, Option<i64>)| {
        let run = |number: Option<i64>| runs.get(&number?);
        let (last, last_whole) = (run(last).cloned(), run(whole).map(|run| run.started_at));
        (mirror, Standing { last, last_whole, ..Standing::default() })
    };
    Ok(numbers.into_iter().map(standing).collect())
}

async fn note_pauses(
    database: &impl ConnectionTrait,
    mirrors: &[&str],
    standings: &mut Standings<'_>,
) -> Result<(), CatalogError> {
    let these = pause::Column::Mirror.is_in(mirrors.iter().copied());
    let rows = pause::Entity::find().filter(these).all(database).await.map_err(CatalogError::database)?;
    for row in rows {
        let pause = Pause { at: stored::time(row.paused_at)?, by: row.paused_by };
        if let Some(standing) = standings.get_mut(row.mirror.as_str()) {
            standing.pause = Some(pause);
        }
    }
    Ok(())
}

async fn note_told(
    database: &impl ConnectionTrait,
    mirrors: &[&str],
    standings: &mut Standings<'_>,
) -> Result<(), CatalogError> {
    let (marks, values) = sql::list(mirrors.iter().map(|mirror| Value::from(*mirror)));
    let sql = format!("SELECT mirror, COUNT(*) FROM awaited_image WHERE mirror IN ({marks}) GROUP BY mirror");
    for row in sql::all(database, &sql, values).await? {
        if let Some(standing) = standings.get_mut(row.get::<String>(0)?.as_str()) {
            standing.told = row.count(1, "number of images")?;
        }
    }
    Ok(())
}

async fn note_asked(
    database: &impl ConnectionTrait,
    mirrors: &[&str],
    standings: &mut Standings<'_>,
) -> Result<(), CatalogError> {
    let (marks, values) = sql::list(mirrors.iter().map(|mirror| Value::from(*mirror)));
    let sql = format!("SELECT mirror, asked_at FROM asked_run WHERE mirror IN ({marks})");
    for row in sql::all(database, &sql, values).await? {
        if let Some(standing) = standings.get_mut(row.get::<String>(0)?.as_str()) {
            standing.asked_at = Some(row.time(1)?);
        }
    }
    Ok(())
}
