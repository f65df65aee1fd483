"""Half characters: lone surrogates, which no file, table or terminal can hold, become U+FFFD, to be seen."""

from __future__ import annotations


def replace_surrogates(text: str) -> str:
    """The text with half characters (lone surrogates) replaced by U+FFFD; two halves become the character they are."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
