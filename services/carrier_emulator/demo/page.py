"""The routes of the page: the page itself, its few files, its event stream and its buttons.

Nothing on it comes from another host and nothing runs inline: the Content-Security-Policy says so.
"""

import mimetypes
from collections.abc import Mapping
from pathlib import Path

import jinja2
from aiohttp import web

_HERE = Path(__file__).parent
ASSETS = (
    "demo.css",
    "phones.css",
    "demo.js",
    "dom.js",
    "phones.js",
    "choose.js",
    "unread.js",
    "hints.js",
    "timeline.js",
    "icon.svg",
)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def templates() -> jinja2.Environment:
    """Return the templates; whatever they are given is escaped, and a missing value is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(name: str, values: Mapping[str, object]) -> web.Response:
    """Return a page made from a template."""
    text = templates().get_template(name).render(**values)
    return web.Response(text=text, content_type="text/html", headers=HEADERS)


def off_routes() -> list[web.RouteDef]:
    """Return the routes of an emulator without a demo: one page that says what this is."""

    async def page(request: web.Request) -> web.Response:
        return render("off.html", {})

    return [web.get("/", page), _assets()]


def asset_route() -> web.RouteDef:
    """Return the route of the page's own files."""
    return _assets()


def _assets() -> web.RouteDef:
    async def asset(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in ASSETS:
            raise web.HTTPNotFound(headers=HEADERS)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return web.Response(
            body=(_HERE / "static" / name).read_bytes(),
            headers=HEADERS | {"Content-Type": f"{kind}; charset=utf-8"},
        )

    return web.get("/demo/{name}", asset)
