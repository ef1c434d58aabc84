//! Bodies for the tests: built by hand, and drawn at random.

use griot_domain::body::{
    Block, CodeBlock, DividerBlock, EmbedBlock, GalleryBlock, ImageBlock, ListItem, MarkDef, Picture, Span, TableBlock,
    TextBlock, TextStyle,
};
use griot_domain::{Body, EntryId};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use uuid::Uuid;

/// A body from JSON blocks; keys and span types are filled in where they are left out.
pub fn body(blocks: Value) -> Body {
    let mut blocks = blocks;
    for (block, number) in blocks.as_array_mut().expect("blocks are an array").iter_mut().zip(1..) {
        let fields = block.as_object_mut().expect("a block is an object");
        fields.entry("_key").or_insert(json!(format!("b{number}")));
        fields.entry("_type").or_insert(json!("block"));
        if let Some(Value::String(text)) = fields.get("children").cloned() {
            fields["children"] = json!([{ "text": text }]);
        }
        let spans = fields.get_mut("children").and_then(Value::as_array_mut);
        for (span, number) in spans.into_iter().flatten().zip(1..) {
            let span = span.as_object_mut().expect("a span is an object");
            span.entry("_key").or_insert(json!(format!("s{number}")));
            span.entry("_type").or_insert(json!("span"));
        }
    }
    serde_json::from_value(blocks).expect("the blocks are of the format")
}

/// The entry with this number.
pub fn entry(number: u128) -> EntryId {
    EntryId(Uuid::from_u128(number))
}

/// Pages of the entries with even numbers; the others have none.
pub fn page(id: EntryId) -> Option<String> {
    let number = id.0.as_u128();
    number.is_multiple_of(2).then(|| format!("/fr/people/p{number}"))
}

/// What can be read of a text, whatever the markup: no white space, no control characters.
pub fn visible(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !c.is_ascii_control()).collect()
}

/// Attempts to break out of text, attributes and addresses.
pub const PAYLOADS: [&str; 44] = [
    "<script>alert(1)</script>",
    "</p><script>alert(1)</script><p>",
    "\"><script>alert(1)</script>",
    "'><img src=x onerror=alert(1)>",
    "\" onmouseover=\"alert(1)",
    "' onfocus='alert(1)' autofocus='",
    "x onerror=alert(1)",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<iframe src=\"javascript:alert(1)\"></iframe>",
    "<iframe srcdoc=\"&lt;script&gt;alert(1)&lt;/script&gt;\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<style>@import 'javascript:alert(1)';</style>",
    "<template><script>alert(1)</script></template>",
    "<textarea><script>alert(1)</script>",
    "<title></title><script>alert(1)</script>",
    "<!--><script>alert(1)</script-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "]]><script>alert(1)</script>",
    "</figcaption></figure><script>alert(1)</script>",
    "</td></tr></table><script>alert(1)</script>",
    "</code></pre><script>alert(1)</script>",
    "</blockquote></ul></ol><base href=javascript:/>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "[x](javascript:alert(1))",
    "![x](x\"onerror=\"alert(1))",
    "<javascript:alert(1)>",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "java\0script:alert(1)",
    "\u{1}javascript:alert(1)",
    "javascript&colon;alert(1)",
    "&#106;avascript:alert(1)",
    "vbscript:msgbox(1)",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "https://x.example/\" onclick=\"alert(1)",
    "https://x.example/'><script>alert(1)</script>",
    "https://javascript:alert(1)@x.example/%22onload=",
];

/// Texts of all sorts: words, markup characters, several scripts, line breaks, payloads.
pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zA-Zéïœ’N0-9 .,!?-]{0,24}",
        2 => r"[*_`~#>+=|&<\\\[\]()!:;.1-3 a\n\t-]{0,16}",
        1 => "\\PC{0,12}",
        1 => select(vec![" ", "\n", "\u{a0}", "\u{202f}", "بيان", "ߓߊ߬ߡߊ߬", "e\u{301}", "👩‍👧", "1", ".", "```", "----", "<br>"]).prop_map(str::to_owned),
        1 => select(&PAYLOADS[..]).prop_map(str::to_owned),
    ]
}

fn address() -> impl Strategy<Value = String> {
    let usual = [
        "https://example.org/a?b=c&d=e#f",
        "http://example.org/l’été (1).jpg",
        "mailto:a@example.org",
        "tel:+223",
        "/fr/articles/x",
        "#n",
        "//evil.example",
        "https://example.org/&copy=1",
    ];
    prop_oneof![3 => select(usual.to_vec()).prop_map(str::to_owned), 1 => select(&PAYLOADS[..]).prop_map(str::to_owned)]
}

fn mark() -> impl Strategy<Value = String> {
    let marks = ["strong", "em", "underline", "strike-through", "code", "sub", "sup", "m0", "m1", "m2", "unknown"];
    select(marks.to_vec()).prop_map(str::to_owned)
}

fn mark_def(number: usize) -> impl Strategy<Value = MarkDef> {
    let key = format!("m{number}");
    let entry_key = key.clone();
    prop_oneof![
        address().prop_map(move |href| MarkDef::Link { key: key.clone(), href }),
        (0u128..4).prop_map(move |number| MarkDef::Entry { key: entry_key.clone(), target: entry(number) }),
    ]
}

fn text_block() -> impl Strategy<Value = Block> {
    let styles = [TextStyle::Normal, TextStyle::Normal, TextStyle::H1, TextStyle::H4, TextStyle::Blockquote];
    let list = option::of((select(vec![ListItem::Bullet, ListItem::Number]), 1u8..6));
    let spans = prop::collection::vec((text(), prop::collection::vec(mark(), 0..4)), 0..7);
    (select(styles.to_vec()), list, spans, (mark_def(0), mark_def(1), mark_def(2))).prop_map(
        |(style, list, spans, defs)| {
            let span = |((text, marks), number): ((String, Vec<String>), usize)| Span {
                key: format!("s{number}"),
                text,
                marks,
            };
            Block::Text(TextBlock {
                key: String::new(),
                style,
                list_item: list.map(|(kind, _)| kind),
                level: list.map(|(_, level)| level),
                children: spans.into_iter().zip(0..).map(span).collect(),
                mark_defs: vec![defs.0, defs.1, defs.2],
            })
        },
    )
}

fn picture() -> impl Strategy<Value = Picture> {
    (address(), option::of(text()), option::of(text())).prop_map(|(url, alt, caption)| Picture {
        asset: None,
        url,
        alt,
        caption,
    })
}

fn block() -> impl Strategy<Value = Block> {
    let key = String::new;
    prop_oneof![
        8 => text_block(),
        1 => picture().prop_map(move |image| Block::Image(ImageBlock { key: key(), image })),
        1 => prop::collection::vec(picture(), 0..3).prop_map(move |items| Block::Gallery(GalleryBlock { key: key(), items })),
        1 => (address(), option::of(text()), option::of(text())).prop_map(move |(url, provider, caption)| {
            Block::Embed(EmbedBlock { key: key(), url, provider, caption })
        }),
        1 => (option::of(text()), 0u32..3, prop::collection::vec(prop::collection::vec(text(), 1..3), 1..4)).prop_map(
            move |(caption, header_rows, rows)| Block::Table(TableBlock { key: key(), caption, header_rows, rows })
        ),
        1 => text().prop_map(move |text| Block::Code(CodeBlock { key: key(), text })),
        1 => Just(Block::Divider(DividerBlock { key: key() })),
    ]
}

/// Bodies of every kind of block, with hostile texts, addresses and keys among them.
pub fn any_body() -> impl Strategy<Value = Body> {
    let keyed = (block(), option::weighted(0.1, select(&PAYLOADS[..])));
    prop::collection::vec(keyed, 0..8).prop_map(|blocks| {
        let with_key = |((mut block, payload), number): ((Block, Option<&str>), usize)| {
            let key = format!("b{number}{}", payload.unwrap_or_default());
            match &mut block {
                Block::Text(block) => block.key = key,
                Block::Image(block) => block.key = key,
                Block::Gallery(block) => block.key = key,
                Block::Embed(block) => block.key = key,
                Block::Table(block) => block.key = key,
                Block::Code(block) => block.key = key,
                Block::Divider(block) => block.key = key,
            }
            block
        };
        Body { blocks: blocks.into_iter().zip(0..).map(with_key).collect() }
    })
}
