"""What changed from one text to another."""

from difflib import unified_diff


def changes(before: str, after: str) -> str:
    """All lines, those taken out with `-` in front, those put in with `+`; empty where equal."""
    if before == after:
        return ""
    one, other = before.split("\n"), after.split("\n")
    lines = unified_diff(one, other, lineterm="", n=max(len(one), len(other)))
    return "\n".join(list(lines)[3:])  # the names of the files and the place say nothing here
