"""A subscriber nobody here wrote: PyPI `flask-websub` finds the hub of a feed, subscribes, and checks what is sent.

`python websub_check.py FEED PORT DESK KEY`: listens at PORT, and publishes articles at DESK, the editors' GraphQL, with KEY.
Prints what was received; exits with 1 when it was not the feed, signed, or anything came after the end.
"""

import json
import logging
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from flask import Flask
from flask_websub.subscriber import SQLite3SubscriberStorage, SQLite3TempSubscriberStorage, Subscriber, discover
import flask_websub.subscriber
from werkzeug.serving import make_server

feed, port, desk, key = sys.argv[1], int(sys.argv[2]), *sys.argv[3:]
# The library wants TLS for secrets; here nothing leaves the machine.
flask_websub.subscriber.is_secure = lambda url: True
logging.getLogger("werkzeug").setLevel(logging.ERROR)

folder = Path(tempfile.mkdtemp())
app = Flask(__name__)
app.config["SERVER_NAME"] = f"127.0.0.1:{port}"
subscriber = Subscriber(SQLite3SubscriberStorage(str(folder / "kept")), SQLite3TempSubscriberStorage(str(folder / "temp")))
app.register_blueprint(subscriber.build_blueprint(url_prefix="/callbacks"))
agreed, received = [], []
subscriber.add_success_handler(lambda topic, callback, mode: agreed.append((topic, mode)))
# Only what has the right signature comes here.
subscriber.add_listener(lambda topic, callback, body: received.append((topic, body)))
threading.Thread(target=make_server("127.0.0.1", port, app, threaded=True).serve_forever, daemon=True).start()


def wait(what, is_so):
    for _ in range(600):
        if is_so():
            return
        time.sleep(0.05)
    sys.exit(f"it never came to this: {what}; agreed {agreed}, received {len(received)}")


def act(mutation, kind, result, given):
    document = f"mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {result} userErrors {{ message }} }} }}"
    body = json.dumps({"query": document, "variables": {"input": given}}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    with urllib.request.urlopen(urllib.request.Request(desk, body, headers)) as answer:
        told = json.load(answer)
    if told.get("errors") or told["data"][mutation]["userErrors"]:
        sys.exit(json.dumps(told))
    return told["data"][mutation]


def publish():
    text = {"locale": "fr", "headline": f"Article {time.time()}", "body": {"markdown": "Le texte."}}
    article = {"kind": "COMMUNIQUE", "issuedAt": "2025-01-02T10:00:00+00:00", "texts": [text]}
    draft = act("articleCreate", "ArticleCreateInput", "draft { contentId revision }", article)["draft"]
    item = {"contentId": draft["contentId"], "expectedRevision": draft["revision"]}
    act("contentPublish", "ContentPublishInput", "drafts { contentId }", {"items": [item]})


def newest():
    with urllib.request.urlopen(feed) as answer:
        return answer.read()


with app.app_context():
    found = discover(feed)
    print("found", found)
    callback = subscriber.subscribe(**found, lease_seconds=3600)
    wait("the subscription is agreed to", lambda: len(agreed) == 1)
    time.sleep(2)  # the hub keeps it once it has our consent
    publish()
    wait("the feed is sent", lambda: received and received[-1][1] == newest())
    if received[-1][0] != feed:
        sys.exit(f"sent as {received[-1][0]}")

    # Signed with another secret it is not taken.
    count = len(received)
    kept = dict(subscriber.storage[callback])
    with subscriber.storage.connection() as connection:
        connection.execute(f"update {subscriber.storage.TABLE_NAME} set secret = 'another'")
    publish()
    time.sleep(3)
    if len(received) != count:
        sys.exit("a wrong signature was taken")

    subscriber.renew(callback)
    wait("the renewal is agreed to", lambda: len(agreed) == 2)
    if kept["topic_url"] != feed:
        sys.exit(f"the topic is {kept['topic_url']}")
    time.sleep(2)
    publish()
    wait("it is sent, signed with the secret of the renewal", lambda: len(received) == count + 1)

    subscriber.unsubscribe(callback)
    wait("the end is agreed to", lambda: len(agreed) == 3)
    time.sleep(2)
    publish()
    time.sleep(3)
    if len(received) != count + 1:
        sys.exit("something came after the end")
print(f"PyPI flask-websub: {[mode for _, mode in agreed]} agreed to, {len(received)} feeds taken")
