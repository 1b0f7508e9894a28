"""A Dask cluster of two workers, a local S3 server, and scans in processes of their own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat
from cryptography.x509.oid import NameOID
from PIL import Image

from inspector.demo.dataset import ImageKind, make_demo
from tests.similarity.shirts import cut, shirt

PATIENCE_SECONDS = 120.0
POISON = b"KILLS-ITS-DECODER"
# A decoder with a bug: it kills its process at a file with these bytes. Python imports a module of
# this name at its start.
BUGGY_DECODER = f"""
import io, os, signal
from PIL import Image
decode = Image.open
def buggy(file, *more, **named):
    if isinstance(file, io.BytesIO) and {POISON!r} in file.getvalue():
        os.kill(os.getpid(), signal.SIGKILL)
    return decode(file, *more, **named)
Image.open = buggy
"""


def wait_until(condition: object, what: str) -> None:
    """Wait until a function returns true."""
    assert callable(condition)
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, f"in vain: {what}"
        time.sleep(0.02)


@dataclass
class Cluster:
    """A scheduler and a supervisor of two workers.

    Attributes:
        url: Of the scheduler.
        scheduler: Its process.
        workers: Process that starts the workers, and starts them again.
        environment: For workers and scans alike.
        s3: URL of the S3 server.
        tls: Options of `inspector` for the encrypted connection.
    """

    url: str
    scheduler: "subprocess.Popen[bytes]"
    workers: "subprocess.Popen[bytes]"
    environment: dict[str, str]
    s3: str
    tls: tuple[str, ...]

    def worker_processes(self) -> list[int]:
        """Return the process numbers of the workers."""
        processes = psutil.Process(self.workers.pid).children()
        return [p.pid for p in processes if "spawn_main" in " ".join(p.cmdline())]

    @contextmanager
    def frozen(self, *processes: int) -> Iterator[None]:
        """Let processes stand still: they live, and answer nobody."""
        try:
            for process in processes:
                os.kill(process, signal.SIGSTOP)
            yield
        finally:
            for process in processes:
                os.kill(process, signal.SIGCONT)


# Neighbours of these few images are looked for in cells.
IN_CELLS = """
import sys
from inspector.cli.main import run
from inspector.project.catalog import pair_search
pair_search.EXACT_IMAGES, pair_search.CELL_IMAGES = 40, 3
sys.exit(run(sys.argv[1:]))
"""


@dataclass
class Home:
    """Projects and caches of one user, and scans in processes of their own.

    Attributes:
        program: Words for Python that run `inspector`.
    """

    folder: Path
    cluster: Cluster
    program: tuple[str, ...] = ("-m", "inspector")
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")
        own = {name: str(self.folder / name.lower()) for name in names}
        self.environment = self.cluster.environment | own

    def start(self, *words: object) -> "subprocess.Popen[bytes]":
        """Start `inspector`."""
        return subprocess.Popen(
            [sys.executable, *self.program, *map(str, words)], env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *words: object) -> tuple[int, str, str]:
        """Run `inspector` and return its exit status, output and errors."""
        with self.start(*words) as process:
            out, errors = process.communicate(timeout=2 * PATIENCE_SECONDS)
        return process.returncode, out.decode(), errors.decode()

    def scan(self, dataset: object, *words: object) -> dict[str, object]:
        """Scan and return what `scan --json` prints."""
        status, out, errors = self.run("scan", dataset, "--json", "--quiet", *words)
        assert status == 0, errors
        return json.loads(out)

    def dask(self) -> tuple[str, ...]:
        """Return the options of a scan on the cluster."""
        return ("--engine", "dask", "--scheduler", self.cluster.url, *self.cluster.tls)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler, two workers and an S3 server."""
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "sitecustomize.py").write_text(BUGGY_DECODER)
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    s3 = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(folder), *sys.path]),
        "AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": s3,
        "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    with ExitStack() as stack:

        def start(*words: object) -> "subprocess.Popen[bytes]":
            log = stack.enter_context((folder / "log").open("ab"))
            process = subprocess.Popen(
                [sys.executable, "-m", *map(str, words)], env=environment, cwd=folder,
                stdout=log, stderr=log,
            )  # fmt: skip
            stack.callback(_end, process)
            return process

        start("moto.server", "-H", "127.0.0.1", "-p", port)
        file = folder / "scheduler.json"
        certificate, key = _certificate(folder)
        tls = ("--tls-ca-file", certificate, "--tls-cert", certificate, "--tls-key", key)
        scheduler = start(
            "dask", "scheduler", "--host", "tls://127.0.0.1", "--port", 0, "--no-dashboard",
            "--protocol", "tls", "--scheduler-file", file, *tls,
        )  # fmt: skip
        wait_until(file.exists, "the scheduler")
        url = json.loads(file.read_text())["address"]
        workers = start(
            "dask", "worker", url, "--nworkers", 2, "--nthreads", 1, "--protocol", "tls",
            "--no-dashboard", "--local-directory", folder / "workers", *tls,
        )  # fmt: skip
        options = ("--tls-ca", certificate, "--tls-cert", certificate, "--tls-key", key)
        yield Cluster(url, scheduler, workers, dict(environment), s3, tuple(map(str, options)))


def _certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cluster")])
    begins = datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, begins, begins + timedelta(days=9))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


def _end(process: "subprocess.Popen[bytes]") -> None:
    for child in psutil.Process(process.pid).children(recursive=True):
        child.kill()
    process.kill()
    process.wait()


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A leaking dataset with a file that kills its decoder; no test writes to it."""
    folder = tmp_path_factory.mktemp("planted") / "shapes"
    make_demo(folder, seed=3, kind=ImageKind.LEAK, images=120)
    splits = sorted(p for p in folder.iterdir() if p.is_dir())
    killer = sorted(p for p in splits[0].iterdir() if p.is_dir())[0] / "kills.bmp"
    Image.new("RGB", (40, 40), (200, 30, 30)).save(killer)
    killer.write_bytes(killer.read_bytes() + POISON)
    # A pair that is confirmed by its files alone.
    Image.fromarray(shirt(10)).save(killer.with_name("shirt.png"))
    Image.fromarray(cut(shirt(10))).save(killer.with_name("shirt-cut.png"))
    # Files that changed a moment ago are read again at the next scan, as they might change on.
    for file in folder.rglob("*"):
        os.utime(file, (1.7e9, 1.7e9), follow_symlinks=False)
    return folder


@pytest.fixture
def home(cluster: Cluster, tmp_path: Path) -> Home:
    """A user without projects or caches."""
    return Home(tmp_path / "home", cluster)


@pytest.fixture(scope="session")
def local(
    cluster: Cluster, planted: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Home, Path, dict[str, object]]:
    """A scan by the workers of this machine: whose project file it is, and what it printed."""
    own = Home(tmp_path_factory.mktemp("local"), cluster)
    file = own.folder / "p.inspector"
    return own, file, own.scan(planted, "--project", file, "--jobs", 2)


@pytest.fixture(scope="session")
def distributed(
    cluster: Cluster, planted: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Home, Path, dict[str, object]]:
    """The same scan by the workers of the cluster."""
    own = Home(tmp_path_factory.mktemp("distributed"), cluster)
    file = own.folder / "p.inspector"
    return own, file, own.scan(planted, "--project", file, *own.dask())


@pytest.fixture(scope="session")
def bucket(cluster: Cluster, planted: Path) -> str:
    """The same dataset in a bucket of S3; returns its URL."""

    def put(key: str, data: bytes | None) -> None:
        # Not the type of a form, which is what it would be by itself.
        kind = {"Content-Type": "application/octet-stream"}
        request = urllib.request.Request(f"{cluster.s3}/{key}", data, kind, method="PUT")
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            assert answer.status == 200

    put("images", None)
    for file in sorted(p for p in planted.rglob("*") if p.is_file()):
        put(f"images/shapes/{file.relative_to(planted).as_posix()}", file.read_bytes())
    return "s3://images/shapes"


@pytest.fixture
def copied(distributed: tuple[Home, Path, dict[str, object]], tmp_path: Path) -> Home:
    """A copy of the user who scanned on the cluster, to change."""
    own, _, _ = distributed
    shutil.copytree(own.folder, tmp_path / "copy")
    return Home(tmp_path / "copy", own.cluster)
