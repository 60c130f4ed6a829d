//! Several daemons with one database, of which some die and some stand still.

mod alone;
mod killed;
mod limits;
mod stage;
mod taken_over;
