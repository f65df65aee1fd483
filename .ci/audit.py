"""Audit: known vulnerabilities of what an installation brings along, as pip-audit knows them.

    python .ci/audit.py PIP_AUDIT SITE_PACKAGES

It fails where a dependency of ours has one that a later version mends: then our bounds keep people on the older one.
What is the matter with others' dependencies, or is not mended yet, gets a line each: nobody can change that here. Where
the advisories cannot be asked, it says SKIPPED, since a machine without a network is no reason to fail.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]

SECONDS = 300
"""For all advisories."""


def direct_dependencies(pyproject: dict[str, Any]) -> set[str]:
    """The names of what is asked for in the project file, by whichever extra but the developers' own."""
    project = pyproject["project"]
    extras = [line for name, lines in project["optional-dependencies"].items() if name != "dev" for line in lines]
    return {plain_name(re.split(r"[\s\[<>=!~;]", line, maxsplit=1)[0]) for line in [*project["dependencies"], *extras]}


def plain_name(name: str) -> str:
    """A name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def judge(report: dict[str, Any], direct: set[str]) -> tuple[list[str], list[str]]:
    """What has to be mended here, and what is worth knowing; a line each.

    Args:
        report: What `pip-audit --format json` printed.
        direct: Names of our own dependencies.
    """
    failures, notes = [], []
    for package in report["dependencies"]:
        for found in package.get("vulns", ()):
            fixed = ", ".join(found["fix_versions"])
            said = f"{package['name']} {package['version']}: {found['id']}"
            if fixed and plain_name(package["name"]) in direct:
                failures.append(f"{said}, mended in {fixed}: raise its bound in pyproject.toml")
            else:
                notes.append(f"{said}, {f'mended in {fixed}, brought along by others' if fixed else 'not mended yet'}")
    return failures, notes


def main(pip_audit: str, site_packages: str) -> int:
    """Audits an installation; 1 where something has to be mended here."""
    command = [pip_audit, "--path", site_packages, "--format", "json", "--progress-spinner", "off", "--timeout", "20"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603
        report = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        print(f"SKIPPED: the advisories were not all there after {SECONDS} s")
        return 0
    except (OSError, ValueError) as error:
        said = (done.stderr.strip().splitlines() or [""])[-1] if isinstance(error, ValueError) else str(error)
        print(f"SKIPPED: the advisories cannot be asked here: {said[:200]}")
        return 0
    failures, notes = judge(report, direct_dependencies(tomllib.loads((ROOT / "pyproject.toml").read_text())))
    for line in notes:
        print("ADVISORY", line)
    for line in failures:
        print("VULNERABLE", line)
    print(f"{len(report['dependencies'])} packages audited, {len(failures)} to be mended here")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
