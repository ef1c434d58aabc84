//! A small record of a press office, for judging what is found.

use griot_domain::{EntryKind, Publication};
use serde_json::{Value, json};

use crate::support::{article, id, publication};

fn person(slug: &str, given: &str, family: &str, entry: Value, text: Value, body: &str) -> Publication {
    let mut whole = json!({ "name": { "given": given, "family": family, "display": format!("{given} {family}") } });
    whole.as_object_mut().unwrap().extend(entry.as_object().unwrap().clone());
    publication(EntryKind::Person, whole, &[("fr", slug, text, body)])
}

fn institution(slug: &str, kind: &str, name: &str, acronym: Option<&str>) -> Publication {
    let mut entry = json!({ "kind": kind });
    if let Some(acronym) = acronym {
        entry["acronym"] = acronym.into();
    }
    publication(EntryKind::Institution, entry, &[("fr", slug, json!({ "name": name }), "")])
}

fn topic(slug: &str, name: &str) -> Publication {
    publication(EntryKind::Topic, json!({}), &[("fr", slug, json!({ "name": name }), "")])
}

/// Everything.
pub fn publications() -> Vec<Publication> {
    let mut all = vec![
        institution("presidence", "PRESIDENCY", "Présidence de la République du Mali", None),
        institution("ministere-sante", "MINISTRY", "Ministère de la Santé et du Développement social", Some("MSDS")),
        institution("ministere-jeunesse", "MINISTRY", "Ministère de la Jeunesse et des Sports", None),
        institution("aes", "INTERNATIONAL_ORGANISATION", "Confédération des États du Sahel", Some("AES")),
        institution("russie", "STATE", "Fédération de Russie", None),
        institution("genie", "MILITARY", "Génie militaire", None),
        topic("cooperation", "Coopération"),
        topic("sante", "Santé publique"),
        topic("securite", "Défense et sécurité"),
        topic("elevage", "Élevage et pêche"),
        person(
            "goita",
            "Assimi",
            "GOÏTA",
            json!({ "variants": ["Assimi GOITA"], "ranks": [{ "rank": "Colonel" }, { "rank": "Général d’Armée" }] }),
            json!({ "knownAs": "président de la Transition, chef de l’État" }),
            "Né à Bamako, il est officier.",
        ),
        person("ndaw", "Bah", "N’DAW", json!({ "variants": ["Bah NDAW"] }), json!({}), "Ancien ministre."),
        person(
            "toure",
            "Amadou Toumani",
            "TOURÉ",
            json!({ "variants": ["ATT"], "ranks": [{ "rank": "Général" }] }),
            json!({ "knownAs": "ancien président de la République" }),
            "",
        ),
        person("poutine", "Vladimir", "POUTINE", json!({ "variants": ["Vladimir Putin"] }), json!({}), ""),
        person("erdogan", "Recep Tayyip", "ERDOĞAN", json!({}), json!({}), ""),
        person(
            "keita",
            "Daba Modibo",
            "KEÏTA",
            json!({}),
            json!({ "knownAs": "double champion du monde de taekwondo" }),
            "",
        ),
        person("sanou", "Cheick Ahmed Al-Hassan", "SANOU", json!({ "variants": ["Iron Biby"] }), json!({}), ""),
        publication(
            EntryKind::Appointment,
            json!({ "person": id("fomba"), "from": "2023-07-01" }),
            &[("fr", "poste-fomba", json!({ "title": "Ministre de la Jeunesse" }), "")],
        ),
        person("fomba", "Abdoul Kassim", "FOMBA", json!({}), json!({ "honorific": "M." }), ""),
        publication(
            EntryKind::Event,
            json!({ "time": { "startsOn": "2023-07-27", "endsOn": "2023-07-28" } }),
            &[("fr", "sommet-russie-afrique", json!({ "name": "Sommet Russie-Afrique" }), "")],
        ),
        publication(
            EntryKind::Asset,
            json!({ "kind": "IMAGE", "url": "https://example.org/a.jpg" }),
            &[("fr", "photo-barrage", json!({ "title": "Le barrage de Markala", "caption": "Vue du barrage" }), "")],
        ),
    ];
    all.extend(articles());
    all.push(publication(
        EntryKind::Article,
        json!({ "kind": "NEWS", "issuedAt": "2025-02-01T10:00:00Z" }),
        &[(
            "en",
            "sahel-states-passport",
            json!({ "headline": "The Sahel States launch a common passport" }),
            "Citizens travelling between the three countries will carry it.",
        )],
    ));
    all.push(publication(
        EntryKind::Article,
        json!({ "kind": "NEWS", "issuedAt": "2025-02-02T10:00:00Z" }),
        &[(
            "ar",
            "arabic-schools",
            json!({ "headline": "الرئيس يزور المدارس الجديدة" }),
            "زار الرئيس المدارس في باماكو.",
        )],
    ));
    all
}

fn articles() -> Vec<Publication> {
    vec![
        article(
            "audience-sante",
            "2024-03-02",
            "Coopération : le chef de l’État reçoit le ministre de la Santé de Cuba",
            "Les échanges ont porté sur la coopération dans le domaine de la santé.",
            "Les deux pays coopèrent depuis longtemps. Des médecins cubains travaillent à l’hôpital de Gao.",
        ),
        article(
            "visite-russie",
            "2023-07-29",
            "Visite de travail du Président de la Transition en Russie",
            "Le Colonel Assimi GOÏTA a pris part au sommet de Saint-Pétersbourg.",
            "Le Président s’est entretenu avec son homologue russe. La délégation malienne comptait plusieurs ministres.",
        ),
        article(
            "eleves-koulikoro",
            "2024-10-10",
            "Rentrée scolaire : les élèves de Koulikoro à l’honneur",
            "",
            "Les élèves ont reçu des kits scolaires. L’école fondamentale a été rénovée.",
        ),
        article(
            "aide-urgence",
            "2024-09-01",
            "Inondations : aide d’urgence aux sinistrés",
            "L’État débloque des fonds.",
            "Après les fortes pluies, le Gouvernement a lancé une opération d’urgence.",
        ),
        article(
            "barrage-markala",
            "2022-05-01",
            "Le Premier ministre inspecte le barrage de Markala",
            "",
            "Les travaux de réhabilitation avancent. Le barrage irrigue l’Office du Niger.",
        ),
        article(
            "voeux-2025",
            "2024-12-31",
            "Message de Nouvel An à la Nation",
            "Le chef de l’État présente ses vœux.",
            "Maliennes et Maliens, chers compatriotes, je vous présente mes vœux les meilleurs.",
        ),
        article(
            "voeux-2020",
            "2019-12-31",
            "Message de Nouvel An à la Nation",
            "Le Président présente ses vœux.",
            "Maliennes et Maliens, je vous présente mes vœux.",
        ),
        article(
            "or-raffinerie",
            "2025-06-16",
            "Pose de la première pierre de la raffinerie d’or",
            "",
            "La raffinerie traitera deux cents tonnes d’or par an. L’usine sera bâtie à Sénou.",
        ),
        article(
            "forces-armees",
            "2025-01-20",
            "Les Forces armées maliennes célèbrent leur 64e anniversaire",
            "",
            "Les militaires ont défilé. Les forces armées restent mobilisées contre le terrorisme.",
        ),
        article(
            "franc-cfa",
            "2024-08-12",
            "Monnaie : réflexion sur le franc CFA au sein de l’AES",
            "",
            "Les ministres des Finances étudient la création d’une banque d’investissement.",
        ),
        article(
            "conseil-ministres",
            "2025-03-05",
            "Communiqué du Conseil des ministres du mercredi 5 mars 2025",
            "",
            "Le Conseil des ministres a adopté des projets de textes et procédé à des nominations.",
        ),
        article(
            "nomination-gouverneur",
            "2023-11-22",
            "Le Colonel El Hadj Ag Gamou nommé gouverneur de Kidal",
            "",
            "La nomination fait suite à la prise de la ville.",
        ),
        article(
            "kidal",
            "2023-11-14",
            "Les FAMa prennent position à Kidal",
            "",
            "Le Colonel Assimi GOÏTA a salué la bravoure des troupes.",
        ),
        article(
            "general-armee",
            "2024-10-16",
            "Assimi GOÏTA élevé à la dignité de Général d’Armée",
            "",
            "Le grade a été conféré par décret en Conseil des ministres.",
        ),
        article(
            "semaine-reconciliation",
            "2021-09-15",
            "Lancement de la Semaine nationale de la réconciliation",
            "",
            "La réconciliation nationale passe par le dialogue.",
        ),
        article(
            "coton",
            "2025-05-30",
            "Campagne cotonnière : le prix du coton fixé à 300 francs",
            "",
            "Les cotonculteurs saluent la décision. Les producteurs attendent les engrais.",
        ),
        article(
            "pont-kayes",
            "2024-02-11",
            "Le troisième pont de Kayes inauguré",
            "",
            "L’inauguration s’est déroulée en présence des autorités coutumières.",
        ),
        article(
            "journee-femme",
            "2025-03-08",
            "Journée internationale de la femme",
            "",
            "Les femmes rurales ont été distinguées.",
        ),
        article("aujourdhui", "2024-04-04", "Le Mali d’aujourd’hui et de demain", "", "Un débat ouvert à tous."),
        article(
            "elections",
            "2026-02-01",
            "Révision des listes électorales",
            "",
            "L’Autorité indépendante de gestion des élections annonce le calendrier. Les électeurs retireront leurs cartes retirées.",
        ),
        article(
            "hopital-gao",
            "2024-06-06",
            "Un hôpital de campagne pour Gao",
            "",
            "Il compte cinquante lits. La santé des habitants est en jeu.",
        ),
        article(
            "traite-defense",
            "2023-09-16",
            "Signature de la Charte du Liptako-Gourma",
            "Un pacte de défense collective entre trois pays.",
            "Toute attaque contre l’un est une attaque contre tous.",
        ),
        article(
            "electricite",
            "2024-05-20",
            "Énergie : plan d’urgence pour l’électricité",
            "",
            "Énergie du Mali annonce la reprise de la fourniture. Les délestages diminuent.",
        ),
        article(
            "ecole-prytanee",
            "2022-06-30",
            "Prytanée militaire de Kati : remise de diplômes",
            "",
            "Les meilleurs élèves sont primés.",
        ),
        article(
            "culture-segou",
            "2025-02-04",
            "Festival sur le Niger à Ségou",
            "",
            "La culture malienne à l’honneur : musique, théâtre et marionnettes.",
        ),
    ]
}
