//! Deleting a tag or a manifest (distribution-spec, "Deleting tags" and "Deleting Manifests").

use http::{Method, StatusCode};
use portolan_oci::TagOrDigest;

use super::ask::Ask;
use super::auth::Scope;
use super::holder::Holder;
use crate::{Deleted, Support, TransportError, TransportResult};

impl Holder {
    pub(super) async fn delete(&self, reference: &TagOrDigest) -> TransportResult<Deleted> {
        let what = format!("deleting {}", self.named(reference));
        let scope = Scope::delete(&self.repository);
        let ask = Ask::new(Method::DELETE, format!("manifests/{reference}"), scope, what.clone());
        let answer = self.ask(ask).await?;
        let by_tag = matches!(reference, TagOrDigest::Tag(_));
        match answer.status {
            StatusCode::ACCEPTED | StatusCode::OK | StatusCode::NO_CONTENT => {
                answer.done().await;
                Ok(match reference {
                    TagOrDigest::Tag(_) => {
                        self.client.learnt.delete_tag.learn(Support::Yes);
                        Deleted::Tag
                    }
                    TagOrDigest::Digest(digest) => Deleted::Manifest(*digest),
                })
            }
            StatusCode::NOT_FOUND => {
                answer.done().await;
                Ok(Deleted::NotThere)
            }
            // A registry that deletes by digest only takes the tag for a malformed one.
            StatusCode::BAD_REQUEST | StatusCode::METHOD_NOT_ALLOWED if by_tag => {
                answer.done().await;
                self.client.learnt.delete_tag.learn(Support::No);
                Err(TransportError::Unsupported { what })
            }
            _ => Err(answer.refused().await),
        }
    }
}
