"""The one error of this package."""


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot be made, started or stopped; the message says what to do."""
