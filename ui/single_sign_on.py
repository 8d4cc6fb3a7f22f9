"""Sign-in by an identity provider: Streamlit's `st.login`, and our own session after it."""

from collections.abc import Mapping

import streamlit as st
from streamlit.runtime.secrets import SecretsValue

from core.accounts.claims import ClaimsRefused
from core.config import Settings, is_loopback, load_settings
from core.errors import ConfigurationError
from core.permissions import Actor
from core.signing import key_for, signing_key
from ui.guard import address, agent
from ui.resources import workbench
from ui.session import session
from ui.way_back import CALLBACK

_SECTION = "auth"
Secrets = Mapping[str, SecretsValue]


def auth_secrets() -> Secrets:
    """What `st.login` reads, made of our settings; nothing where a setting is wrong.

    The lifespan reads them too, and says in words why the process cannot start.
    """
    try:
        return provider_secrets(load_settings())
    except ConfigurationError:
        return {}


def provider_secrets(settings: Settings) -> Secrets:
    """The same; `ConfigurationError` names the setting that is missing. Empty without a provider.

    The key that signs Streamlit's cookies is made from ours, so it is nowhere kept.
    """
    if settings.oidc_client_secret is None:
        return {}
    return {
        _SECTION: {
            "redirect_uri": _address(settings) + CALLBACK,
            "cookie_secret": key_for("streamlit cookies", signing_key(settings)),
            "server_metadata_url": settings.oidc_metadata_url or "",
            "client_id": settings.oidc_client_id or "",
            "client_secret": settings.oidc_client_secret.get_secret_value(),
        }
    }


def _address(settings: Settings) -> str:
    """Of this product, as browsers know it."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host = st.get_option("server.address") or "127.0.0.1"
    if not is_loopback(host):
        raise ConfigurationError(
            "GLIMPSE_PUBLIC_URL is required for single sign-on, as other machines may come in; "
            "set it to the address that users see.",
            facts={"key": "GLIMPSE_PUBLIC_URL"},
        )
    return f"http://{host}:{st.get_option('server.port')}"


def arrived() -> Actor | None:
    """Whoever comes back from the identity provider, signed in here from now on.

    Streamlit's cookie, from which it is known, is worth this one sign-in; the browser drops it
    with the ticket for ours. Who is refused is told why on the sign-in page.
    """
    bench = workbench()
    known = bench.settings.single_sign_on and not session().identity_taken
    if not known or not st.user.get("is_logged_in"):
        return None
    try:
        found = bench.accounts.sign_in_with_identity(st.user.to_dict(), address(), agent())
    except ClaimsRefused as refused:
        session().notice = refused.message
        session().unknown_identity = refused.unknown
        session().cookie_ticket = bench.accounts.clear_cookie_ticket()
        session().identity_taken = True
        return None
    session().identity_taken = True
    session().session_id = found.session_id
    session().cookie_ticket = bench.accounts.set_cookie_ticket(found.session_id)
    return found.actor
