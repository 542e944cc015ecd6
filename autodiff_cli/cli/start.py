"""Where the installed command begins: what must be settled before anything large is imported."""

from __future__ import annotations

import gc
import os
import signal
from typing import NoReturn


def main() -> NoReturn:
    """Run `adiff`. Ctrl-C ends it quietly from the first moment on."""
    # Imports make many objects and no cycles worth the name: collecting them would cost a tenth of the start.
    gc.set_threshold(100_000, 50, 100)
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    from .main import main as run

    signal.signal(signal.SIGINT, signal.default_int_handler)
    run()
