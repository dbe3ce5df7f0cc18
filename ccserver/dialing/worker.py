"""Does what the core orders for campaigns: leads, attempts, evidence, and who runs when."""

import asyncio

from ccserver.core.dial_orders import KeptOrder


class Dialing:
    """Between the core, the database and the switch."""

    def __init__(self) -> None:
        self._orders: asyncio.Queue[KeptOrder] = asyncio.Queue()

    def take(self, order: KeptOrder) -> None:
        """The core orders something. It is done in this order."""
        self._orders.put_nowait(order)
