# SPDX-License-Identifier: MIT
#
# links.py - every link of our documents leads to a file of this repository, and to a heading that is there: run by tests/run.py.
import glob
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGES = "*.md", "docs/*.md", "docs/guide/*.md", "stubs/*.md", "bench/results/*.md", "esp-idf/*.md"


def anchors(path):
    """Returns the anchors of a page's headings, as GitHub names them."""
    with open(path) as f:
        headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", f.read(), flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def broken(page):
    with open(page) as f:
        text = f.read()
    for path, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", text):
        target = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
        if not os.path.exists(target):
            yield "%s: no file %s" % (os.path.relpath(page, ROOT), path)
        elif anchor and target.endswith(".md") and anchor not in anchors(target):
            yield "%s: no heading %s#%s" % (os.path.relpath(page, ROOT), path, anchor)


def cases():
    """Yields (name, good, detail)."""
    pages = sorted(path for pattern in PAGES for path in glob.glob(os.path.join(ROOT, pattern)))
    found = [line for page in pages for line in broken(page)]
    yield "links-of-documents", len(pages) > 10 and not found, "\n".join(found)
