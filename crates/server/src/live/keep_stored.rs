//! Mirrors of the catalogue, as other nodes change them.

use std::convert::Infallible;
use std::time::Duration;

use portolan_catalog::Runs;
use portolan_oci::with_causes;

use super::Live;

/// How long what another node has changed may go unnoticed.
const LOOK: Duration = Duration::from_secs(15);

/// Puts the mirrors of the catalogue in force, from time to time: other nodes may have changed them.
pub async fn keep_stored(live: &Live, runs: &Runs) -> Infallible {
    loop {
        match runs.stored_mirrors().await {
            Ok(stored) => live.put_stored(stored),
            Err(error) => {
                tracing::warn!(
                    cause = with_causes(&error),
                    "cannot see which mirrors were made through the API"
                );
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}
