"""The messenger simulator: Telegram, WhatsApp and Viber on loopback, for people and for tests."""

from infra.local.simulator.faults import Fault, FaultKind
from infra.local.simulator.simulator import Simulator

__all__ = ["Fault", "FaultKind", "Simulator"]
