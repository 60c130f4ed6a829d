//! One failure for all who waited for the same token.

use std::sync::Arc;

use crate::{Cause, TransportError};

/// The same failure once more, with a cause that is shared.
pub(super) fn again(error: &Arc<TransportError>) -> TransportError {
    use TransportError as E;
    let cause = || -> Cause { Cause::from(Shared(Arc::clone(error))) };
    match &**error {
        E::Unauthorized { host, what, user } => {
            E::Unauthorized { host: host.clone(), what: what.clone(), user: user.clone() }
        }
        E::Denied { host, what } => E::Denied { host: host.clone(), what: what.clone() },
        E::RateLimited { host, retry_after } => {
            E::RateLimited { host: host.clone(), retry_after: *retry_after }
        }
        E::Forbidden { what, reason } => E::Forbidden { what: what.clone(), reason: reason.clone() },
        E::Protocol { host, detail } => E::Protocol { host: host.clone(), detail: detail.clone() },
        E::UnknownHost { host, .. } => E::UnknownHost { host: host.clone(), cause: cause() },
        E::Tls { host, .. } => E::Tls { host: host.clone(), cause: cause() },
        E::Settings { what, .. } => E::Settings { what: what.clone(), cause: cause() },
        E::Unavailable { what, .. } => E::Unavailable { what: what.clone(), cause: cause() },
        other => E::Unavailable { what: other.to_string(), cause: cause() },
    }
}

/// The cause of a failure that is shared.
#[derive(Debug)]
struct Shared(Arc<TransportError>);

impl std::fmt::Display for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match std::error::Error::source(&*self.0) {
            Some(cause) => write!(f, "{cause}"),
            None => write!(f, "{}", self.0),
        }
    }
}

impl std::error::Error for Shared {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&*self.0)?.source()
    }
}
