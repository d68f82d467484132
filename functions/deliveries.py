"""Deliveries: the queue that sends what could not be sent at once, and its poison queue."""

import azure.functions as func

deliveries = func.Blueprint()


@deliveries.function_name("deliver")
@deliveries.queue_trigger("ring", queue_name="deliveries", connection="AzureWebJobsStorage")
async def deliver(ring: func.QueueMessage) -> None:
    """Send the calls that wait and apply delivery statuses."""
    from shared.composition import worker

    await worker().deliverer.run()


@deliveries.function_name("deliver_poison")
@deliveries.queue_trigger("ring", queue_name="deliveries-poison", connection="AzureWebJobsStorage")
async def deliver_poison(ring: func.QueueMessage) -> None:
    """A ring whose deliverer failed again and again: each call's own attempts decide; look at what is left."""
    from shared.composition import worker

    await worker().sweep.run()
