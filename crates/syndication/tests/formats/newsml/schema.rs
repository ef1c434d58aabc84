//! The IPTC's schema and catalogue.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use quick_xml::Reader;
use quick_xml::events::Event;

/// Checks documents, each with a name, against the schema; all of them at once, as reading the schema takes longest.
pub fn validate(documents: &[(String, String)]) {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |(name, xml): &(String, String)| {
        let path = folder.path().join(format!("{name}.xml"));
        std::fs::write(&path, xml).expect("a file");
        path
    };
    let files: Vec<PathBuf> = documents.iter().map(write).collect();
    let output = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .arg(schemas().join("NewsML-G2_2.35-spec-All-Power.xsd"))
        .args(&files)
        .output()
        .expect("xmllint checks NewsML-G2: install libxml2-utils, or run scripts/install-test-tools.sh");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Names of all schemes in the IPTC's catalogue 41.
pub fn aliases() -> BTreeSet<String> {
    let catalogue = std::fs::read_to_string(schemas().join("catalog.IPTC-G2-Standards_41.xml")).expect("the catalogue");
    let mut reader = Reader::from_str(&catalogue);
    let mut aliases = BTreeSet::new();
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(tag) | Event::Empty(tag) if tag.name().as_ref() == "scheme" => {
                let alias = tag.try_get_attribute("alias").ok().flatten().expect("schemes have an alias");
                aliases.insert(alias.value.into_owned());
            }
            Event::Eof => return aliases,
            _ => {}
        }
    }
}

fn schemas() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/schemas/newsml-g2")
}
