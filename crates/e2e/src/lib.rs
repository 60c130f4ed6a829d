//! Tests that cross floors lie in `tests/`; there is no code here.
//!
//! They put the library together as the program does (journal, places, engine) and let it work between real
//! registries, layouts and archives. What came of it is judged by the test support and by other people's
//! programs, never by the code under test.
