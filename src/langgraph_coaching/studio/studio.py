"""The studio: what its pages have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from secrets import token_bytes
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.routing import NoMatchFound

from langgraph_coaching.studio.access import local_person
from langgraph_coaching.studio.held_chats import HeldChats
from langgraph_coaching.studio.made_behind import MadeBehind
from langgraph_coaching.studio.questions import Questions
from langgraph_coaching.studio.rest_of_impact import RestOfImpact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from langchain_core.language_models import BaseChatModel
    from starlette.requests import Request

    from langgraph_coaching.coach import Coach
    from langgraph_coaching.studio.access import Person, SignIn
    from langgraph_coaching.studio.agent_choices import AgentChoices
    from langgraph_coaching.studio.latest_reports import LatestReports
    from langgraph_coaching.studio.recent_traces import RecentTraces


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """What its pages have in common."""

    coach: Coach
    reports: LatestReports
    traces: RecentTraces
    agents: AgentChoices
    graph: Any = None
    """The user's compiled graph, which the test page runs and whose names the forms offer."""
    graph_name: str = ""
    model: BaseChatModel | None = None
    """Proposes phrasings and answers previews, where one is given."""
    sign_in: SignIn | None = None
    """Says who is asking; None: whoever sits at this machine."""
    tokens: Mapping[str, Person] = field(default_factory=dict)
    read_only: bool = False
    secret: bytes = field(default_factory=lambda: token_bytes(32))
    """Signs forms and cookies; of this process, if none is given."""
    local: Person = field(default_factory=local_person)
    questions: Questions = field(default_factory=Questions)
    """Of the inbox."""
    rest_of_impact: RestOfImpact = field(default_factory=RestOfImpact)
    """Of drafts, while one types."""
    made_behind: MadeBehind = field(default_factory=MadeBehind)
    """Checks, impacts and outlooks."""
    chats: HeldChats = field(default_factory=HeldChats)
    """Test conversations that are going on."""

    _routes: dict[str, list[tuple[Any, frozenset[str]]]] = field(default_factory=dict)
    """The routes of each name with what their paths say, since a page has hundreds of links."""

    def has(self, request: Request, page: str) -> bool:
        """Whether there is a page of that name."""
        return bool(self._routes_of(request, page))

    def url(self, request: Request, page: str, values: Mapping[str, Any]) -> str:
        """The path of a page below where the studio is mounted, and the rest as a query."""
        given = {name: value for name, value in values.items() if value is not None and value != ""}
        for route, wanted in self._routes_of(request, page):
            if not wanted <= given.keys():
                continue
            path = route.url_path_for(page, **{name: given[name] for name in wanted})
            query = urlencode({name: value for name, value in given.items() if name not in wanted}, doseq=True)
            return f"{request.scope.get('root_path', '').rstrip('/')}{path}" + (f"?{query}" if query else "")
        raise NoMatchFound(page, dict(given))

    def _routes_of(self, request: Request, page: str) -> list[tuple[Any, frozenset[str]]]:
        if not self._routes:
            found: dict[str, list[tuple[Any, frozenset[str]]]] = {}
            for route in request.app.routes:
                wanted = frozenset(getattr(route, "param_convertors", {}))
                found.setdefault(getattr(route, "name", ""), []).append((route, wanted))
            self._routes.update(found)
        return self._routes.get(page, [])
