"""Certificates: those of the system, and of SSL_CERT_FILE, are believed, and no others."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.annotators.captioners.chat.server import chat_server, said

ASK = """
import sys
from pathlib import Path
from tests.annotators.captioners.chat.builders import asking, make_request
with asking(sys.argv[1], Path(sys.argv[2]), {"MEDREGION_OPENAI_KEY": "sk-planted"}, attempts=1) as (client, _ledger):
    print(client.ask([make_request()]))
"""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 127.0.0.1, signed by itself, with its key in the same file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    until = now + timedelta(hours=1)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, until)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(signed.public_bytes(pem) + private)
    return path


@pytest.mark.parametrize(("trusted", "told"), [(False, "[Failed(reason='connection', status=None)]"), (True, "fine")])
def test_a_server_is_asked_only_if_somebody_who_is_believed_vouches_for_it(
    certificate: Path, tmp_path: Path, trusted: bool, told: str
) -> None:
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    environment = {**os.environ, "SSL_CERT_FILE": str(certificate)} if trusted else dict(os.environ)
    with chat_server(said(), tls=context) as server:
        command = [sys.executable, "-c", ASK, server.url, str(tmp_path)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert told in done.stdout
    assert server.asked.total() == trusted
