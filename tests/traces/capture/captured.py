"""A capturing handler, and what it has noted."""

from langgraph_coaching.traces import Trace
from langgraph_coaching.traces.capture.assembler import Assembler
from langgraph_coaching.traces.capture.callback import Capture


class Captured:
    """A handler for the config of a run, and the traces of what it has noted so far."""

    def __init__(self):
        self.events = []
        self.handler = Capture(self.events.append)

    def config(self, **more):
        """A config with the handler."""
        return {"callbacks": [self.handler], **more}

    def on(self, thread, **more):
        """A config with the handler, on a thread."""
        return self.config(configurable={"thread_id": thread}, **more)

    @property
    def traces(self):
        """All traces; each survives JSON."""
        traces = Assembler().consume(self.events)
        assert [Trace.model_validate_json(trace.model_dump_json()) for trace in traces] == traces
        return traces

    @property
    def trace(self):
        """The only one."""
        (trace,) = self.traces
        return trace
