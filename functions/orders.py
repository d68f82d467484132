"""Orders: the timer that tidies reservations away."""

import azure.functions as func

orders = func.Blueprint()


@orders.function_name("release_reservations")
@orders.timer_trigger("timer", schedule="0 */5 * * * *", run_on_startup=False, use_monitor=False)
async def release_reservations(timer: func.TimerRequest) -> None:
    """Delete the reservations of unconfirmed orders that ran out."""
    from shared.composition import worker

    await worker().reservation_expiry.run()
