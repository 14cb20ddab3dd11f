"""A finished page as elements that print as the text they were read from: `parse(html)`.

Whoever changes a page after it was written starts from here: `sidebyside` pairs the pages of two languages. What
nothing looks into, such as a script, is kept as it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bpderive.errors import ParseError

_VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
_BLOCKS = re.compile(
    r"article|aside|blockquote|caption|colgroup|dd|details|div|dl|dt|figcaption|figure|footer|form|h[1-6]|header"
    r"|li|main|nav|ol|p|pre|section|summary|svg|table|tbody|td|tfoot|th|thead|tr|ul"
)
_OPAQUE = "math|pre|script|style|svg"
_TOKEN = re.compile(
    rf"<!--.*?-->|<(?P<opaque>{_OPAQUE})\b.*?</(?P=opaque)>|</(?P<close>[a-z][\w-]*)\s*>"
    r"|<(?P<open>[a-z][\w-]*)(?P<attributes>(?:[^>\"']|\"[^\"]*\"|'[^']*')*)>|[^<]+",
    re.DOTALL,
)


@dataclass(slots=True)
class Element:
    """An element of a page; `source` is its opening tag, or all of it where nothing looks inside (`opaque`)."""

    tag: str
    source: str
    children: list[Element | str] = field(default_factory=list)
    opaque: bool = False

    def __str__(self) -> str:
        if self.opaque or self.tag in _VOID:
            return self.source
        return f"{self.source}{''.join(map(str, self.children))}</{self.tag}>"

    @property
    def is_block(self) -> bool:
        """Whether it is laid out as a block, or holds one."""
        return bool(_BLOCKS.fullmatch(self.tag)) or self.holds_block

    @property
    def holds_block(self) -> bool:
        """Whether a block stands in it."""
        return any(isinstance(child, Element) and child.is_block for child in self.children)


Item = Element | str
"""A block, or what stands in a line: text with the elements in it."""


def parse(html: str) -> list[Element | str]:
    """The elements of a piece of a page. Raises `ParseError` where they do not close in order."""
    root = Element("", "")
    stack = [root]
    for token in _TOKEN.finditer(html):
        text = token.group()
        if token["opaque"]:
            stack[-1].children.append(Element(token["opaque"], text, opaque=True))
        elif token["open"]:
            element = Element(token["open"], text)
            stack[-1].children.append(element)
            if element.tag not in _VOID and not text.endswith("/>"):
                stack.append(element)
            elif element.tag not in _VOID:
                element.opaque = True
        elif token["close"]:
            if stack[-1].tag != token["close"]:
                raise ParseError(f"<{stack[-1].tag}> is closed by </{token['close']}>; mend the page's HTML.")
            stack.pop()
        elif not text.startswith("<!--"):
            stack[-1].children.append(text)
    if len(stack) > 1:
        raise ParseError(f"<{stack[-1].tag}> is not closed; mend the page's HTML.")
    return root.children
