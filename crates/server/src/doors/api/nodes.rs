//! `GET /api/v1/nodes`.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asking::Viewer;
use super::door::ApiDoor;
use super::problem::Problem;
use crate::wire::{NodeData, PageOf};

/// Lists the processes that share the database
///
/// Those of the last day that went away without a word are among them. Where the database is an SQLite file there are
/// none: that is one process's. The list has one page.
#[utoipa::path(get, path = "/nodes", tag = "health", responses((status = OK, body = PageOf<NodeData>)))]
async fn list_nodes(_: Viewer, State(door): State<ApiDoor>) -> Result<Json<PageOf<NodeData>>, Problem> {
    let nodes = door.parts().nodes.list().await?;
    Ok(Json(PageOf { items: nodes.into_iter().map(NodeData::from).collect(), next: None }))
}

pub(super) fn operations() -> OpenApiRouter<ApiDoor> {
    OpenApiRouter::new().routes(routes!(list_nodes))
}
