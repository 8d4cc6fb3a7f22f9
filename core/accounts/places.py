"""Where a sign-in comes from, as attempts are counted."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

HERE = "this machine"
_ONE_CUSTOMER = 64


def place_of(address: str | None) -> str:
    """One text for what one person can easily come from.

    An IPv4 address is itself. Of IPv6 it is the network, since each customer is given 2⁶⁴
    addresses or more. No address, and those that never leave a machine, are this machine.
    """
    if address is None:
        return HERE
    try:
        found = ip_address(address)
    except ValueError:
        return address  # whatever a proxy that is trusted calls its client
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found
    if found.is_loopback:
        return HERE
    if isinstance(found, IPv4Address):
        return str(found)
    return str(IPv6Network((int(found), _ONE_CUSTOMER), strict=False))
