//! Where the next page of a list is (RFC 8288).

use super::cursor::Cursor;

/// The target of the first link whose relation is `next`, as written: absolute or relative.
pub(in crate::registry) fn next_link(header: &str) -> Option<&str> {
    let mut cursor = Cursor::new(header);
    while !cursor.is_at_end() {
        if !cursor.eat('<') {
            cursor.skip_one();
            continue;
        }
        let target = cursor.take_while(|c| c != '>');
        if cursor.eat('>') && is_next(&mut cursor) {
            return Some(target.trim());
        }
    }
    None
}

/// Reads the parameters of one link.
fn is_next(cursor: &mut Cursor<'_>) -> bool {
    let mut next = false;
    loop {
        cursor.skip_space();
        if !cursor.eat(';') {
            return next;
        }
        cursor.skip_space();
        let name = cursor.token();
        cursor.skip_space();
        if cursor.eat('=') {
            cursor.skip_space();
            let value = cursor.value(';');
            next |= name.eq_ignore_ascii_case("rel")
                && value.split_ascii_whitespace().any(|relation| relation.eq_ignore_ascii_case("next"));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_registries_send() {
        let cases = [
            (r#"</v2/a/tags/list?last=x&n=2>; rel="next""#, Some("/v2/a/tags/list?last=x&n=2")),
            ("<https://r.example/v2/?a=1,2;3>;rel=next", Some("https://r.example/v2/?a=1,2;3")),
            (r#"<a>; rel="prev", <b>; title="x, <c>; rel=next"; rel="start NEXT""#, Some("b")),
            (r#"<a>; rel="prev""#, None),
            ("<a; rel=next", None),
            ("", None),
        ];
        for (header, expected) in cases {
            assert_eq!(next_link(header), expected, "{header}");
        }
    }

    proptest! {
        #[test]
        fn the_next_link_is_found_among_others(
            before in prop::collection::vec("[a-z0-9/?&=,;]{0,12}", 0..3),
            target in "[a-z0-9/?&=,;:%]{1,30}",
            space in "[ \t]{0,2}",
        ) {
            let mut links: Vec<_> = before.iter().map(|url| format!("<{url}>;{space}rel=\"prev\"")).collect();
            links.push(format!("<{target}>{space};{space}rel{space}={space}\"next\""));
            let header = links.join(",");
            prop_assert_eq!(next_link(&header), Some(target.as_str()));
        }

        #[test]
        fn anything_is_survived(header in "\\PC{0,200}") {
            next_link(&header);
        }
    }
}
