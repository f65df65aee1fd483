"""The studio: a page where a person reads transcripts and coaches.

| word | file |
|---|---|
| app: the studio as an ASGI application | `app` |
| studio: what its pages have in common | `studio` |
| access: who looks, and what they may do | `access` |
| signing in: by a token | `signing_in` |
| security: headers, where a request may come from, what a form carries | `security` |
| ask: one request, as a page sees it | `ask` |
| templating, text: templates; recorded text is never markup, and nothing in it unseen | `templating`, `text` |
| conversations: the list, searched and paged | `conversations` |
| agent choices: names that its filter offers | `agent_choices` |
| conversation: one of them as a transcript | `conversation` |
| draft form: what a step should have been; what comes of it, while one types | `draft_form` |
| form fields: what a form says of a coaching | `form_fields` |
| verdict: what a person says where coaching stands, and why it did what it did | `verdict` |
| inbox: what would teach most, one situation at a time; its open questions | `inbox`, `questions` |
| plain words: what the library says, without its Python | `plain_words` |
| receipt words: what became of coaching at a step, in words | `receipt_words` |
| replay: a conversation with other coaching, side by side | `replay` |
| chat page, held chats: a test of the user's graph; those that are going on | `chat_page`, `held_chats` |
| turn pieces, turn stream: what happens in a turn, as it is shown; and as it happens | `turn_pieces`, `turn_stream` |
| coachings, coaching: the list; one of them, with every change that can be made of it | `coachings`, `coaching` |
| changes: several to another stage together, and back | `changes` |
| pause: the kill switch, and the banner meanwhile | `pause` |
| report: how coaching is doing; latest reports: made behind the page where there is much | `report`, `latest_reports` |
| the rest of an impact, which a page has no time for | `rest_of_impact` |
| outlook: what to expect of what was just saved | `outlook` |
| what is made behind a page: checks, impacts, outlooks | `made_behind` |
| behind a page: what takes long is made in a thread | `behind` |
| recent traces: a long conversation is read once for all its parts | `recent_traces` |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.lazy import attach

if TYPE_CHECKING:
    from langgraph_coaching.studio.access import Person
    from langgraph_coaching.studio.app import studio_app

__all__ = ["Person", "studio_app"]

__getattr__, __dir__ = attach(__name__, {"Person": "access", "studio_app": "app"})
