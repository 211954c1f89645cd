"""The reverse proxy's own configuration in a real nginx, before stand-ins for web and live.

Only ports, folders and the address of the name server are other than in a container, and ``http2 on`` is left out for
an nginx older than 1.25, which does not know it.
"""

from __future__ import annotations

import http.server
import os
import re
import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.journeys.processes import eventually
from tests.ports import free_port

ROOT = Path(__file__).parent.parent.parent
HOST = "helpline.test"
NUMBER = "+18005550199"


@dataclass
class Proxy:
    """nginx, the folder of its logs, and where it expects web and live to listen."""

    folder: Path
    port: int = field(default_factory=free_port)
    plain_port: int = field(default_factory=free_port)
    web_port: int = field(default_factory=free_port)
    live_port: int = field(default_factory=free_port)
    names_port: int = field(default_factory=free_port)

    def get(self, path: str = "/", **options: object) -> httpx.Response:
        return self.ask("GET", path, **options)

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **more: object) -> httpx.Response:
        with httpx.Client(verify=False, timeout=10) as client:  # noqa: S501  # nosec  # its certificate is the test's own
            url = f"https://127.0.0.1:{self.port}{path}"
            return client.request(method, url, headers={"Host": HOST, **(headers or {})}, **more)  # type: ignore[arg-type]

    def configuration(self, old: bool) -> str:
        text = (ROOT / "ops/proxy/helpline.conf.template").read_text()
        text = text.replace("${SITE_HOST}", HOST).replace("${TOLL_FREE_NUMBER}", NUMBER)
        changes = {
            "${PROXY_RESOLVER}": f"127.0.0.1:{self.names_port}",
            "listen 80 ": f"listen 127.0.0.1:{self.plain_port} ",
            "listen 443 ": f"listen 127.0.0.1:{self.port} ",
            ":8000;": f":{self.web_port};",
            ":8001;": f":{self.live_port};",
            "/etc/nginx/certificates": str(self.folder),
            "/usr/share/helpline": str(ROOT / "ops/proxy"),
            "/dev/stderr": str(self.folder / "error.log"),
            **({"http2 on;": ""} if old else {}),
        }
        for ours, here in changes.items():
            assert ours in text, ours
            text = text.replace(ours, here)
        return text


def write_certificate(folder: Path) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    certificate = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    shape = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "privkey.pem").write_bytes(key.private_bytes(*shape))


class Names(socketserver.BaseRequestHandler):
    """A name server that answers every question for an address with 127.0.0.1, as Docker's does with a container's."""

    def handle(self) -> None:
        query, reply = self.request
        question = query[12 : query.index(b"\0", 12) + 5]
        answer = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4" + socket.inet_aton("127.0.0.1")
        reply.sendto(query[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + question + answer, self.client_address)


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "nginx is not installed: run script/nginx"
    said = subprocess.run([program, "-v"], capture_output=True, text=True, check=True).stderr
    version = tuple(int(part) for part in re.findall(r"\d+", said)[:2])
    proxy = Proxy(tmp_path)
    write_certificate(tmp_path)
    (tmp_path / "default.conf").write_text(proxy.configuration(old=version < (1, 25)))
    temporary = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''} daemon off; pid {tmp_path}/pid; events {{}}\n"
        f"http {{ include /etc/nginx/mime.types; access_log {tmp_path}/access.log; {temporary} include default.conf; }}"
    )
    names = socketserver.ThreadingUDPServer(("127.0.0.1", proxy.names_port), Names)
    threading.Thread(target=names.serve_forever, daemon=True).start()
    command = [program, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "start.log")]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    eventually(lambda: listens(proxy.port), seconds=10)
    yield proxy
    process.terminate()
    process.wait(10)
    names.shutdown()
    names.server_close()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def behind() -> Iterator[Callable[..., list[http.server.BaseHTTPRequestHandler]]]:
    """Start stand-ins that note what reaches them; ``answering`` writes what they say."""
    running: list[http.server.ThreadingHTTPServer] = []

    def start(port: int, answering: Callable[[http.server.BaseHTTPRequestHandler], None], status: int = 200) -> list:
        heard: list[http.server.BaseHTTPRequestHandler] = []

        class Standin(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                heard.append(self)
                # Closing on a body nobody read resets the connection, and the answer with it
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(status)
                self.end_headers()
                answering(self)

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                return

        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Standin)
        running.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return heard

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def test_while_web_is_away_the_numbers_are_shown_and_then_our_pages(proxy: Proxy, behind: Callable) -> None:
    for method in ("GET", "POST"):
        answer = proxy.ask(method, "/get-help/check/")
        assert answer.status_code == 502
        for number in (f"tel:{NUMBER}", "tel:911", "tel:988", "tel:+18002221222"):
            assert number in answer.text
        assert "TOLL-FREE" not in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Strict-Transport-Security"]
        assert answer.headers["Cache-Control"] == "no-store"
    assert proxy.get("/away/call.css").headers["Content-Type"].startswith("text/css")
    assert proxy.get("/away/call.html").status_code == 404
    behind(proxy.web_port, lambda standin: standin.wfile.write(b"the form"))
    assert proxy.get("/get-help/").text == "the form"


def test_an_answer_of_ours_is_never_replaced(proxy: Proxy, behind: Callable) -> None:
    """Our own 503 says more than the proxy's page: what was typed, and that it was not saved."""

    behind(proxy.web_port, lambda standin: standin.wfile.write(b"not saved"), status=503)
    answer = proxy.ask("POST", "/", content=b"x" * 200_000)
    assert (answer.status_code, answer.text) == (503, "not saved")
    assert proxy.ask("POST", "/", content=b"x" * 1_100_000).status_code == 413


def test_what_a_client_says_about_itself_is_written_over(proxy: Proxy, behind: Callable) -> None:
    heard = behind(proxy.web_port, lambda standin: None)
    lies = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Forwarded")
    proxy.get("/", headers=dict.fromkeys(lies, "evil.example"))
    headers = heard[0].headers
    assert {name: headers.get(name) for name in lies} == {
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": None,
        "X-Real-IP": None,
        "Forwarded": None,
    }
    assert headers["Host"] == HOST


@pytest.mark.parametrize(
    "ends",
    [
        "Content-Length: 40\r\nTransfer-Encoding: chunked",
        "Content-Length: 5\r\nContent-Length: 40",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding:\r\n chunked\r\nContent-Length: 40",
    ],
    ids=["both", "two lengths", "two encodings", "folded"],
)
def test_a_request_with_two_ends_reaches_nobody(proxy: Proxy, behind: Callable, ends: str) -> None:
    heard = behind(proxy.web_port, lambda standin: None)
    context = ssl._create_unverified_context()  # noqa: S323  # nosec  # its certificate is the test's own
    with context.wrap_socket(socket.create_connection(("127.0.0.1", proxy.port), 10), server_hostname=HOST) as line:
        line.sendall(f"POST / HTTP/1.1\r\nHost: {HOST}\r\n{ends}\r\n\r\n0\r\n\r\nGET /two HTTP/1.1\r\n\r\n".encode())
        assert line.recv(20).startswith(b"HTTP/1.1 400")
    assert heard == []


def test_a_slow_phone_reaches_web_only_when_it_is_done(proxy: Proxy, behind: Callable) -> None:
    heard = behind(proxy.web_port, lambda standin: None)

    def slowly() -> Iterator[bytes]:
        for _ in range(4):
            time.sleep(0.1)
            assert not heard
            yield b"a=1&"

    proxy.ask("POST", "/get-help/", content=slowly())
    assert len(heard) == 1


def test_events_arrive_as_they_happen(proxy: Proxy, behind: Callable) -> None:
    go_on = threading.Event()

    def events(standin: http.server.BaseHTTPRequestHandler) -> None:
        standin.wfile.write(b"id: 1\n\n")
        standin.wfile.flush()
        go_on.wait(10)
        standin.wfile.write(b"id: 2\n\n")

    behind(proxy.live_port, events)
    client = httpx.Client(verify=False, timeout=10)  # noqa: S501  # nosec  # its certificate is the test's own
    with client, client.stream("GET", f"https://127.0.0.1:{proxy.port}/live/stream", headers={"Host": HOST}) as stream:
        parts = stream.iter_raw()
        assert next(parts) == b"id: 1\n\n"
        go_on.set()
        assert next(parts) == b"id: 2\n\n"


def test_plain_http_is_led_to_our_own_name(proxy: Proxy) -> None:
    answer = httpx.get(f"http://127.0.0.1:{proxy.plain_port}/guides/", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers["Location"]) == (301, f"https://{HOST}/guides/")


def test_no_log_names_a_client(proxy: Proxy) -> None:
    proxy.get("/get-help/?substance=secret")
    httpx.get(f"http://127.0.0.1:{proxy.plain_port}/")
    logs = "".join(log.read_text() for log in proxy.folder.glob("*.log"))
    assert "secret" not in logs
    assert "127.0.0.1" not in logs
