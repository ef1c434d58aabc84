use griot_domain::body::{ListItem, MarkDef, TextStyle};
use rstest::rstest;

use super::link::tests::{PHOTO, SmallSite};
use super::*;

fn converted(html: &str) -> Converted {
    let converted = convert(html, &ShortcodeRules::default(), &SmallSite::new()).unwrap();
    let body = &converted.body;
    let keys: Vec<_> = body.blocks.iter().map(Block::key).collect();
    assert_eq!(keys, (1..=keys.len()).map(|number| format!("b{number}")).collect::<Vec<_>>());
    converted
}

/// Blocks in a short notation.
fn outline(html: &str) -> String {
    let body = converted(html).body;
    body.blocks.iter().map(describe).collect::<Vec<_>>().join("\n")
}

fn describe(block: &Block) -> String {
    let caption = |caption: &Option<String>| caption.as_ref().map(|text| format!(" ({text})")).unwrap_or_default();
    match block {
        Block::Text(block) => {
            let role = match (block.style, block.list_item, block.level) {
                (_, Some(ListItem::Bullet), Some(level)) => format!("{}-", " ".repeat(usize::from(level) - 1)),
                (_, Some(ListItem::Number), Some(level)) => format!("{}#", " ".repeat(usize::from(level) - 1)),
                (TextStyle::Normal, ..) => "p".to_owned(),
                (style, ..) => format!("{style:?}").to_lowercase(),
            };
            let spans = block.children.iter().map(|span| {
                let marks: Vec<_> = span.marks.iter().map(|mark| describe_mark(mark, &block.mark_defs)).collect();
                if marks.is_empty() { span.text.clone() } else { format!("{{{}:{}}}", marks.join("+"), span.text) }
            });
            format!("{role} {}", spans.collect::<String>().replace('\n', "⏎"))
        }
        Block::Image(block) => {
            let known = if block.image.asset.is_some() { "asset" } else { "image" };
            format!("{known} {}{}", block.image.url, caption(&block.image.caption))
        }
        Block::Gallery(block) => format!("gallery of {}", block.items.len()),
        Block::Embed(block) => {
            format!("embed {} {}{}", block.provider.as_deref().unwrap_or("-"), block.url, caption(&block.caption))
        }
        Block::Table(block) => format!("table {:?} head {}{}", block.rows, block.header_rows, caption(&block.caption)),
        Block::Code(block) => format!("code {:?}", block.text),
        Block::Divider(_) => "---".to_owned(),
    }
}

fn describe_mark(mark: &str, defs: &[MarkDef]) -> String {
    let found = defs.iter().find_map(|def| match def {
        MarkDef::Link { key, href } if key == mark => Some(href.clone()),
        MarkDef::Entry { key, target } if key == mark => Some(format!("entry {}", target.0.as_u128())),
        _ => None,
    });
    found.unwrap_or_else(|| mark.to_owned())
}

#[test]
fn classic_text_is_split_at_blank_lines_and_broken_at_line_ends() {
    let html = "Un premier\nparagraphe.\r\n\r\nUn <strong>deuxième\n\nen deux</strong> morceaux\n\n\n<h2>Titre</h2>\nSuite<br />\nfin<br><br>reste\n";
    insta::assert_snapshot!(outline(html), @r"
    p Un premier⏎paragraphe.
    p Un {strong:deuxième}
    p {strong:en deux} morceaux
    h2 Titre
    p Suite⏎fin
    p reste
    ");
}

#[test]
fn blocks_keep_their_paragraphs_and_not_their_line_ends() {
    let html = "<!-- wp:paragraph -->\n<p>Une\nligne<br>et <em>une</em> autre</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:separator -->\n<hr class=\"wp-block-separator\"/>\n<!-- /wp:separator -->\n<!-- wp:columns --><div class=\"wp-block-columns\"><div class=\"wp-block-column\"><p>Gauche</p></div><div><p>Droite</p></div></div><!-- /wp:columns --><!-- wp:verse --><pre class=\"wp-block-verse\">a\nb</pre><!-- /wp:verse --><!-- wp:code --><pre class=\"wp-block-code\"><code>let a = 1;\n  b</code></pre><!-- /wp:code -->";
    insta::assert_snapshot!(outline(html), @r#"
    p Une ligne⏎et {em:une} autre
    ---
    p Gauche
    p Droite
    p a⏎b
    code "let a = 1;\n  b"
    "#);
}

#[test]
fn lists_have_levels_and_items_keep_together() {
    let html = "<ul><li>un<ol><li>deux</li><li><p>trois</p><p>encore</p></li></ol></li><li>quatre</li></ul><blockquote><p>Cité</p><cite>Auteur</cite></blockquote>";
    insta::assert_snapshot!(outline(html), @r"
    - un
     # deux
     # trois⏎encore
    - quatre
    blockquote Cité
    blockquote {em:Auteur}
    ");
}

#[test]
fn pictures_find_their_assets_in_every_size() {
    let html = "<p>avant <img src=\"/wp-content/uploads/2023/07/photo-300x200.jpg\" alt=\"A\"/> après</p>
<figure class=\"wp-block-image\"><a href=\"x\"><img src=\"http://other.example/p.png\"></a><figcaption>Une <b>légende</b></figcaption></figure>
[caption id=\"attachment_1\" width=\"300\"]<img src=\"https://koulouba.ml/p/photo.jpg\" /> Sous la photo[/caption]
<img src=\"data:image/gif;base64,R0lGOD\" data-src=\"/lazy.jpg\"> <img width=1 height=1 src=\"https://stats.example/x.gif\"> :) <img class=\"emoji\" alt=\"😀\" src=\"https://s.w.org/1.svg\">";
    insta::assert_snapshot!(outline(html), @r"
    p avant
    asset https://koulouba.ml/wp-content/uploads/2023/07/photo.jpg
    p après
    image http://other.example/p.png (Une légende)
    asset https://koulouba.ml/wp-content/uploads/2023/07/photo.jpg (Sous la photo)
    image https://koulouba.ml/lazy.jpg
    p :) 😀
    ");
}

#[test]
fn galleries_of_both_editors_hold_their_pictures() {
    let html = "[gallery ids=\"1,2,77\"]\n\n[gallery]\n\n<figure class=\"wp-block-gallery\"><figure class=\"wp-block-image\"><img src=\"/photo-1.jpg\"><figcaption>Une</figcaption></figure><figure><img src=\"/b.jpg\"></figure><figcaption class=\"blocks-gallery-caption\">Toutes</figcaption></figure><ul class=\"wp-block-gallery\"><li><figure><img src=\"/a.jpg\"></figure></li><li><figure><img src=\"/b.jpg\"></figure></li></ul>";
    insta::assert_snapshot!(outline(html), @r"
    gallery of 2
    gallery of 1
    gallery of 2
    p Toutes
    gallery of 2
    ");
    let Block::Gallery(block) = &converted(html).body.blocks[2] else { panic!("a gallery") };
    assert_eq!(block.items[0].url, PHOTO);
    assert_eq!(block.items[0].caption.as_deref(), Some("Une"));
}

#[test]
fn tables_have_captions_and_heading_rows() {
    let html = "<figure class=\"wp-block-table\"><table><thead><tr><th>Nom</th><th>Âge</th></tr></thead><tbody><tr><td colspan=\"2\">A<br>B</td></tr></tbody></table><figcaption>Effectifs</figcaption></figure>
<table><caption>Deux</caption><tr><th>x</th></tr><tr><td>y <table><tr><td>z</td></tr></table></td></tr></table>
<table><tr><td><p>Encadré</p><p>Suite</p></td></tr></table>";
    insta::assert_snapshot!(outline(html), @r#"
    table [["Nom", "Âge"], ["A\nB", ""]] head 1 (Effectifs)
    table [["x"], ["y\nz"]] head 1 (Deux)
    p Encadré
    p Suite
    "#);
}

#[test]
fn players_are_embedded_and_other_frames_are_links() {
    let html = "Voir :\nhttps://www.youtube.com/watch?v=abc\nfin

[embed]https://vimeo.com/42[/embed]

<iframe src=\"https://www.youtube.com/embed/xyz\"></iframe><iframe src=\"https://maps.example/a?b=1&amp;c=2\" title=\"Carte\"></iframe>
<iframe src=\"javascript:alert(1)\"></iframe>
<figure class=\"wp-block-embed\"><div class=\"wp-block-embed__wrapper\">\nhttps://x.com/a/status/1\n</div><figcaption>Dit</figcaption></figure>
<video src=\"/v.mp4\"></video>
<blockquote class=\"twitter-tweet\"><p>Mot <a href=\"https://twitter.com/a/status/2\">date</a></p></blockquote>";
    insta::assert_snapshot!(outline(html), @r"
    p Voir :
    embed YouTube https://www.youtube.com/watch?v=abc
    p fin
    embed Vimeo https://vimeo.com/42
    embed YouTube https://www.youtube.com/watch?v=xyz
    p {https://maps.example/a?b=1&c=2:Carte}
    embed X https://x.com/a/status/1 (Dit)
    embed - https://koulouba.ml/v.mp4
    embed X https://twitter.com/a/status/2 (Mot date)
    ");
}

#[test]
fn links_keep_their_words_and_lose_bad_targets() {
    let html = "<a href=\"/discours/\">le discours</a>, <a href=\"https://a.org/?x=1&amp;y=2\">un <b>site</b></a>, <a href=\"javascript:alert(1)\">rien</a> et <a>rien</a>, <a href=\"mailto:a@b.ml\">écrire</a>";
    insta::assert_snapshot!(outline(html), @"p {entry 9:le discours}, {https://a.org/?x=1&y=2:un }{strong+https://a.org/?x=1&y=2:site}, rien et rien, {mailto:a@b.ml:écrire}");
}

#[rstest]
#[case("<script>alert(1)</script><style>p{}</style>a<noscript>b</noscript><template>c</template>")]
#[case("a<svg><script>alert(1)</script><text>b</text></svg><math><mi>c</mi></math>")]
#[case(
    "<form action=x><input value=b>c<textarea>d</textarea></form><p onclick=\"x()\" style=\"background:url(javascript:x)\">a</p>"
)]
#[case("<p>a<!-- <img src=x onerror=alert(1)> --></p>")]
fn nothing_that_acts_comes_through(#[case] html: &str) {
    let json = serde_json::to_string(&converted(html).body).unwrap();
    assert_eq!(json.matches("\"text\":").count(), 1, "{json}");
    assert!(json.contains("\"text\":\"a\""), "{json}");
}

#[test]
fn text_of_every_script_comes_through() {
    let html = "<p>«&nbsp;Paix&nbsp;» &amp; &eacute;galit&#233; &lt;3 𐍈 👩🏿‍🚀</p><p dir=\"rtl\">رئيس الجمهورية</p><p>ߓߊ߬ߡߊ߬ߞߐ߫</p><p>&nbsp;</p>";
    insta::assert_snapshot!(outline(html).replace('\u{a0}', "~"), @r"
    p «~Paix~» & égalité <3 𐍈 👩🏿‍🚀
    p رئيس الجمهورية
    p ߓߊ߬ߡߊ߬ߞߐ߫
    ");
}

#[test]
fn the_text_before_more_is_the_lead() {
    assert_eq!(converted("Un <b>début</b>\nici<!--more-->Suite").lead.as_deref(), Some("Un début ici"));
    assert_eq!(converted("<!--more-->Suite").lead, None);
    assert_eq!(converted("Sans coupure").lead, None);
}

#[test]
fn nesting_of_any_depth_is_survived() {
    let html = format!("{}fond{}", "<div>".repeat(100_000), "</div>".repeat(100_000));
    let converted = converted(&html);
    assert!(converted.is_flattened);
    assert_eq!(converted.body.blocks.len(), 1);
    let quotes = format!("{}fond", "<blockquote><ul><li>".repeat(100_000));
    assert!(outline(&quotes).contains("fond"));
}

#[test]
fn equal_content_gives_equal_bodies() {
    let html = "<p>a <a href=\"https://a.org\">b</a></p><ul><li>c</li></ul>[gallery]";
    assert_eq!(converted(html), converted(html));
    insta::assert_snapshot!(serde_json::to_string(&converted("<p>a <a href=\"https://a.org\">b</a></p>").body).unwrap(), @r#"[{"_type":"block","_key":"b1","style":"normal","children":[{"_type":"span","_key":"b1s1","text":"a ","marks":[]},{"_type":"span","_key":"b1s2","text":"b","marks":["b1m1"]}],"markDefs":[{"_type":"link","_key":"b1m1","href":"https://a.org/"}]}]"#);
}

#[rstest]
#[case("L&rsquo;État &amp; <em>la</em> Nation", "L’État & la Nation")]
#[case("  simple \n texte ", "simple texte")]
#[case("a &lt;b&gt; c", "a <b> c")]
fn titles_are_one_line_of_text(#[case] html: &str, #[case] text: &str) {
    assert_eq!(one_line(html), text);
}

proptest::proptest! {
    #[test]
    fn any_markup_gives_a_valid_body(html in "(<(p|b|ul|li|a href='/x'|img src='/y'|table|td|figure|blockquote|br|pre|h2)>|</(p|b|ul|li|a|table|figure|blockquote)>|[a-z]{1,3}|\n| |\\[gallery\\]|https://youtu.be/x){0,40}") {
        let body = convert(&html, &ShortcodeRules::default(), &SmallSite::new()).unwrap().body;
        body.validate().unwrap();
    }
}
