//! The processes that share the database: each has a row, which it renews for as long as it lives.
//!
//! [`Nodes`] is the handle; each file beside it has one operation. Times are by the database's clock. A row says that a
//! process is there, and no more: what it may do is in leases of their own, those of mirrors (`runs`) and of pieces of
//! work (`tasks`).

mod handle;
mod leave;
mod list;
mod node;
mod register;
mod renew;

pub use handle::Nodes;
pub use node::{NewNode, Node, NodeId};
pub use renew::RenewNode;
