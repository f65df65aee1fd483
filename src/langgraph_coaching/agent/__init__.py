"""Where LangGraph calls us: the node, the wrapped node, the middleware."""
