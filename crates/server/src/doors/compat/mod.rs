//! The doors of the programs that Portolan replaces, each as its clients know it.

pub mod picture_book;
