"""Orders: what customers ordered, and the timer that tidies reservations away."""

import azure.functions as func

from functions._endpoints import Endpoints

orders = Endpoints("orders")

orders.get("list_orders", "orders", handler="orders.list", permission="orders:read")
orders.get("get_order", "orders/{order_id}", handler="orders.get", permission="orders:read")
orders.patch(
    "change_order_status", "orders/{order_id}/status", handler="orders.change_status", permission="orders:write"
)


@orders.function_name("release_reservations")
@orders.timer_trigger("timer", schedule="0 */5 * * * *", run_on_startup=False, use_monitor=False)
async def release_reservations(timer: func.TimerRequest) -> None:
    """Delete the reservations of unconfirmed orders that ran out."""
    from shared.composition import worker

    await worker().reservation_expiry.run()
