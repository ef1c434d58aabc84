"""Does feedparser find in a feed what was put into it?

`python feedparser_check.py FILE EXPECTED_JSON`, with PyPI `feedparser` 6.0.14. The expected: `title`, and `entries` in
their order, each with `id`, `title`, `published`, `updated` and `content`. RSS knows no `updated`. `cargo test -p
griot-syndication` writes such files to `tmp/formats` below the target folder. Exits with 1 when anything differs.
"""

import calendar
import json
import sys
from datetime import datetime

import feedparser


def seconds(instant):
    """Whole ones: feedparser drops the rest."""
    return int(datetime.fromisoformat(instant).timestamp())


def found_in(entry, has_updated):
    contents = entry.get("content", [])
    found = {
        "id": entry.get("id"),
        "title": entry.get("title"),
        "content": contents[0]["value"] if contents else "",
        "published": calendar.timegm(entry["published_parsed"]),
    }
    if has_updated:
        found["updated"] = calendar.timegm(entry["updated_parsed"])
    return found


def wanted_in(entry, has_updated):
    wanted = {name: entry[name] for name in ("id", "title", "content")}
    wanted["published"] = seconds(entry["published"])
    if has_updated:
        wanted["updated"] = seconds(entry["updated"])
    return wanted


def escaped(text):
    """A title or notice is plain text, which feedparser hands out as the HTML it stands for."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def main(path, expected_path):
    # The bytes as they came: sanitising is feedparser's own opinion of the HTML.
    feed = feedparser.parse(path, sanitize_html=False, resolve_relative_uris=False)
    with open(expected_path, encoding="utf-8") as file:
        expected = json.load(file)
    failures = [f"not well-formed: {feed.bozo_exception}"] if feed.bozo else []
    has_updated = feed.version.startswith("atom")
    found = [found_in(entry, has_updated) for entry in feed.entries]
    wanted = [wanted_in(entry, has_updated) for entry in expected["entries"]]
    if len(found) != len(wanted):
        failures.append(f"{len(found)} entries instead of {len(wanted)}")
    for index, (here, there) in enumerate(zip(found, wanted)):
        for name, value in there.items():
            if here[name] != value and here[name] != escaped(str(value)):
                failures.append(f"entry {index}, {name}: {here[name]!r} instead of {value!r}")
    if feed.feed.get("title") not in (expected["title"], escaped(expected["title"])):
        failures.append(f"title: {feed.feed.get('title')!r}")
    for failure in failures:
        print(f"FAILED {failure}", file=sys.stderr)
    print(f"feedparser, {path} ({feed.version}): {len(wanted)} entries, {len(failures)} differences")
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python feedparser_check.py FILE EXPECTED_JSON")
    sys.exit(main(*sys.argv[1:]))
