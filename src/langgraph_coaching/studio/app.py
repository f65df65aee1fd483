"""The studio as an ASGI application: its pages, and what stands before them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.studio import (
    changes,
    chat_page,
    coaching,
    coachings,
    conversation,
    conversations,
    draft_form,
    inbox,
    outlook,
    pause,
    replay,
    report,
    verdict,
)
from langgraph_coaching.studio.access import check_tokens
from langgraph_coaching.studio.agent_choices import AgentChoices
from langgraph_coaching.studio.latest_reports import LatestReports
from langgraph_coaching.studio.recent_traces import RecentTraces
from langgraph_coaching.studio.security import SecurityHeaders
from langgraph_coaching.studio.signing_in import person_by_token, sign_in, sign_out
from langgraph_coaching.studio.studio import Studio

if TYPE_CHECKING:
    from collections.abc import Mapping

    from langchain_core.language_models import BaseChatModel

    from langgraph_coaching.coach import Coach
    from langgraph_coaching.studio.access import Person, SignIn


def studio_app(
    coach: Coach,
    *,
    graph: Any = None,
    graph_name: str = "",
    model: BaseChatModel | None = None,
    who: SignIn | None = None,
    tokens: Mapping[str, Person] | None = None,
    read_only: bool = False,
    secret: str | bytes | None = None,
) -> Starlette:
    """The studio as an ASGI application, to be served alone or mounted into another.

    Args:
        coach: Whose store is shown.
        graph: A compiled graph: the test page talks with it, and forms offer its tools and nodes.
        model: A chat model that proposes phrasings and answers previews.
        graph_name: What it is called on the page, such as `shop:agent`.
        who: Says who is asking, given the request: a `Person`, or None for nobody; may be a coroutine function.
        tokens: A person for each token; they sign in on a page.
        read_only: Whether nothing can be changed.
        secret: Signs forms and cookies; where several processes serve one studio they need the same.

    Without `who` and `tokens` it answers only on its own machine, and whoever sits there may do everything.

    Raises:
        InvalidCoachingError: Both `who` and `tokens` are given, or a token is too short.
    """
    if who is not None and tokens is not None:
        raise InvalidCoachingError("give who= or tokens=, not both: one of them says who is asking")
    known = check_tokens(tokens or {})
    options: dict[str, Any] = (
        {} if secret is None else {"secret": secret.encode() if isinstance(secret, str) else secret}
    )
    studio = Studio(
        coach=coach,
        reports=LatestReports(coach),
        traces=RecentTraces(coach),
        agents=AgentChoices(coach),
        graph=graph,
        graph_name=graph_name,
        model=model,
        sign_in=person_by_token if tokens is not None else who,
        tokens=known,
        read_only=read_only,
        **options,
    )
    signing = [] if tokens is None else [Route("/sign-out", sign_out, methods=["POST"], name="sign_out")]
    app = Starlette(
        routes=[
            *PAGES,
            Route("/sign-in", sign_in, methods=["GET", "POST"], name="sign_in"),
            *signing,
            Mount("/static", StaticFiles(packages=[("langgraph_coaching.studio", "static")]), name="static"),
        ],
        middleware=[Middleware(SecurityHeaders)],
    )
    app.state.studio = studio
    return app


PAGES = [
    *conversations.PAGES,
    *conversation.PAGES,
    *draft_form.PAGES,
    *verdict.PAGES,
    *inbox.PAGES,
    *replay.PAGES,
    *coachings.PAGES,
    *coaching.PAGES,
    *outlook.PAGES,
    *chat_page.PAGES,
    *changes.PAGES,
    *pause.PAGES,
    *report.PAGES,
]
"""Every page; tests look through them."""
