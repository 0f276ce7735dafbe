# SPDX-License-Identifier: Apache-2.0
"""The outside service for SMS and e-mail (tools/inbox): what arrived there, and its bad days."""

import json
import time
import urllib.parse
import urllib.request

PATIENCE_SECONDS = 90


class Inbox:
    def __init__(self, url):
        self.url = url
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def _ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        with self._opener.open(request, timeout=40) as answer:
            return json.load(answer)

    @staticmethod
    def _query(**values):
        return "?" + urllib.parse.urlencode({name: value for name, value in values.items() if value is not None})

    @property
    def last(self):
        """The number of the newest message; those that come are above it."""
        return self._ask("GET", "/messages")["last"]

    def messages(self, to=None, kind=None, after=0):
        """Oldest first."""
        return self._ask("GET", "/messages" + self._query(to=to, kind=kind, after=after))["messages"]

    def wait(self, to, count=1, after=0, seconds=PATIENCE_SECONDS):
        """Until that many messages for the recipient are above the number; gives them."""
        end = time.monotonic() + seconds
        found = self.messages(to, after=after)
        while len(found) < count and time.monotonic() < end:
            newest = found[-1]["number"] if found else after
            left_ms = max(1, int((end - time.monotonic()) * 1000))
            self._ask("GET", "/messages" + self._query(to=to, after=newest, wait=left_ms))
            found = self.messages(to, after=after)
        assert len(found) >= count, (to, found)
        return found

    def next(self, to, after=0, seconds=PATIENCE_SECONDS, template=None):
        """The first message for the recipient above the number, or the first by that template, waiting for it."""
        message = self.wait(to, after=after, seconds=seconds)[0]
        while template not in (None, message["template"]):
            message = self.wait(to, after=message["number"], seconds=seconds)[0]
        return message

    def code(self, to, after=0, seconds=PATIENCE_SECONDS):
        """The code in the newest message for the recipient that carries one, waiting for the first such message."""
        seen, codes = after, []
        while not codes:
            seen = self.next(to, after=seen, seconds=seconds)["number"]
            codes = [message["values"][0] for message in self.messages(to, after=after)
                     if message.get("template", "").startswith("code-")]
        return codes[-1]

    def clear(self, to=None):
        self._ask("DELETE", "/messages" + self._query(to=to))

    def fault(self, times=1, **fault):
        """What the next messages meet: status=, retry_after=, delay_ms= or hang_up= (tools/inbox/fault.js). times=0: nothing."""
        self._ask("PUT", "/faults", {"times": times, **fault})
