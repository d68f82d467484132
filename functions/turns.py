"""Turns: the doorbell queue, its poison queue, and the sweep."""

import azure.functions as func

turns = func.Blueprint()


@turns.function_name("run_turns")
@turns.queue_trigger("ring", queue_name="turns", connection="AzureWebJobsStorage")
async def run_turns(ring: func.QueueMessage) -> None:
    """Answer the dialogs that have something to answer."""
    from shared.composition import worker

    await worker().drainer.run()


@turns.function_name("run_turns_poison")
@turns.queue_trigger("ring", queue_name="turns-poison", connection="AzureWebJobsStorage")
async def run_turns_poison(ring: func.QueueMessage) -> None:
    """A ring whose drainer failed again and again: what its dialogs need is decided by their attempts."""
    from shared.composition import worker

    await worker().sweep.run()


@turns.function_name("sweep")
@turns.timer_trigger("timer", schedule="*/10 * * * * *", run_on_startup=False, use_monitor=False)
async def sweep(timer: func.TimerRequest) -> None:
    """Ring for whatever is recorded but not done."""
    from shared.composition import worker

    await worker().sweep.run()
