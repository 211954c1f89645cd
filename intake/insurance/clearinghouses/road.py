"""Where questions are sent and as whom."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Road:
    """One trading partner's real-time address. `kind` is a key of `roads.BY_KIND`.

    `allowed_hosts` are exact host names; anything else in `url` is refused, so that a changed setting cannot
    send people's data elsewhere. `plain_http` is for the sandbox on this machine only. Seconds throughout:
    `connect_seconds` to open the connection, `total_seconds` for everything (CORE: 20 s for nine answers in
    ten, 60 s at most). `certificate` and `private_key` (PEM) are ours, where one is asked for; `authorities` (PEM)
    are the only ones a server is verified by, in place of the usual ones. `folder` is for roads that go by file.
    """

    kind: str
    url: str
    sender_id: str
    receiver_id: str
    user_name: str
    password: str = field(repr=False)
    allowed_hosts: frozenset[str]
    plain_http: bool = False
    connect_seconds: float = 5.0
    total_seconds: float = 60.0
    max_reply_bytes: int = 5_000_000
    certificate: str = ""
    private_key: str = field(default="", repr=False)
    authorities: str = ""
    folder: str = ""
