"""Shared by augmentation tests: images, and one child process with the real Keras."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

Arrays = dict[str, NDArray]
RunKeras = Callable[..., Arrays]

# It serves one request a line, as importing TensorFlow takes five seconds.
CHILD = """
import json, sys, traceback, warnings
warnings.simplefilter("ignore")
import numpy as np
for line in sys.stdin:
    job = json.loads(line)
    names = {"np": np, **np.load(job["given"])}
    try:
        exec(job["code"], names)
        np.savez(job["result"], **names["result"])
        print("done", flush=True)
    except Exception:
        print(json.dumps(traceback.format_exc()), flush=True)
"""


@pytest.fixture(scope="session")
def keras(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunKeras]:
    """Run code in a process with TensorFlow; arrays go in by name, and `result` comes out."""
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("no TensorFlow here")
    folder = tmp_path_factory.mktemp("keras")
    quiet = {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    }
    with (folder / "stderr").open("w") as log:
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=os.environ | quiet,
        )
    assert child.stdin is not None
    assert child.stdout is not None
    calls = 0

    def run(code: str, /, **arrays: NDArray) -> Arrays:
        nonlocal calls
        calls += 1
        given, result = folder / f"given{calls}.npz", folder / f"result{calls}.npz"
        np.savez(given, **arrays)
        job = {"code": code, "given": str(given), "result": str(result)}
        print(json.dumps(job), file=child.stdin, flush=True)
        answer = child.stdout.readline().strip()
        if answer != "done":
            pytest.fail(json.loads(answer) if answer else Path(log.name).read_text()[-3000:])
        with np.load(result) as found:
            return dict(found)

    yield run
    child.stdin.close()
    child.wait()
    child.stdout.close()


def smooth(height: int, width: int, *, seed: int = 0) -> NDArray[np.uint8]:
    """Return an image (h, w, 3), uint8, of soft full-contrast patches, different everywhere."""
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    soft = cv2.GaussianBlur(noise, (0, 0), 2)
    return np.asarray(cv2.normalize(soft, None, 10, 240, cv2.NORM_MINMAX), np.uint8)
