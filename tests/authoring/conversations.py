"""Recorded conversations of one user message each, as they are imported."""


def rows(*texts):
    """In the format of OpenAI, a row for each text."""
    return [
        {"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": "One moment, please."}]}
        for text in texts
    ]
