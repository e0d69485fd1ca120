"""A process that takes turns for others: requests on standard input, answers on standard output.

Run as ``python live_worker.py STATE_URL RECIPE``; a line is {"name", "request"}.
"""

import sys
from pathlib import Path

import msgspec

from ccnlp.config import load_recipe
from ccnlp.live.hook import Hook
from ccnlp.live.messages import TurnsRequest
from ccnlp.live.policy import load_settings
from ccnlp.live.state import open_state


class Asked(msgspec.Struct):
    name: str
    request: TurnsRequest


def main() -> None:
    hook = Hook(load_recipe(Path(sys.argv[2])), open_state(sys.argv[1]), load_settings())
    print("ready", flush=True)
    for line in sys.stdin:
        asked = msgspec.json.decode(line, type=Asked)
        told = hook.take(asked.name, asked.request)
        print(told.body.decode(), flush=True)


if __name__ == "__main__":
    main()
