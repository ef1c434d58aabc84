//! Making the survey: one reading of the file from end to end.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use griot_domain::Locale;
use url::Url;

use super::{Survey, hash};
use crate::report::Problem;
use crate::wordpress::date;
use crate::wordpress::gone::Gone;
use crate::wordpress::item::Item;
use crate::wordpress::items::{ItemFact, Items, UploadFact, short};
use crate::wordpress::options::WordPressOptions;
use crate::wordpress::reader::{Part, ReadError, WxrReader};
use crate::wordpress::site::SiteFacts;
use crate::wordpress::standing::{Matter, Reason, Standing, classify};
use crate::wordpress::translation;

/// Reads the whole file. Files that are refused are an error; a file that breaks off is surveyed up to there.
pub(crate) fn survey<R: std::io::Read>(
    mut reader: WxrReader<R>,
    options: &WordPressOptions,
    now: DateTime<Utc>,
    mut advance: impl FnMut(u64),
) -> Result<Survey, SurveyError> {
    let mut surveyor: Option<Surveyor<'_>> = None;
    let mut early = Vec::new();
    let mut stopped = None;
    loop {
        let part = match reader.next() {
            Ok(Some(part)) => part,
            Ok(None) => break,
            Err(ReadError::Broken { line, what }) => {
                stopped = Some((line, what));
                break;
            }
            Err(other) => return Err(other.into()),
        };
        advance(reader.position());
        let Part::Item(item) = part else {
            match &mut surveyor {
                Some(surveyor) => surveyor.take(part),
                None => early.push(part),
            }
            continue;
        };
        let surveyor = match &mut surveyor {
            Some(surveyor) => surveyor,
            empty => {
                let site = SiteFacts::read(&reader.channel).ok_or(SurveyError::NoSite)?;
                let surveyor = empty.insert(Surveyor::new(site, options, now));
                early.drain(..).for_each(|part| surveyor.take(part));
                surveyor
            }
        };
        surveyor.item(item);
    }
    let mut surveyor = match surveyor {
        Some(surveyor) => surveyor,
        None => {
            let nowhere = || match &stopped {
                Some((line, what)) => ReadError::Broken { line: *line, what: what.clone() }.into(),
                None => SurveyError::NoSite,
            };
            let site = SiteFacts::read(&reader.channel).ok_or_else(nowhere)?;
            let mut surveyor = Surveyor::new(site, options, now);
            early.into_iter().for_each(|part| surveyor.take(part));
            surveyor
        }
    };
    for line in reader.repaired_lines() {
        let message = "there are bytes that are not UTF-8; each became `?`. Export again, or correct them".to_owned();
        surveyor.survey.notes.push(Problem { line: Some(*line), item: None, message });
    }
    if let Some((line, what)) = stopped {
        let what = format!("the XML is broken: {what}. What stands before it went in; what follows was not reached");
        surveyor.problem(line, None, what);
    }
    Ok(surveyor.finish())
}

/// Why there is nothing to import.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SurveyError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("the file does not say which site it is of (`wp:base_site_url`): export it with WordPress' own tool")]
    NoSite,
}

struct Surveyor<'a> {
    survey: Survey,
    options: &'a WordPressOptions,
    now: DateTime<Utc>,
    /// Lines of the items so far.
    lines: HashMap<u64, u32>,
    /// Items that are neither public nor drafts.
    hidden: HashSet<u64>,
    /// Uploads that public items show as their thumbnail.
    shown: HashSet<u64>,
    /// Translations of one another, by name of the group.
    groups: HashMap<String, Vec<u64>>,
    term_groups: Vec<Vec<(String, u64)>>,
}

impl<'a> Surveyor<'a> {
    fn new(site: SiteFacts, options: &'a WordPressOptions, now: DateTime<Utc>) -> Self {
        let french = || Locale::parse("fr").expect("`fr` is a language tag");
        let locale = options.locale.clone().or_else(|| site.language.clone()).unwrap_or_else(french);
        let surveyed_at = site.exported_at.filter(|at| *at <= now).unwrap_or(now);
        let survey = Survey {
            site,
            surveyed_at,
            authors: HashMap::new(),
            terms: Vec::new(),
            term_positions: HashMap::new(),
            items: Items::default(),
            gone: Vec::new(),
            paths: HashMap::new(),
            locales: vec![locale],
            skipped: BTreeMap::new(),
            problems: Vec::new(),
            notes: Vec::new(),
        };
        Self {
            survey,
            options,
            now,
            lines: HashMap::new(),
            hidden: HashSet::new(),
            shown: HashSet::new(),
            groups: HashMap::new(),
            term_groups: Vec::new(),
        }
    }

    fn problem(&mut self, line: u64, item: Option<String>, message: String) {
        self.survey.problems.push(Problem { line: Some(line), item, message });
    }

    fn take(&mut self, part: Part) {
        match part {
            Part::Author(author) => {
                self.survey.authors.insert(author.login, author.display_name);
            }
            Part::Term(term) => match term.taxonomy.as_str() {
                "category" | "post_tag" => {
                    self.survey.add_term(term);
                }
                "term_translations" => self.term_groups.push(translation::members(&term.description)),
                _ => {}
            },
            Part::Item(item) => self.item(item),
        }
    }

    fn item(&mut self, item: Item) {
        let published_at = date::published_at(&item, self.options.time_zone);
        let instant = published_at.as_ref().ok().map(|at| at.to_utc());
        let number = item.id.parse::<u64>().ok().filter(|id| *id > 0);
        let (matter, standing) = match classify(&item, self.options, instant, self.now) {
            Ok(found) => found,
            Err(passed_over) => {
                *self.survey.skipped.entry(passed_over.0).or_default() += 1;
                if !matches!(item.status.as_str(), "publish" | "inherit") {
                    self.hidden.extend(number);
                    if let Some(number) = number {
                        let locale = self.locale_of(&item);
                        self.survey.gone.push(Gone { number, line: short(item.line), locale });
                    }
                    self.note_draft(&item);
                }
                return;
            }
        };
        if let Err(message) = self.check(&item, number, matter) {
            return self.problem(item.line, Some(item.label()), message);
        }
        let (Some(number), Ok(at)) = (number, &published_at) else {
            let message = published_at.err().map_or_else(String::new, |error| error.to_string());
            return self.problem(item.line, Some(item.label()), message);
        };
        let live_from = at.to_utc();
        match standing {
            Standing::Published => self.note_public(&item, matter, number, live_from),
            Standing::Unpublished(_) => self.note_draft(&item),
            Standing::Inherited => {}
        }
        if let Some(group) = item.filed("post_translations").next() {
            self.groups.entry(group.nicename.clone()).or_default().push(number);
        }
        if matter == Matter::Attachment {
            let (parent, url) = (item.parent.parse().unwrap_or(0), item.attachment_url.as_str().into());
            self.survey.items.uploads.insert(number, UploadFact { parent, url });
        }
        let locale = self.locale_of(&item);
        self.lines.insert(number, short(item.line));
        self.survey.items.push(number, ItemFact::new(item.line, matter, standing, live_from, locale));
    }

    fn check(&self, item: &Item, number: Option<u64>, matter: Matter) -> Result<(), String> {
        let Some(number) = number else {
            return Err(format!("its wp:post_id is `{}`; give it a number of its own", item.id));
        };
        if let Some(line) = self.lines.get(&number) {
            return Err(format!("its id {number} is that of the item on line {line}; give it another"));
        }
        if let Some((element, line)) = &item.overlong {
            return Err(format!("the text of <{element}> is longer than 10 MiB (line {line}); shorten it"));
        }
        let is_web = |url: &Url| matches!(url.scheme(), "http" | "https");
        if matter == Matter::Attachment && !Url::parse(&item.attachment_url).is_ok_and(|url| is_web(&url)) {
            return Err(format!("its wp:attachment_url `{}` is no http or https address", item.attachment_url));
        }
        Ok(())
    }

    fn note_public(&mut self, item: &Item, matter: Matter, number: u64, live_from: DateTime<Utc>) {
        if let Some(path) = self.survey.site.old_path(&item.link) {
            self.survey.paths.entry(hash(&path)).or_insert(number);
        }
        if matter == Matter::Attachment {
            return;
        }
        self.shown.extend(item.meta("_thumbnail_id").and_then(|id| id.parse::<u64>().ok()));
        for filing in &item.filings {
            if let Some(position) = self.survey.add_filing(filing) {
                let earliest = &mut self.survey.terms[position].earliest;
                *earliest = Some(earliest.map_or(live_from, |known| known.min(live_from)));
            }
        }
    }

    fn note_draft(&mut self, item: &Item) {
        for filing in &item.filings {
            if let Some(position) = self.survey.add_filing(filing) {
                self.survey.terms[position].has_drafts = true;
            }
        }
    }

    fn locale_of(&mut self, item: &Item) -> u16 {
        let Some(filing) = item.filed("language").next() else { return 0 };
        let Ok(locale) = Locale::parse(&filing.nicename.replace('_', "-")) else {
            let message = format!("its language `{}` is no language tag; that of the site was taken", filing.nicename);
            self.survey.notes.push(Problem { line: Some(item.line), item: Some(item.label()), message });
            return 0;
        };
        let locales = &mut self.survey.locales;
        let position = locales.iter().position(|known| *known == locale);
        position.unwrap_or_else(|| {
            locales.push(locale);
            locales.len() - 1
        }) as u16
    }

    fn finish(mut self) -> Survey {
        self.survey.items.settle();
        self.survey.paths.shrink_to_fit();
        self.settle_uploads();
        for members in std::mem::take(&mut self.groups).into_values() {
            self.survey.join_items(&members);
        }
        let numbers = self.survey.terms.iter().enumerate();
        let numbers: HashMap<u64, usize> =
            numbers.filter_map(|(at, fact)| Some((fact.term.id.parse().ok()?, at))).collect();
        for members in std::mem::take(&mut self.term_groups) {
            self.survey.join_terms(&members, &numbers);
        }
        self.survey.raise_terms();
        self.note_unpublished();
        if !self.options.with_drafts {
            let unpublished = self.survey.items.iter().filter_map(|(_, fact)| match fact.standing {
                Standing::Unpublished(reason) => Some(reason),
                _ => None,
            });
            for reason in unpublished {
                *self.survey.skipped.entry(reason.as_str().to_owned()).or_default() += 1;
            }
            self.survey.items.retain(|fact| fact.standing == Standing::Published);
            let hidden = self.survey.terms.iter().filter(|fact| fact.is_hidden).count() as u64;
            if hidden > 0 {
                self.survey.skipped.insert("category or tag of drafts only".to_owned(), hidden);
            }
        }
        self.survey
    }

    /// Of two items with one number a public one counts.
    fn note_unpublished(&mut self) {
        let Survey { items, gone, .. } = &mut self.survey;
        gone.retain(|one| items.get(one.number).is_none());
        let hidden = items.iter().filter(|(_, fact)| fact.standing != Standing::Published);
        gone.extend(hidden.map(|(number, fact)| Gone { number, line: fact.line, locale: fact.locale }));
        gone.shrink_to_fit();
    }

    /// An upload is public when it belongs to nothing, to something public, or is the thumbnail of something
    /// public.
    fn settle_uploads(&mut self) {
        let is_inherited = |fact: &ItemFact| fact.standing == Standing::Inherited;
        let items = &self.survey.items;
        let inherited = items.iter().filter(|(_, fact)| is_inherited(fact));
        let parent = |number| items.uploads.get(&number).map_or(0, |upload| upload.parent);
        let inherited: Vec<(u64, u64)> = inherited.map(|(number, _)| (number, parent(number))).collect();
        for (number, parent) in inherited {
            let is_shown = self.shown.contains(&number);
            let is_hidden = match self.survey.items.get(parent).map(|fact| fact.standing) {
                Some(standing) => matches!(standing, Standing::Unpublished(_)),
                None => self.hidden.contains(&parent),
            };
            let standing = match is_hidden && !is_shown {
                true => Standing::Unpublished(Reason::Parent),
                false => Standing::Published,
            };
            if let Some(fact) = self.survey.items.get_mut(number) {
                fact.standing = standing;
            }
        }
    }
}
