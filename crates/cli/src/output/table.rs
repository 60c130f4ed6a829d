//! Columns without lines around them.

use std::fmt;

use super::printable;

/// Rows whose columns stand below each other.
#[derive(Debug, Default)]
pub(crate) struct Table {
    indent: &'static str,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table whose rows begin with `indent`.
    pub(crate) fn indented(indent: &'static str) -> Self {
        Self { indent, rows: Vec::new() }
    }

    /// Adds a row. Control characters in it are escaped.
    pub(crate) fn row<T: ToString>(&mut self, cells: impl IntoIterator<Item = T>) {
        let cells = cells.into_iter().map(|cell| printable(&cell.to_string()).into_owned());
        self.rows.push(cells.collect());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| console::measure_text_width(cell)).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.rows {
            let mut line = self.indent.to_owned();
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(&console::pad_str(cell, *width, console::Alignment::Left, None));
                line.push_str("  ");
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
