"""Does PyPI `standardwebhooks` take deliveries as they were received, and refuse what was altered, is old or comes again?

`python webhooks_check.py FILE`: a JSON list of {name, secret, headers, body, is_taken}, received in this order. Exits with 1
when one is taken that should not be, or the other way round.
"""

import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

# docs/webhooks.md shows this.
seen = set()


def receive(secret, headers, body):
    event = Webhook(secret).verify(body, headers)  # raises when it is not ours, or older than five minutes
    if headers["webhook-id"] in seen:
        return None  # it came before: nothing to do
    seen.add(headers["webhook-id"])
    return event


failed = 0
with open(sys.argv[1], encoding="utf-8") as file:
    cases = json.load(file)
for case in cases:
    try:
        taken = receive(case["secret"], case["headers"], case["body"]) is not None
        why = "it was received before"
    except WebhookVerificationError as error:
        taken, why = False, str(error)
    is_right = taken == case["is_taken"]
    failed += not is_right
    print("ok" if is_right else "WRONG", case["name"], "taken" if taken else why, sep=": ")
print(f"PyPI standardwebhooks: {len(cases)} deliveries, {failed} wrong")
sys.exit(1 if failed else 0)
