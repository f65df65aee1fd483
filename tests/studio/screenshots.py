"""Every page of the studio as pictures: light and dark, wide and narrow, with its forms opened. Run by hand:

PYTHONPATH=src:tests python tests/studio/screenshots.py FOLDER [--only NAME …] [--whole]
"""

import argparse
import io
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

from PIL import Image
from playwright.sync_api import sync_playwright
from shop_agent import shop_agent, shop_model
from studio_browser import CHROMIUM, Served
from studio_demo import fill
from studio_scenes import SCENES
from studio_weeks import fill_weeks

from langgraph_coaching import Coach, Reply
from langgraph_coaching.studio import Person, studio_app

SIZES = {1280: 800, 390: 844}

COLOURS = 128
"""In a picture: it stays small, and nobody sees it."""


def serve_all(exits):
    """The studios that pictures are taken of: one in use, one that is empty, and others; with what is in them.

    Args:
        exits: Closes them.
    """
    folder = Path(exits.enter_context(tempfile.TemporaryDirectory()))
    coach, empty, paused = (exits.enter_context(Coach(folder / name)) for name in ("shop", "empty", "paused"))
    long, coached = fill(coach)
    fill_weeks(coach)
    paused.add(intent="a customer asks what shipping costs", behavior=Reply("Ask which country it goes to."))
    paused.pause(reason="wrong prices in every answer since this morning", author="Anna")
    model, people = shop_model(), {"a" * 20: Person(name="Anna", role="admin")}
    apps = {
        "shop": studio_app(coach, graph=shop_agent(coach), graph_name="shop.agent:graph", model=model),
        "empty": studio_app(empty),
        "paused": studio_app(paused),
        "guarded": studio_app(coach, tokens=people),
        "reading": studio_app(coach, read_only=True),
    }
    found = {name: exits.enter_context(Served(app)).address for name, app in apps.items()}
    shipping = coach.list(text="shipping")[0].id
    return SimpleNamespace(**found, coach=coach, long=long, coached=coached, coaching=shipping, folder=folder)


def test_address(site, exits, name):
    """A studio of its own for a conversation with the agent, so that each picture begins anew."""
    coach = exits.enter_context(Coach(site.folder / f"test-{name}"))
    coach.add(intent="a customer wants a present wrapped", behavior=Reply("Offer the blue paper."))
    app = studio_app(coach, graph=shop_agent(coach), graph_name="shop.agent:graph", model=shop_model())
    return exits.enter_context(Served(app)).address


def save_picture(png, path):
    """Writes a picture with few colours.

    Args:
        png: As the browser gave it.
        path: Where to.
    """
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture = picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)


def main():
    """Takes them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", default=list(SCENES), choices=[*SCENES], metavar="NAME")
    parser.add_argument("--scheme", nargs="*", default=["light", "dark"])
    parser.add_argument("--width", nargs="*", type=int, default=list(SIZES))
    parser.add_argument("--whole", action="store_true", help="whole pages, not what a window shows of them")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as exits:
        site = serve_all(exits)
        browser = exits.enter_context(sync_playwright()).chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--enable-features=OverlayScrollbar"]
        )
        for scheme in given.scheme:
            for width in given.width:
                context = browser.new_context(viewport={"width": width, "height": SIZES[width]}, color_scheme=scheme)
                context.set_default_timeout(60_000)
                for name in given.only:
                    tab = context.new_page()
                    tab.on("pageerror", lambda error, name=name: print(f"{name}: {error}"))
                    if name.startswith("test-"):
                        site.test = test_address(site, exits, f"{name}-{scheme}-{width}")
                    SCENES[name](tab, site)
                    tab.wait_for_load_state("networkidle")
                    tab.wait_for_selector("[aria-busy=true]", state="detached")
                    wide = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
                    print(f"{name}-{scheme}-{width}" + (f": {wide} pixels too wide" if wide > 0 else ""), flush=True)
                    picture = tab.screenshot(full_page=given.whole, animations="disabled")
                    save_picture(picture, given.folder / f"{name}-{scheme}-{width}.png")
                    tab.close()
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
