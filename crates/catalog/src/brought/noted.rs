//! Whether what a run found is noted already.

use portolan_oci::Digest;
use sea_orm::EntityTrait;

use super::Brought;
use super::entities::names;
use crate::{CatalogError, stored};

impl Brought {
    /// The fingerprint of the names that were noted last as all that the mirror has, unless one of them was
    /// forgotten since.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn noted(&self, mirror: &str) -> Result<Option<Digest>, CatalogError> {
        let readers = self.opening.readers().await?;
        let row = names::Entity::find_by_id(mirror.to_owned())
            .one(&readers)
            .await
            .map_err(CatalogError::database)?;
        row.map(|row| stored::digest(&row.fingerprint)).transpose()
    }
}
