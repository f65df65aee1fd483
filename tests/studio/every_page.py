"""The address of every page that one can look at, whoever adds pages: what a page does not know it does not read."""

from langgraph_coaching.studio.app import PAGES

STEP_IN_ONE = {"draft"}
"""Pages whose `step` names the run as well."""


def addresses(app, *, trace, step, coaching):
    """The address of each page by its name, asked for this step of a run and this coaching.

    Args:
        app: A studio.
        trace: The id of a run.
        step: The index of a coachable step of it.
        coaching: The id of a coaching.
    """
    from httpx import QueryParams

    found = {}
    for route in PAGES:
        if "GET" not in route.methods:
            continue
        asked = {"trace": trace, "step": step, "coaching": coaching}
        if route.name in STEP_IN_ONE:
            asked["step"] = f"{trace}:{step}"
        path = {name: {"id": coaching, "trace": trace}.get(name, coaching) for name in route.param_convertors}
        found[route.name] = f"{app.url_path_for(route.name, **path)}?{QueryParams(asked)}"
    return found
