//! How mirrors are run beside other processes.

use std::sync::Arc;
use std::time::Duration;

use super::Member;

/// How long a mirror, and a piece of its work, stays taken when the process that has it is gone and the catalogue cannot
/// know that.
const LEASE: Duration = Duration::from_secs(60);

/// How mirrors are run beside other processes that share the catalogue.
#[derive(Debug, Clone)]
pub struct Company {
    /// How long a mirror, and a piece of its work, stays taken when the process that has it is gone and the catalogue
    /// cannot know that.
    pub lease: Duration,
    /// This process among others; `None` where there are none.
    pub member: Option<Arc<Member>>,
}

impl Default for Company {
    /// Nobody else.
    fn default() -> Self {
        Self { lease: LEASE, member: None }
    }
}

impl Company {
    /// Waits until the others know of this process, if there are any.
    pub async fn is_known(&self) {
        if let Some(member) = &self.member {
            member.is_known().await;
        }
    }

    /// This process, if others live beside it.
    pub(crate) fn beside_others(&self) -> Option<&Member> {
        self.member.as_deref().filter(|member| member.others() > 0)
    }
}
