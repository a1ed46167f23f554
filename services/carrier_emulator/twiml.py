"""Reads TwiML documents; complains by the carrier's own codes."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree import ElementTree

_LARGEST = 64 * 1024
_XML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})


class TwimlError(Exception):
    """A document that the carrier would refuse, with its debugger code."""

    def __init__(self, code: int, detail: str) -> None:
        self.code = code
        super().__init__(detail)


@dataclass(frozen=True, slots=True)
class Verb:
    """One element of a document: its name, attributes, text and children."""

    name: str
    attributes: dict[str, str]
    text: str
    children: tuple["Verb", ...]

    def get(self, name: str, default: str = "") -> str:
        """Return an attribute."""
        return self.attributes.get(name, default)

    def number(self, name: str, default: float) -> float:
        """Return a numeric attribute; anything else counts as absent."""
        value = self.attributes.get(name, "")
        return float(value) if re.fullmatch(r"\d+(\.\d+)?", value) else default

    def is_true(self, name: str, *, default: bool) -> bool:
        """Return a true-or-false attribute."""
        return self.attributes.get(name, str(default)).lower() == "true"


@dataclass(frozen=True, slots=True)
class Document:
    """The verbs of one Response, and the URL that relative URLs start from."""

    verbs: tuple[Verb, ...]
    url: str

    def resolve(self, url: str) -> str:
        """Return a URL of this document as an absolute one; blank means the document itself."""
        return urljoin(self.url, url) if url else self.url


def parse(body: str, content_type: str, url: str) -> Document:
    """Read a document as it was answered by a webhook; an empty answer has no verbs."""
    if len(body.encode()) > _LARGEST:
        raise TwimlError(11750, "the document is larger than 64 KB")
    if not body.strip():
        return Document((), url)
    if content_type == "text/plain":
        return Document((Verb("Say", {}, body.strip(), ()),), url)
    if content_type not in _XML_TYPES:
        raise TwimlError(12300, f"content type {content_type} is not XML")
    return parse_text(body, url)


def parse_text(body: str, url: str = "") -> Document:
    """Read a document given as text."""
    try:
        root = ElementTree.fromstring(body.strip())
    except ElementTree.ParseError as error:
        raise TwimlError(12100, f"the document is not XML: {error}") from error
    if root.tag != "Response":
        raise TwimlError(12102, f"the document starts with {root.tag}, not Response")
    return Document(_verb(root).children, url)


def _verb(element: ElementTree.Element) -> Verb:
    if element.tag in ("Say", "Body"):
        return Verb(element.tag, dict(element.attrib), _words("".join(element.itertext())), ())
    own = _words(element.text or "")
    children = tuple(_verb(child) for child in element)
    return Verb(element.tag, dict(element.attrib), own, children)


def _words(text: str) -> str:
    return " ".join(text.split())
