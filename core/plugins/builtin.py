"""The plugins that come with the product, declared as a package declares its own.

The product is run from its folder and is no installed package, so that nothing is found for it;
these stand in front of what is found, and go through the same loading and the same checks.
"""

from importlib.metadata import EntryPoint

from core.plugins.types import Group

PACKAGE = "Glimpse"

ENTRY_POINTS = (EntryPoint(name="pdf", value="plugins.pdf:exporter", group=Group.EXPORTERS),)
