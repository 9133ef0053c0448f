"""Every relative link of a document leads to a file, and every anchor to a heading; every document can be reached from the index."""
import glob
import os
import re

import harness
from harness import SOURCE


def documents():
    for pattern in ("*.md", "docs/**/*.md", "datasets/**/*.md", "deploy/**/*.md", "bench/**/*.md"):
        yield from (os.path.relpath(path, SOURCE) for path in glob.glob(os.path.join(SOURCE, pattern), recursive=True))


def text_of(path):
    """Without fenced blocks, whose brackets are no links and whose # are no headings."""
    with open(os.path.join(SOURCE, path), encoding="utf-8") as file:
        return re.sub(r"^ *```.*?^ *```", "", file.read(), flags=re.MULTILINE | re.DOTALL)


def anchors(path):
    """As hosts of repositories make them of headings: letters, digits, _ and -, blanks as -, a number where one stands twice."""
    found = []
    for heading in re.findall(r"^#+ +(.*)$", text_of(path), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        name = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        found.append(name if name not in found else f"{name}-{found.count(name)}")
    return found


def links(path):
    """(target, anchor) of the links that stay here."""
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", text_of(path))):
        if re.match(r"[a-z]+:", target) or not re.search(r"[./#]", target):  # elsewhere; f[k](x) of a formula
            continue
        place, _, anchor = target.partition("#")
        yield os.path.normpath(os.path.join(os.path.dirname(path), place)) if place else path, anchor


def test_every_link_leads_somewhere():
    wrong, count = [], 0
    for path in documents():
        for target, anchor in links(path):
            count += 1
            if not os.path.exists(os.path.join(SOURCE, target)):
                wrong.append(f"{path}: there is no {target}")
            elif anchor and target.endswith(".md") and anchor not in anchors(target):
                wrong.append(f"{path}: {target} has no heading #{anchor}")
    assert not wrong, "\n".join(wrong)
    assert count > 100, count


def test_every_document_can_be_reached_from_the_index():
    seen, coming = set(), [os.path.join("docs", "index.md")]
    while coming:
        path = coming.pop()
        if path in seen or not path.endswith(".md"):
            continue
        seen.add(path)
        coming += [target for target, _ in links(path) if os.path.exists(os.path.join(SOURCE, target))]
    missing = [path for path in documents() if path.startswith("docs" + os.sep) and path not in seen]
    assert not missing, missing


harness.main(globals())
