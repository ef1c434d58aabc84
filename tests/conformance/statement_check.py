"""Are these statements signed by a key of the set, over exactly these files?

`python statement_check.py MANIFEST`, with PyPI `joserfc` 1.8.0 and `rfc8785` 0.1.4. The manifest is JSON: `keys`, a file, and
`statements`, each with `jws`, a file, and `forms`, files by name. Exits with 1 when anything differs.
"""

import hashlib
import json
import re
import sys
import unicodedata
from pathlib import Path

import rfc8785
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def normalized(text):
    lines = re.sub("\r\n?", "\n", unicodedata.normalize("NFC", text.lstrip("\ufeff"))).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def verify(token, keys):
    return jws.deserialize_compact(token, keys, algorithms=["EdDSA"])


def differences(file, forms, keys):
    token = Path(file).read_text()
    statement = verify(token, keys)
    subjects = json.loads(statement.payload)["subjects"]
    if {subject["name"] for subject in subjects} != set(forms):
        yield f"it is of {subjects}, not of {sorted(forms)}"
    for subject in subjects:
        data = Path(forms[subject["name"]]).read_bytes()
        if sha256(data) != subject["sha256"]:
            yield f"{subject['name']}: its bytes"
        if subject["media_type"].endswith("json") and sha256(rfc8785.dumps(json.loads(data))) != subject["jcs_sha256"]:
            yield f"{subject['name']}: its JSON"
        if "text_sha256" in subject and sha256(normalized(data.decode()).encode()) != subject["text_sha256"]:
            yield f"{subject['name']}: its text"
    header, payload, signature = token.split(".")
    forged = payload[:9] + ("B" if payload[9] == "A" else "A") + payload[10:]
    try:
        verify(".".join([header, forged, signature]), keys)
        yield "an altered payload was accepted"
    except JoseError:
        pass


def main(manifest):
    manifest = json.loads(Path(manifest).read_text())
    keys = KeySet.import_key_set(json.loads(Path(manifest["keys"]).read_text()))
    failures = 0
    for one in manifest["statements"]:
        for difference in differences(one["jws"], one["forms"], keys):
            print(f"{one['jws']}: {difference}")
            failures += 1
    print(f"statement_check: {len(manifest['statements'])} statements, {failures} differences")
    return 1 if failures or not manifest["statements"] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
