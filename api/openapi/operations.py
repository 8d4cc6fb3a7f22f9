"""What an operation is called, from its path and from what its function says of itself."""

import re

_PARAMETER = re.compile(r"\{(\w+?)(?::\w+)?\}")


def operation_id(method: str, path: str) -> str:
    """Such as `get_run_stream` for `GET /api/v1/runs/{run_id}/stream`.

    A thing named by an id takes the place of its kind, so a list and one of it differ by a letter.
    """
    openai = ["openai"] if path.startswith("/v1/") else []
    parts: list[str] = []
    for part in path.removeprefix("/api/v1/").removeprefix("/v1/").strip("/").split("/"):
        found = _PARAMETER.fullmatch(part)
        if not found:
            parts.append(part)
            continue
        name = found[1].removesuffix("_id")
        if parts and parts[-1] == name:
            parts.append("by_id")
        elif parts and parts[-1] == f"{name}s":
            parts[-1] = name
        else:
            parts.append(name)
    return re.sub(r"\W", "_", "_".join((method.lower(), *openai, *parts)))


def summary(description: str) -> str:
    """The first sentence, without its full stop."""
    paragraph = " ".join(description.partition("\n\n")[0].split())
    return re.split(r"(?<=[^.])\.(?:\s|$)|[;:]\s", paragraph, maxsplit=1)[0]
