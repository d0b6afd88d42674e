from __future__ import annotations

from bot.services.slack.faults import Fault, Faults, Rates


def test_faults_come_in_order_and_as_often_as_asked() -> None:
    faults = Faults()
    faults.add(Fault("chat.update", "a", times=2))
    faults.add(Fault("chat.update", "b"))
    assert [fault.error if (fault := faults.take("chat.update")) else None for _ in range(4)] == ["a", "a", "b", None]


def test_a_fault_can_be_for_one_channel_only() -> None:
    faults = Faults()
    faults.add(Fault("chat.postMessage", "a", times=2, channel="C1"))
    faults.add(Fault("chat.postMessage", "b", channel="C2"))
    asked = ["C2", "C3", "C1", "C2", "C1", "C1"]
    found = [faults.take("chat.postMessage", channel) for channel in asked]
    assert [fault.error if fault else None for fault in found] == ["b", None, "a", None, "a", None]


def test_pace_by_tier() -> None:
    now = [0.0]
    rates = Rates(lambda: now[0])
    assert [rates.wait("chat.update", "C") for _ in range(51)] == [0] * 50 + [2]
    now[0] = 2.0
    assert rates.wait("chat.update", "C") == 0
    assert rates.wait("auth.test", "") == 0
