"""How does the page answer: paths, headers, and who is refused?"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from trainyardpage.batches import batches_of
from trainyardpage.fleet import fits, fleet_of
from trainyardpage.hosts import is_known_host
from trainyardpage.live import Live
from trainyardpage.one_model import one_model
from trainyardpage.pages import fleet_page, missing_page, model_page
from trainyardpage.rendered import Rendered
from trainyardpage.world import World

LONGEST_SEARCH = 100
ASSETS = Path(__file__).parent / "assets"
SECURE = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_STREAM = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Page:
    """What the paths answer from."""

    world: World
    live: Live
    rendered: Rendered
    scopes: Sequence[str]

    async def fleet(self, request: web.Request) -> web.Response:
        """Answer with all models, or those that are searched for by `q`."""
        sought = request.query.get("q", "").strip()[:LONGEST_SEARCH]

        def made() -> str:
            fleet = fleet_of(self.world.of("ModelDeployment"), sought)
            batches = [b for b in self.world.of("BatchPrediction") if fits(b, sought)]
            return fleet_page(fleet, batches_of(batches), self.world.faults)

        return _html(self.rendered.page(self.world.generation, f"/?q={sought}", made))

    async def model(self, request: web.Request) -> web.Response:
        """Answer with one model."""
        namespace, name = request.match_info["namespace"], request.match_info["name"]
        kept = self.rendered.kept(self.world.generation, request.path)
        if kept is not None:
            return _html(kept)
        trail = self.world.trail(namespace, name)
        found = one_model(self.world.snapshot(namespace), name, trail)
        if found is None:
            sentence = (
                f"There is no ModelDeployment {name[:253]} in the namespace {namespace[:63]}."
            )
            return _html(missing_page(sentence, "../../"), 404)

        def made() -> str:
            return model_page(found, self.world.faults)

        return _html(self.rendered.page(self.world.generation, request.path, made))

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Answer with an event for each change, until the reader goes."""
        if self.live.is_full:
            return web.Response(status=503, text="too many listen: load the page again by hand")
        stream = web.StreamResponse(headers=_STREAM)
        await stream.prepare(request)
        with suppress(ConnectionResetError):  # the reader went
            async with aclosing(self.live.events()) as events:
                async for event in events:
                    await stream.write(event)
        return stream

    async def alive(self, _: web.Request) -> web.Response:
        """Answer that the process is there."""
        return web.Response(text="ok")

    async def ready(self, _: web.Request) -> web.Response:
        """Answer whether everything was read once."""
        missing = self.world.unheard(self.scopes)
        said = f"not read yet: {', '.join(missing)}" if missing else "ok"
        return web.Response(text=said, status=503 if missing else 200)


def application(world: World, scopes: Sequence[str], hosts: Sequence[str]) -> web.Application:
    """Return the server of the page; `hosts` are names that it has outside the cluster."""
    page = Page(world, Live(world), Rendered(), scopes)
    app = web.Application(middlewares=[_refusing(hosts)], client_max_size=1024)
    app.on_response_prepare.append(_secured)
    app.router.add_get("/", page.fleet)
    app.router.add_get("/models/{namespace}/{name}", page.model)
    app.router.add_get("/events", page.events)
    app.router.add_get("/livez", page.alive)
    app.router.add_get("/readyz", page.ready)
    app.router.add_static("/assets", ASSETS)
    return app


def _refusing(hosts: Sequence[str]) -> Middleware:
    @web.middleware
    async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_known_host(request.headers.get("Host", ""), hosts):
            text = "this page does not answer under that name; the chart's page.hosts adds names"
            return web.Response(status=421, text=text)
        return await handler(request)

    return refuse


async def _secured(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(SECURE)


def _html(text: str, status: int = 200) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)
