//! Reading tokens.

use jiff::Timestamp;
use portolan_oci::Digest;

use super::user::{grant, time_or_none};
use super::{Access, Grants, Token, TokenName, User, UserId, UserName, users};
use crate::{CatalogError, sql};

/// A token with its user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownToken {
    /// Its name.
    pub name: TokenName,
    kept: Digest,
    /// Whose it is.
    pub user: User,
    /// All that it allows, of what its user may do; without any, everything that he may do.
    pub narrowed: Grants,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// Since when it is no longer good.
    pub revoked_at: Option<Timestamp>,
}

/// A token, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedToken {
    /// Its name.
    pub name: TokenName,
    /// Whose it is.
    pub user: UserName,
    /// What it is for.
    pub note: String,
    /// All that it allows, of what its user may do; without any, everything that he may do.
    pub narrowed: Grants,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// Since when it is no longer good.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to about a minute.
    pub used_at: Option<Timestamp>,
}

impl KnownToken {
    /// Whether it is this one: of the same secret too. (Digests of random secrets: how long they take to differ says
    /// nothing of the secret.)
    pub fn is(&self, token: &Token) -> bool {
        self.name == token.name() && self.kept == token.kept()
    }

    /// Whether it is good at this time, and its user may log in.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none()
            && self.expires_at.is_none_or(|ends| now < ends)
            && self.user.disabled_at.is_none()
    }
}

impl Access {
    /// The token of this name, with its user.
    ///
    /// # Errors
    /// As any read.
    pub async fn token(&self, name: TokenName) -> Result<Option<KnownToken>, CatalogError> {
        let readers = self.readers().await?;
        let sql = "SELECT t.user_id, t.secret, t.expires_at, t.revoked_at, g.pattern, g.actions \
            FROM access_token t LEFT JOIN access_token_grant g ON g.token = t.name WHERE t.name = ? \
            ORDER BY g.pattern";
        let rows = sql::all(&readers, sql, [name.to_string().into()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let Some(user) = users::by_id(&readers, UserId(row.get(0)?)).await? else { return Ok(None) };
        let narrowed = rows.iter().filter_map(|row| grant(row, 4).transpose()).collect::<Result<_, _>>()?;
        Ok(Some(KnownToken {
            name,
            kept: row.digest(1)?,
            user,
            narrowed: Grants::new(narrowed),
            expires_at: time_or_none(row, 2)?,
            revoked_at: time_or_none(row, 3)?,
        }))
    }

    /// All tokens, those of a user together, the oldest first.
    ///
    /// # Errors
    /// As any read.
    pub async fn tokens(&self) -> Result<Vec<ListedToken>, CatalogError> {
        let sql = format!("{} ORDER BY u.name, t.created_at, t.name, g.pattern", rows_of("access_token t"));
        ListedToken::read(&sql::all(&self.readers().await?, &sql, []).await?)
    }

    /// Tokens by name, those after this text, which need not be a name, up to so many.
    ///
    /// # Errors
    /// As any read.
    pub async fn tokens_after(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<ListedToken>, CatalogError> {
        let page = "(SELECT * FROM access_token WHERE name > ? ORDER BY name LIMIT ?) t";
        let sql = format!("{} ORDER BY t.name, g.pattern", rows_of(page));
        let values = [after.unwrap_or_default().into(), i64::from(limit).into()];
        ListedToken::read(&sql::all(&self.readers().await?, &sql, values).await?)
    }
}

/// What [`ListedToken::read`] wants of tokens, which are `t`: a row for each grant, or one without.
fn rows_of(tokens: &str) -> String {
    format!(
        "SELECT t.name, u.name, t.note, t.created_at, t.expires_at, t.revoked_at, t.used_at, g.pattern, g.actions \
         FROM {tokens} JOIN access_user u ON u.id = t.user_id LEFT JOIN access_token_grant g ON g.token = t.name"
    )
}

impl ListedToken {
    /// The tokens of these rows, in which those of one token stand together.
    fn read(rows: &[sql::Row]) -> Result<Vec<Self>, CatalogError> {
        let mut tokens = Vec::new();
        for of_one in rows.chunk_by(same) {
            let Some(row) = of_one.first() else { continue };
            let narrowed =
                of_one.iter().filter_map(|row| grant(row, 7).transpose()).collect::<Result<_, _>>()?;
            tokens.push(Self {
                name: row.parsed(0, "name of a token")?,
                user: row.parsed(1, "name of a user")?,
                note: row.get(2)?,
                narrowed: Grants::new(narrowed),
                created_at: row.time(3)?,
                expires_at: time_or_none(row, 4)?,
                revoked_at: time_or_none(row, 5)?,
                used_at: time_or_none(row, 6)?,
            });
        }
        Ok(tokens)
    }
}

/// Whether both rows are of one token.
fn same(one: &sql::Row, other: &sql::Row) -> bool {
    matches!((one.get::<String>(0), other.get::<String>(0)), (Ok(one), Ok(other)) if one == other)
}
