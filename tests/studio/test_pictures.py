"""The pictures of the README and of the guide: they are there, in light and dark, small, and every one is shown."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "examples" / "guides"
SHOWN = re.compile(r'(?:src|srcset)="([^"]+[.]png)"|\]\(([^)]+[.]png)\)')


def shown_in(page):
    return {(page.parent / (one or other)).resolve() for one, other in SHOWN.findall(page.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("page", [ROOT / "README.md", GUIDES / "the_studio.md"], ids=lambda page: page.name)
def test_every_picture_of_a_page_is_there_in_light_and_dark(page):
    found = shown_in(page)
    assert len(found) >= 12
    assert [path for path in found if not path.is_file()] == []
    assert {path.name.replace("-dark", "-light") for path in found} <= {path.name for path in found}
    for text in re.findall(r"<img[^>]*>", page.read_text(encoding="utf-8")):
        assert re.search(r'alt="[^"]{10,}"', text), text


def test_they_are_small_and_none_is_left_over():
    kept = {path.resolve() for path in (GUIDES / "studio").glob("*.png")}
    assert kept <= shown_in(ROOT / "README.md") | shown_in(GUIDES / "the_studio.md")
    sizes = {path.name: path.stat().st_size for path in kept}
    assert {name: size for name, size in sizes.items() if size > 60_000} == {}
    assert sum(sizes.values()) < 700_000
