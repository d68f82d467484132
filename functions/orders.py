"""Orders: endpoints; the timer that finds reservations that ran out, their queue, its poison queue."""

import azure.functions as func

from functions._endpoints import Endpoints

orders = Endpoints("orders")

orders.get("list_orders", "orders", handler="orders.list", permission="orders:read")
orders.get("get_order", "orders/{order_id}", handler="orders.get", permission="orders:read")
orders.patch(
    "change_order_status", "orders/{order_id}/status", handler="orders.change_status", permission="orders:write"
)


@orders.function_name("watch_reservations")
@orders.timer_trigger("timer", schedule="0 */5 * * * *", run_on_startup=False, use_monitor=False)
async def watch_reservations(timer: func.TimerRequest) -> None:
    """Ring for reservations of unconfirmed orders that ran out."""
    from shared.composition import worker

    await worker().reservation_watch.run()


@orders.function_name("run_reservations")
@orders.queue_trigger("ring", queue_name="reservations", connection="AzureWebJobsStorage")
async def run_reservations(ring: func.QueueMessage) -> None:
    """Delete the reservations that ran out."""
    from shared.composition import worker

    await worker().reservation_runner.run()


@orders.function_name("run_reservations_poison")
@orders.queue_trigger("ring", queue_name="reservations-poison", connection="AzureWebJobsStorage")
async def run_reservations_poison(ring: func.QueueMessage) -> None:
    """A ring that failed again and again: what ran out stands in Postgres; look whether anything is left."""
    from shared.composition import worker

    await worker().reservation_watch.run()
