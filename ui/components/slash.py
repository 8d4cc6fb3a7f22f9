"""The key `/` leads to a page's search field."""

from ui.components.bundle import component

_mount = component("slash", "typing")


def slash(label: str, key: str) -> None:
    """Listen while the page is shown; `label` is the field's."""
    _mount(key=key, data={"label": label})
