"""What tests wait with comes to an end."""

from __future__ import annotations

import subprocess
import sys

from tests.waiting import next_line


def test_a_process_that_says_nothing_is_not_waited_for() -> None:
    command = [sys.executable, "-c", "import time; time.sleep(300)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as silent:
        assert next_line(silent, 0.1) == ""


def test_what_a_process_says_is_heard_and_leaves_it_running() -> None:
    command = [sys.executable, "-c", "print('here', flush=True); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as talking:
        assert next_line(talking) == "here\n"
        assert talking.poll() is None
