"""The address of an API endpoint."""

import ipaddress
from typing import NamedTuple
from urllib.parse import urlsplit


class Endpoint(NamedTuple):
    """Where to send requests: scheme (`https` or `http`) and host, with a port where one was given."""

    scheme: str
    host: str

    @property
    def is_tencent(self) -> bool:
        """Whether the host is Tencent Cloud's own."""
        return self.is_under("tencentcloudapi.com")

    def is_under(self, domain: str) -> bool:
        """Whether the host is a domain or stands below it."""
        return f".{self._hostname}".endswith(f".{domain}")

    @property
    def is_loopback(self) -> bool:
        """Whether the host is this machine."""
        return is_loopback(self._hostname)

    @property
    def _hostname(self) -> str:
        return urlsplit(f"//{self.host}").hostname or ""

    def __str__(self) -> str:
        """Write it as a URL."""
        return f"{self.scheme}://{self.host}"


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
