# SPDX-License-Identifier: Apache-2.0
"""A person who signs in to a service's pages, opens every page and fills in every form.

Into each field she writes what names her; the answers are judged as those of the API are, and
pages for strangers may not repeat what an address said.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

import requests

from tests.support.marker import LOGIN, NAME, SENTENCE, WORDS, Reply, Watch

_MOST_PAGES: Final = 60
_TYPED: Final = frozenset({"text", "search", "email", "url", "tel", "number", "date", "textarea"})
_SECONDS: Final = 60


@dataclass(slots=True)
class Form:
    """One form: where it goes, and its fields by name with the values they may take."""

    action: str
    method: str
    hidden: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    chosen: dict[str, list[str]] = field(default_factory=dict)


class Page(HTMLParser):
    """The links and forms of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in a link, a form or a field."""
        has = {name: value or "" for name, value in attrs}
        if tag == "a" and has.get("href"):
            self.links.append(has["href"])
        elif tag == "form":
            self.forms.append(Form(has.get("action", ""), has.get("method", "get").lower()))
        elif self.forms and tag in {"input", "textarea", "select", "option", "button"}:
            self._take_field(self.forms[-1], tag, has)

    def _take_field(self, form: Form, tag: str, has: Mapping[str, str]) -> None:
        name, kind = has.get("name", ""), has.get("type", "text")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            form.chosen.setdefault(self._select, []).append(has.get("value", ""))
        elif tag == "textarea" or (tag == "input" and kind in _TYPED):
            form.typed.append(name)
        elif kind == "hidden":
            form.hidden[name] = has.get("value", "")
        elif name and (tag == "button" or kind in {"radio", "checkbox", "submit"}):
            form.chosen.setdefault(name, []).append(has.get("value", ""))


class Visitor:
    """One browser at one service."""

    def __init__(self, watch: Watch, service: str, provider: str) -> None:
        self._watch = watch
        self._service = service
        self._provider = provider
        self._session = requests.Session()
        self._session.headers["User-Agent"] = NAME
        self.seen: set[str] = set()
        self.sent = 0
        self._known = False

    def close(self) -> None:
        """Close the browser."""
        self._session.close()

    def sign_in(self) -> None:
        """Sign in for real, after one attempt with a wrong password."""
        page = self._get(f"{self._service}/sign-in?next=/")
        for password in (NAME, LOGIN):
            form = next(one for one in Page(page.text).forms if "login" in one.typed)
            data = {**form.hidden, "login": LOGIN, "password": password}
            page = self._post(urljoin(page.url, form.action), data)
        assert page.url.startswith(self._service), page.status_code
        assert NAME in page.text, "she is greeted by her name"
        self._known = True

    def wander(self) -> None:
        """Open every page that a link or a form leads to, and spoil every address once."""
        waiting = ["/"]
        while waiting and len(self.seen) < _MOST_PAGES:
            path = waiting.pop(0)
            if path in self.seen:
                continue
            self.seen.add(path)
            page = self._get(self._service + path)
            self._get(f"{self._service}{path.partition('?')[0].rstrip('/')}/{quote(NAME)}")
            self._get(f"{self._service}{_spoiled(path)}?quagga={quote(SENTENCE)}")
            if "html" in page.headers.get("Content-Type", ""):
                read = Page(page.text)
                waiting += [*self._paths(page.url, read.links), *self._fill(page.url, read.forms)]

    def _fill(self, url: str, forms: list[Form]) -> Iterator[str]:
        for form in forms:
            target = urljoin(url, form.action)
            if urlsplit(target).path == "/sign-out" or not target.startswith(self._service):
                continue
            for data in _ways_to_fill(form):
                answer = self._post(target, data)
                self.sent += 1
                yield from self._paths(answer.url, [answer.url])

    def _paths(self, url: str, links: list[str]) -> Iterator[str]:
        for link in links:
            target = urljoin(url, link)
            if target.startswith(f"{self._service}/"):
                parts = urlsplit(target)
                path = parts.path + (f"?{parts.query}" if parts.query else "")
                if not path.startswith(("/static/", "/sign")) and not WORDS.search(path):
                    yield path

    def _get(self, url: str) -> requests.Response:
        return self._judged(self._session.get(url, timeout=_SECONDS))

    def _post(self, url: str, data: Mapping[str, str]) -> requests.Response:
        headers = {"Origin": f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"}
        return self._judged(
            self._session.post(url, data=dict(data), headers=headers, timeout=_SECONDS)
        )

    def _judged(self, answer: requests.Response) -> requests.Response:
        for one in (*answer.history, answer):
            path = urlsplit(one.url).path
            reply = Reply(status=one.status_code, headers=[*one.headers.items()], body=one.text)
            what = f"page {one.request.method} {path[:60]}"
            self._watch.look(what, reply)
            ours = one.url.startswith(self._service)
            if ours and not self._known and one.status_code >= requests.codes.bad_request:
                self._watch.read(what, one.text)
        return answer


def _spoiled(path: str) -> str:
    """Put a name where the last part of a path stood."""
    return re.sub(r"/[^/]*$", f"/{quote(NAME)}", path.partition("?")[0])


def _ways_to_fill(form: Form) -> Iterator[dict[str, str]]:
    """Fill the fields: nothing chosen, each first choice, and choices that were not offered."""
    typed = dict.fromkeys(form.typed, SENTENCE)
    yield {**form.hidden, **typed}
    yield {**form.hidden, **typed, **dict.fromkeys(form.chosen, NAME), "quagga": NAME}
    firsts = {name: values[0] for name, values in form.chosen.items()}
    yield {**form.hidden, **typed, **firsts}
