"""Does PyPI `icalendar` read calendars, and every event in them?

`python icalendar_check.py FILE...`. Exits with 1 when a calendar or a property of it cannot be read, an event lacks what RFC
5545 demands, or two have the same identity.
"""

import sys

from icalendar import Calendar


def problems_of(path):
    with open(path, "rb") as file:
        calendar = Calendar.from_ical(file.read())
    found = list(calendar.errors)
    uids = []
    for event in calendar.walk("VEVENT"):
        found.extend(event.errors)
        uids.append(str(event["UID"]))
        for name in ("UID", "DTSTAMP", "DTSTART", "SUMMARY", "STATUS"):
            if name not in event:
                found.append(f"an event without {name}")
        if "DTEND" in event and event["DTEND"].dt <= event["DTSTART"].dt:
            found.append(f"{uids[-1]} ends before it begins")
    if len(set(uids)) != len(uids):
        found.append("two events have one UID")
    return found, len(uids)


failed = False
for path in sys.argv[1:]:
    problems, count = problems_of(path)
    print(f"{'FAIL' if problems else 'ok  '} {path}: {count} events {problems or ''}")
    failed = failed or bool(problems)
sys.exit(failed)
