//! Items in every state there is.

use chrono::{DateTime, FixedOffset, Utc};
use griot_domain::{
    ArticleKind, CorrectionKind, EntryId, EntryKind, EventState, EventTime, GeoPoint, InstitutionKind, Locale,
    PartialDate,
};
use griot_syndication::item::{
    Article, Byline, Content, Correction, Dated, Event, Institution, Issuer, Item, NamedPerson, NamedThing, Party,
    Person, Picture, Place, Post, ProgrammeItem, Reference, Signal, Topic, Translation,
};

/// An item of each kind in each state, by a name that could be a file's.
pub fn all() -> Vec<(&'static str, Item)> {
    vec![
        ("article", article()),
        ("article-bare", bare_article()),
        ("article-updated", Item { version: 2, signal: Signal::Update, ..article() }),
        ("article-corrected", corrected_article()),
        ("article-embargoed", Item { embargoed_until: Some(instant("2023-11-06T18:00:00Z")), ..article() }),
        ("article-withheld", taken_back(Content::Withheld, Some("Le texte est revu."))),
        ("article-killed", taken_back(Content::Canceled, Some("L’information est fausse & retirée <partout>."))),
        ("article-killed-silently", taken_back(Content::Canceled, None)),
        ("drill", drill()),
        ("drill-killed", Item { is_drill: true, ..taken_back(Content::Canceled, Some("tout va bien")) }),
        ("event", event()),
        ("event-all-day", all_day_event()),
        ("event-killed", Item { kind: EntryKind::Event, ..taken_back(Content::Canceled, None) }),
        ("person", person()),
        ("institution", institution()),
    ]
}

pub fn article() -> Item {
    item(
        EntryKind::Article,
        1,
        Content::Article(Box::new(Article {
            form: ArticleKind::Communique,
            issued_at: local("2023-11-06T12:30:00+01:00"),
            headline: "Visite du Colonel Assimi GOÏTA : « une étape » & <plus>".to_owned(),
            kicker: Some("Diplomatie".to_owned()),
            summary: Some("Le Président reçoit l’envoyé d’un pays voisin.".to_owned()),
            slug: Some("visite-du-colonel".to_owned()),
            html: "<p>Bamako, le 6 novembre. <strong>Le Colonel</strong> a reçu l’envoyé &amp; sa délégation.</p>\
                   <h2>Suite</h2><ul><li>un</li><li>deux</li></ul><p>Fin ]]&gt; du <em>texte</em>.<br>Ligne</p>"
                .to_owned(),
            text:
                "Bamako, le 6 novembre. Le Colonel a reçu l’envoyé & sa délégation.\n\nSuite\n\nun\ndeux\n\nFin ]]> du \
                   texte.\nLigne"
                    .to_owned(),
            words: 20,
            byline: vec![
                Byline { name: "La Présidence".to_owned(), entry: Some(reference(EntryKind::Institution, 30)) },
                Byline { name: "A. Traoré".to_owned(), entry: None },
            ],
            place: Some(palace()),
            urgency: Some(3),
            people: vec![NamedPerson {
                person: reference(EntryKind::Person, 20),
                name: "Colonel Assimi GOÏTA, Président de la Transition".to_owned(),
                plain_name: "Assimi GOÏTA".to_owned(),
                honorific: Some("Colonel".to_owned()),
                titles: vec!["Président de la Transition, Chef de l’État".to_owned()],
                is_subject: true,
            }],
            institutions: vec![NamedThing {
                thing: reference(EntryKind::Institution, 30),
                name: "Présidence de la République".to_owned(),
                is_subject: false,
            }],
            events: vec![NamedThing {
                thing: reference(EntryKind::Event, 40),
                name: "Sommet de Niamey".to_owned(),
                is_subject: false,
            }],
            topics: vec![
                Topic {
                    topic: reference(EntryKind::Topic, 50),
                    name: "Diplomatie".to_owned(),
                    media_topic: Some("20000593".to_owned()),
                },
                Topic { topic: reference(EntryKind::Topic, 51), name: "Sahel".to_owned(), media_topic: None },
            ],
            pictures: vec![picture(60), Picture { size: None, bytes: None, mime_type: None, ..picture(61) }],
            corrections: Vec::new(),
            rights: Some("Libre de droits avec mention de la source.".to_owned()),
        })),
    )
}

pub fn bare_article() -> Item {
    let content = Content::Article(Box::new(Article {
        form: ArticleKind::News,
        issued_at: local("2020-01-01T00:00:00+00:00"),
        headline: "Bref".to_owned(),
        kicker: None,
        summary: None,
        slug: None,
        html: String::new(),
        text: String::new(),
        words: 0,
        byline: Vec::new(),
        place: None,
        urgency: None,
        people: Vec::new(),
        institutions: Vec::new(),
        events: Vec::new(),
        topics: Vec::new(),
        pictures: Vec::new(),
        corrections: Vec::new(),
        rights: None,
    }));
    Item { page: None, translations: Vec::new(), locale: locale("en-GB"), ..item(EntryKind::Article, 2, content) }
}

pub fn corrected_article() -> Item {
    let correction = Correction {
        kind: CorrectionKind::Correction,
        at: instant("2023-11-07T08:00:00Z"),
        note: "Le nom de l’envoyé était mal écrit.".to_owned(),
    };
    let mut item = Item {
        version: 3,
        signal: Signal::Correction(correction.clone()),
        version_created: instant("2023-11-07T08:00:00.25Z"),
        ..article()
    };
    if let Content::Article(article) = &mut item.content {
        article.corrections = vec![
            Correction {
                kind: CorrectionKind::Clarification,
                at: instant("2023-11-06T20:00:00Z"),
                note: "Un lieu est précisé.".to_owned(),
            },
            correction,
        ];
    }
    item
}

pub fn taken_back(content: Content, reason: Option<&str>) -> Item {
    Item {
        version: 4,
        signal: Signal::Retraction(reason.map(str::to_owned)),
        version_created: instant("2023-11-08T09:00:00Z"),
        page: None,
        translations: Vec::new(),
        ..item(EntryKind::Article, 3, content)
    }
}

fn drill() -> Item {
    Item { is_drill: true, page: None, translations: Vec::new(), ..bare_article() }
}

pub fn event() -> Item {
    let time = |from: &str, until: Option<&str>| EventTime::Timed {
        starts_at: local(from),
        ends_at: until.map(local),
        time_zone: Some("Africa/Niamey".to_owned()),
    };
    item(
        EntryKind::Event,
        40,
        Content::Event(Box::new(Event {
            name: "Sommet de Niamey; suite, et fin".to_owned(),
            time: time("2024-07-06T09:00:00+01:00", Some("2024-07-06T18:00:00+01:00")),
            state: EventState::Scheduled,
            place: Some(palace()),
            part_of: Some(party(EntryKind::Event, 41, "Semaine du Sahel", None)),
            organisers: vec![party(EntryKind::Institution, 30, "Présidence de la République", None)],
            participants: vec![party(EntryKind::Person, 20, "Assimi GOÏTA", Some("Hôte"))],
            programme: vec![
                ProgrammeItem {
                    name: "Ouverture".to_owned(),
                    time: time("2024-07-06T09:00:00+01:00", Some("2024-07-06T10:00:00+01:00")),
                    place: Some(palace()),
                },
                ProgrammeItem {
                    name: "Clôture".to_owned(),
                    time: time("2024-07-06T17:00:00+01:00", None),
                    place: None,
                },
            ],
            html: "<p>Premier sommet.</p>".to_owned(),
            text: "Premier sommet.".to_owned(),
        })),
    )
}

pub fn all_day_event() -> Item {
    let time = EventTime::AllDay {
        starts_on: "2024-09-22".parse().expect("a day"),
        ends_on: Some("2024-09-23".parse().expect("a day")),
        time_zone: None,
    };
    let mut item = Item { id: id(42), ..event() };
    if let Content::Event(event) = &mut item.content {
        **event = Event {
            name: "Fête de l’Indépendance".to_owned(),
            time,
            state: EventState::Postponed,
            place: None,
            part_of: None,
            organisers: Vec::new(),
            participants: Vec::new(),
            programme: Vec::new(),
            html: String::new(),
            text: String::new(),
        };
    }
    item
}

pub fn person() -> Item {
    let dated = |name: &str, from: &str, until: Option<&str>| Dated {
        name: name.to_owned(),
        from: Some(partial(from)),
        until: until.map(partial),
    };
    item(
        EntryKind::Person,
        20,
        Content::Person(Box::new(Person {
            name: "Assimi GOÏTA".to_owned(),
            sort_name: "GOÏTA Assimi".to_owned(),
            variants: vec!["Assimi GOITA".to_owned()],
            honorific: None,
            rank: Some("Colonel".to_owned()),
            known_as: Some("Président de la Transition".to_owned()),
            ranks: vec![dated("Colonel", "2016", Some("2024-10-16")), dated("Général d’Armée", "2024-10", None)],
            posts: vec![
                Post {
                    title: dated("Vice-président de la Transition", "2020-09-25", Some("2021-05-24")),
                    institution: Some(party(EntryKind::Institution, 30, "Présidence de la République", None)),
                },
                Post { title: Dated { name: "Parrain".to_owned(), from: None, until: None }, institution: None },
            ],
            born: Some(partial("1983")),
            died: None,
            portrait: Some(picture(62)),
            html: "<p>Né en 1983.</p>".to_owned(),
            text: "Né en 1983.".to_owned(),
            same_as: vec!["https://www.wikidata.org/entity/Q98407340".to_owned()],
        })),
    )
}

pub fn institution() -> Item {
    item(
        EntryKind::Institution,
        30,
        Content::Institution(Box::new(Institution {
            kind: InstitutionKind::Presidency,
            name: "Présidence de la République".to_owned(),
            acronym: Some("PR".to_owned()),
            past_names: vec![Dated {
                name: "Présidence de la Transition".to_owned(),
                from: Some(partial("2020-09")),
                until: Some(partial("2024")),
            }],
            variants: vec!["la Présidence".to_owned()],
            parent: Some(party(EntryKind::Institution, 31, "État malien", None)),
            address: Some("Koulouba, Bamako".to_owned()),
            email: Some("presse@koulouba.example".to_owned()),
            telephone: Some("+223 20 00 00 00".to_owned()),
            website: Some("https://koulouba.example".to_owned()),
            html: String::new(),
            text: String::new(),
            same_as: Vec::new(),
        })),
    )
}

fn item(kind: EntryKind, number: u128, content: Content) -> Item {
    Item {
        id: id(number),
        kind,
        locale: locale("fr"),
        issued_on: "2023-11-06".parse().expect("a day"),
        version: 1,
        signal: Signal::New,
        first_created: instant("2023-11-06T11:30:00Z"),
        version_created: instant("2023-11-06T11:30:00Z"),
        embargoed_until: None,
        is_drill: false,
        page: Some(format!("https://koulouba.example/fr/{}s/x{number}", kind.as_str())),
        translations: vec![Translation {
            locale: locale("en"),
            title: "The same in English".to_owned(),
            page: Some("https://koulouba.example/en/x".to_owned()),
        }],
        issuer: issuer(),
        content,
    }
}

pub fn issuer() -> Issuer {
    Issuer {
        name: "Présidence de la République du Mali".to_owned(),
        site: "https://koulouba.example".to_owned(),
        host: "koulouba.example".to_owned(),
        base: "https://contenus.koulouba.example".to_owned(),
    }
}

fn palace() -> Place {
    Place {
        name: "Palais de Koulouba".to_owned(),
        address: Some("Colline de Koulouba, Bamako".to_owned()),
        country_code: Some("ML".to_owned()),
        point: Some(GeoPoint { latitude: 12.66, longitude: -8.0 }),
    }
}

fn picture(number: u128) -> Picture {
    Picture {
        id: id(number),
        url: format!("https://contenus.koulouba.example/media/{number}.jpg?a=1&b=2"),
        mime_type: Some("image/jpeg".to_owned()),
        size: Some((1600, 900)),
        bytes: Some(212_345),
        title: Some("La poignée de main".to_owned()),
        alt: Some("Deux hommes se serrent la main".to_owned()),
        caption: Some("Au palais, le 6 novembre".to_owned()),
        credit: Some("Présidence / A. Diarra".to_owned()),
        rights: None,
    }
}

fn party(kind: EntryKind, number: u128, name: &str, role: Option<&str>) -> Party {
    Party { entry: reference(kind, number), name: name.to_owned(), role: role.map(str::to_owned) }
}

fn reference(kind: EntryKind, number: u128) -> Reference {
    Reference { id: id(number), kind, page: Some(format!("https://koulouba.example/fr/{}s/x{number}", kind.as_str())) }
}

fn id(number: u128) -> EntryId {
    format!("00000000-0000-4000-8000-{number:012}").parse().expect("an id")
}

fn locale(tag: &str) -> Locale {
    Locale::parse(tag).expect("a language")
}

fn partial(date: &str) -> PartialDate {
    date.parse().expect("a date")
}

pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn local(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).expect("an instant")
}
